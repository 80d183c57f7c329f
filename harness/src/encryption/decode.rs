use crate::auth::SecurityContext;
use crate::encryption::EncryptedMessage;
use crate::encryption::EncryptionError;
use crate::encryption::Protocol;
use crate::encryption::ToleranceSet;
use crate::encryption::Unsealed;
use crate::encryption::message::BOUNDARY;
use crate::encryption::message::MANY_PAIRS;
use crate::encryption::message::ONE_PAIR;
use crate::encryption::reader::BodyReader;
use crate::http::media_type::MediaType;

/// A message and the deviations that its octets had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What the body says.
    pub message: EncryptedMessage,
    /// Which tolerances it took to read it: empty if it is as specified.
    pub used: ToleranceSet,
    granted: ToleranceSet,
}

impl Decoded {
    /// Unseals the message under the tolerances that decoding it was granted.
    pub fn unseal(self, context: &mut dyn SecurityContext) -> Result<Unsealed, EncryptionError> {
        let unsealed = self.message.unseal_with(context, self.granted)?;
        Ok(Unsealed { used: unsealed.used.union(self.used), ..unsealed })
    }
}

impl EncryptedMessage {
    /// Decodes a body that holds exactly one message.
    pub fn decode(
        content_type: &[u8],
        body: &[u8],
        granted: ToleranceSet,
    ) -> Result<Decoded, EncryptionError> {
        let mut messages = Self::decode_all(content_type, body, granted)?;
        let decoded = messages.read()?;
        match messages.rest.len() {
            0 => Ok(decoded),
            bytes => Err(EncryptionError::Trailing { bytes }),
        }
    }

    /// Decodes a body message by message: Windows answers a pending Receive with several complete messages in one HTTP
    /// response. A body always holds one, so an empty one is an error.
    pub fn decode_all<'a>(
        content_type: &[u8],
        body: &'a [u8],
        granted: ToleranceSet,
    ) -> Result<Messages<'a>, EncryptionError> {
        let media_type = MediaType::parse(content_type)?;
        let pairs = match media_type.essence() {
            essence if essence.eq_ignore_ascii_case(ONE_PAIR) => Pairs::One,
            essence if essence.eq_ignore_ascii_case(MANY_PAIRS) => Pairs::Many,
            found => return Err(EncryptionError::NotEncrypted { found: found.to_owned() }),
        };
        let parameter = |name| media_type.parameter(name).ok_or(EncryptionError::MissingParameter { name });
        let protocol = Protocol::from_media_type(parameter("protocol")?);
        let boundary = parameter("boundary")?;
        if boundary != BOUNDARY {
            return Err(EncryptionError::Boundary { found: boundary.to_owned() });
        }
        Ok(Messages { protocol, pairs, granted, rest: body, ended: false })
    }
}

/// The messages of one body, each found by the lengths of the one before it.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    protocol: Protocol,
    pairs: Pairs,
    granted: ToleranceSet,
    rest: &'a [u8],
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pairs {
    One,
    Many,
}

/// Ends after the first error: nothing tells where a next message would start.
impl Iterator for Messages<'_> {
    type Item = Result<Decoded, EncryptionError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let result = self.read();
        self.ended = result.is_err() || self.rest.is_empty();
        Some(result)
    }
}

impl Messages<'_> {
    fn read(&mut self) -> Result<Decoded, EncryptionError> {
        let mut reader = BodyReader::new(self.rest, self.protocol.clone(), self.granted);
        let (charset, portions) = reader.read_pairs()?;
        let fits = match self.pairs {
            Pairs::One => portions.len() == 1,
            Pairs::Many => portions.len() > 1,
        };
        if !fits {
            return Err(EncryptionError::Pairs { found: portions.len() });
        }
        self.rest = reader.rest();
        let message = EncryptedMessage { protocol: self.protocol.clone(), charset, portions };
        Ok(Decoded { message, used: reader.used(), granted: self.granted })
    }
}
