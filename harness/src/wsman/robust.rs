//! [MS-WSMV 3.1.4.1.39] Robust connections: operations that survive the connection they began on, and the messages that
//! two peers say so with.
//!
//! An operation is named by its `OperationID` and each message of it by a `SequenceId`. A request whose `OperationID` is
//! mandatory was sent before; the server then tells what it has received and repeats what it answered. The messages here
//! have no number and, but for [`RobustKind::Acknowledge`], no body.
//!
//! [MS-WSMV 3.1.4.1.39]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv

use crate::addressing::ANONYMOUS;
use crate::addressing::Action;
use crate::addressing::AddressingError;
use crate::addressing::MessageId;
use crate::addressing::To;
use crate::soap::Envelope;
use crate::soap::MUST_UNDERSTAND;
use crate::soap::number;
use crate::wsman::MICROSOFT;
use crate::wsman::OperationId;
use crate::wsman::OperationTimeout;
use crate::wsman::RESPONSE_NAMESPACES;
use crate::wsman::ResourceUri;
use crate::wsman::WsmanError;
use crate::xml::QName;
use crate::xml::Writer;
use crate::xml::XmlError;

/// The pseudo resource of an operation's two connections.
pub const FULL_DUPLEX: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman/FullDuplex";
/// The pseudo resource of what a server has kept.
pub const ROBUST_CONNECTION: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman/RobustConnection";

/// [MS-WSMV 3.1.2] milliseconds that a server keeps its answers for a client that is gone.
///
/// [MS-WSMV 3.1.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub const RETENTION_MS: u64 = 195_000;
/// [MS-WSMV 3.2.2] milliseconds that a client goes on to retry.
///
/// [MS-WSMV 3.2.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
pub const RETRY_MS: u64 = 180_000;

const ACTIONS: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman/";
const KEEP_ALIVE_MS_MAX: u64 = 60_000;
/// A timeout of nothing must not make a server send without pause.
const KEEP_ALIVE_MS_MIN: u64 = 500;
const LAST_SEQUENCE_ID_RECEIVED: QName = QName::new(MICROSOFT, "LastSequenceIdReceived");

/// [MS-WSMV 3.1.5.5] how long a server is silent at most: "the lesser of 1 minute and 70% of the client request's
/// `OperationTimeout`".
///
/// [MS-WSMV 3.1.5.5]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[must_use]
pub fn keep_alive_ms(timeout: Option<OperationTimeout>) -> u64 {
    let asked_ms = timeout.map_or(u64::MAX, |OperationTimeout(timeout)| timeout.as_millis());
    (asked_ms / 10).saturating_mul(7).clamp(KEEP_ALIVE_MS_MIN, KEEP_ALIVE_MS_MAX)
}

/// What one of these messages says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RobustKind {
    /// [MS-WSMV 3.1.4.18] which messages have been received, so that they need not be kept.
    ///
    /// [MS-WSMV 3.1.4.18]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    Acknowledge {
        /// The number of the last one; zero for none.
        last_sequence_id: u64,
    },
    /// [MS-WSMV 3.1.6.6] the server can keep no more.
    ///
    /// [MS-WSMV 3.1.6.6]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    AcknowledgeRequest,
    /// [MS-WSMV 3.1.4.19] the operation is over for the client.
    ///
    /// [MS-WSMV 3.1.4.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    End,
    /// [MS-WSMV 3.1.4.20] the operation is to stop.
    ///
    /// [MS-WSMV 3.1.4.20]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    Cancel,
    /// [MS-WSMV 3.2.4.2.1.2] nothing but a sign of life. The text spells it `Keepalive` and `KeepAlive`.
    ///
    /// [MS-WSMV 3.2.4.2.1.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    Keepalive,
    /// An action that the pseudo resource doesn't have.
    Other(Action),
}

/// A message about an operation rather than of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobustMessage {
    /// What it says.
    pub kind: RobustKind,
    /// About which operation.
    pub operation_id: OperationId,
    /// Its own identity.
    pub message_id: MessageId,
}

impl RobustMessage {
    /// Whether an envelope is such a message: its resource is one of the two.
    #[must_use]
    pub fn is_in(envelope: &Envelope) -> bool {
        let uri = envelope.header(ResourceUri::NAME).map(|block| ResourceUri::new(block.trimmed_text()));
        uri.is_some_and(|uri| [FULL_DUPLEX, ROBUST_CONNECTION].iter().any(|known| is_same(&uri, known)))
    }

    /// Reads such a message. The text's own have no ReplyTo, so none is asked for.
    pub fn read(envelope: &Envelope) -> Result<Self, WsmanError> {
        let text = |name: QName| {
            let block = envelope.header(name);
            let missing = || AddressingError::MissingHeader { name: name.to_string() };
            block.map(|block| block.trimmed_text().to_owned()).ok_or_else(missing)
        };
        Ok(Self {
            kind: RobustKind::read(&text(ResourceUri::NAME)?, &text(Action::NAME)?, envelope)?,
            operation_id: OperationId::new(&text(OperationId::NAME)?),
            message_id: MessageId::new(&text(MessageId::NAME)?),
        })
    }

    /// Writes the message as the text's examples do.
    #[must_use]
    pub fn to_envelope(&self) -> String {
        let (resource_uri, action) = self.kind.names();
        let mandatory = |name, text: &str, w: &mut Writer| {
            w.element(name, |w| {
                w.attribute(MUST_UNDERSTAND, "true");
                w.text(text);
            });
        };
        let header = |w: &mut Writer| {
            w.text_element(To::NAME, ANONYMOUS);
            mandatory(ResourceUri::NAME, resource_uri, w);
            mandatory(Action::NAME, &action, w);
            w.text_element(MessageId::NAME, self.message_id.as_str());
            w.text_element(OperationId::NAME, self.operation_id.as_str());
        };
        let body = |w: &mut Writer| {
            if let RobustKind::Acknowledge { last_sequence_id } = self.kind {
                w.text_element(LAST_SEQUENCE_ID_RECEIVED, &last_sequence_id.to_string());
            }
        };
        Envelope::write(None, &RESPONSE_NAMESPACES, header, body)
    }
}

impl RobustKind {
    fn read(resource_uri: &str, action: &str, envelope: &Envelope) -> Result<Self, XmlError> {
        let known = [Self::AcknowledgeRequest, Self::End, Self::Cancel, Self::Keepalive];
        let acknowledge = Self::Acknowledge { last_sequence_id: 0 };
        let found = known.into_iter().chain([acknowledge]).find(|kind| {
            let (its_uri, its_action) = kind.names();
            its_uri.eq_ignore_ascii_case(resource_uri) && its_action.eq_ignore_ascii_case(action)
        });
        match found {
            Some(Self::Acknowledge { .. }) => {
                Ok(Self::Acknowledge { last_sequence_id: last_sequence_id(envelope)? })
            }
            Some(kind) => Ok(kind),
            None => Ok(Self::Other(Action::new(action))),
        }
    }

    /// Its action.
    #[must_use]
    pub fn action(&self) -> Action {
        Action::new(&self.names().1)
    }

    /// The resource and the action.
    fn names(&self) -> (&'static str, String) {
        let of = |resource_uri, name: &str| (resource_uri, format!("{ACTIONS}{name}"));
        match self {
            Self::Acknowledge { .. } => of(ROBUST_CONNECTION, "Acknowledge"),
            Self::AcknowledgeRequest => of(ROBUST_CONNECTION, "AcknowledgeRequest"),
            Self::End => of(FULL_DUPLEX, "End"),
            Self::Cancel => of(FULL_DUPLEX, "Cancel"),
            Self::Keepalive => of(FULL_DUPLEX, "Keepalive"),
            Self::Other(action) => (FULL_DUPLEX, action.to_string()),
        }
    }
}

/// [MS-WSMV 2.2.4.44] AcknowledgeType: its only element stands in the body itself.
fn last_sequence_id(envelope: &Envelope) -> Result<u64, XmlError> {
    let element = envelope.body_children().find(|child| child.is(LAST_SEQUENCE_ID_RECEIVED));
    match element {
        Some(element) => number(element, "the number of a message"),
        None => Err(XmlError::MissingElement {
            expected: LAST_SEQUENCE_ID_RECEIVED.to_string(),
            inside: "Body".to_owned(),
            offset: envelope.root().offset(),
        }),
    }
}

fn is_same(uri: &ResourceUri, known: &str) -> bool {
    uri.as_str().eq_ignore_ascii_case(known)
}
