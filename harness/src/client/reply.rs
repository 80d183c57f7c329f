use crate::addressing::MessageId;
use crate::addressing::RelatesTo;
use crate::client::SequenceError;
use crate::soap::Envelope;
use crate::soap::Fault;
use crate::wsman::WsmanErrorCode;
use crate::wsman::WsmanFault;

/// What a server answers. A fault is an answer like any other, never an error.
#[derive(Debug)]
pub enum Reply {
    /// The operation was done.
    Response(Envelope),
    /// The operation was refused.
    Fault(Fault),
}

impl Reply {
    /// Reads the envelope of an answer to the request `asked`.
    pub fn read(octets: &[u8], asked: &MessageId) -> Result<Self, SequenceError> {
        let envelope = Envelope::decode(octets, None)?;
        if let Some(fault) = envelope.fault()? {
            return Ok(Self::Fault(fault));
        }
        let relates_to = envelope.header(RelatesTo::NAME).map(|header| RelatesTo::new(header.text()));
        match relates_to {
            Some(relates_to) if relates_to.is_reply_to(asked) => Ok(Self::Response(envelope)),
            found => Err(SequenceError::UnrelatedAnswer {
                expected: asked.to_string(),
                found: found.map(|relates_to| relates_to.to_string()),
            }),
        }
    }

    /// Whether this is the fault that says that nothing came in time, after which a client asks again.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.code() == Some(WsmanErrorCode::OPERATION_TIMEDOUT)
    }

    /// The code of a fault's `WSManFault`.
    #[must_use]
    pub fn code(&self) -> Option<WsmanErrorCode> {
        match self {
            Self::Fault(fault) => WsmanFault::in_fault(fault).ok().flatten().map(|fault| fault.code),
            Self::Response(_) => None,
        }
    }
}
