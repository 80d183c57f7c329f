use crate::auth::SecurityContext;
use crate::encryption::Charset;
use crate::encryption::EncryptionError;
use crate::encryption::Protocol;
use crate::encryption::Tolerance;
use crate::encryption::ToleranceSet;
use crate::http::media_type::MediaType;
use crate::limits::CREDSSP_PORTION_BYTES_MAX;

/// [2.2.9.1] the boundary, which the specification fixes.
///
/// [2.2.9.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
pub(super) const BOUNDARY: &str = "Encrypted Boundary";
pub(super) const ONE_PAIR: &str = "multipart/encrypted";
pub(super) const MANY_PAIRS: &str = "multipart/x-multi-encrypted";

/// Octets that a record has beside its text, at most.
const TLS_RECORD_ROOM: usize = 64;

/// [2.2.9.1] one sealed SOAP envelope.
///
/// [2.2.9.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedMessage {
    /// Which authentication made the keys.
    pub protocol: Protocol,
    /// How the plaintext is encoded.
    pub charset: Charset,
    /// The sealed content: one portion, except for CredSSP above 16384 octets.
    pub portions: Vec<Portion>,
}

/// [2.2.9.1.1.2] one metadata part with its data part.
///
/// [2.2.9.1.1.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// Length: how many octets the plaintext has.
    pub plaintext_len: usize,
    /// The length field as it stands on the wire: the octets of `token`, for CredSSP those of the TLS record's trailer,
    /// which a receiver cannot rely on.
    pub length_field: u32,
    /// The security header. Empty for CredSSP, whose records are one piece.
    pub token: Vec<u8>,
    /// What follows it. For CredSSP whole TLS records.
    pub ciphertext: Vec<u8>,
}

/// A plaintext and what it took to get at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// The SOAP envelope.
    pub plaintext: Vec<u8>,
    /// The deviations that decoding and unsealing had to tolerate.
    pub used: ToleranceSet,
}

impl EncryptedMessage {
    /// Seals `plaintext`, in place as long as it fits one portion.
    ///
    /// For CredSSP the context leaves the whole TLS record in the message and returns a copy of its header (with its
    /// explicit nonce), which nothing is moved for.
    pub fn seal(
        context: &mut dyn SecurityContext,
        protocol: Protocol,
        charset: Charset,
        plaintext: Vec<u8>,
    ) -> Result<Self, EncryptionError> {
        let portions = if protocol == Protocol::CredSsp && plaintext.len() > CREDSSP_PORTION_BYTES_MAX {
            let pieces = plaintext.chunks(CREDSSP_PORTION_BYTES_MAX);
            pieces
                .map(|piece| Portion::seal(context, &protocol, with_room(piece)))
                .collect::<Result<_, _>>()?
        } else {
            vec![Portion::seal(context, &protocol, plaintext)?]
        };
        Ok(Self { protocol, charset, portions })
    }

    /// Unseals all portions and joins them.
    pub fn unseal(self, context: &mut dyn SecurityContext) -> Result<Vec<u8>, EncryptionError> {
        Ok(self.unseal_with(context, ToleranceSet::SPEC)?.plaintext)
    }

    /// Unseals all portions and joins them; says which of the `granted` tolerances that needed.
    pub fn unseal_with(
        self,
        context: &mut dyn SecurityContext,
        granted: ToleranceSet,
    ) -> Result<Unsealed, EncryptionError> {
        let mut used = ToleranceSet::SPEC;
        let mut portions = self.portions;
        if portions.len() == 1 {
            let plaintext = portions.pop().map(|portion| portion.unseal(context, granted, &mut used));
            return Ok(Unsealed { plaintext: plaintext.transpose()?.unwrap_or_default(), used });
        }
        // Never more than came, whatever Length says.
        let mut plaintext = Vec::with_capacity(portions.iter().map(|portion| portion.ciphertext.len()).sum());
        for portion in portions {
            plaintext.extend(portion.unseal(context, granted, &mut used)?);
        }
        Ok(Unsealed { plaintext, used })
    }

    /// [2.2.9.1.1.1] the Content-Type of the HTTP message that carries this.
    ///
    /// [2.2.9.1.1.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
    #[must_use]
    pub fn content_type(&self) -> MediaType {
        let essence = if self.portions.len() > 1 { MANY_PAIRS } else { ONE_PAIR };
        MediaType::new(essence).with("protocol", self.protocol.media_type()).with("boundary", BOUNDARY)
    }
}

impl Portion {
    fn seal(
        context: &mut dyn SecurityContext,
        protocol: &Protocol,
        mut message: Vec<u8>,
    ) -> Result<Self, EncryptionError> {
        let plaintext_len = message.len();
        let token = context.seal(&mut message)?;
        let too_long = |_| EncryptionError::LengthField { expected: u32::MAX, got: token.len() };
        if *protocol != Protocol::CredSsp {
            let length_field = u32::try_from(token.len()).map_err(too_long)?;
            return Ok(Self { plaintext_len, length_field, token, ciphertext: message });
        }
        let trailer_len = message.len().saturating_sub(plaintext_len).saturating_sub(token.len());
        let length_field = u32::try_from(trailer_len).map_err(too_long)?;
        Ok(Self { plaintext_len, length_field, token: Vec::new(), ciphertext: message })
    }

    fn unseal(
        self,
        context: &mut dyn SecurityContext,
        granted: ToleranceSet,
        used: &mut ToleranceSet,
    ) -> Result<Vec<u8>, EncryptionError> {
        let expected = self.plaintext_len;
        let mut message = self.ciphertext;
        context.unseal(&self.token, &mut message)?;
        let got = message.len();
        if got == expected {
            return Ok(message);
        }
        // Length is in clear: what it leaves off has to be padding, or anybody could cut a message.
        let is_cut = got > expected && message.last() != Some(&1);
        if is_cut || got.abs_diff(expected) > 1 || !may_be_padded(&self.token) {
            return Err(EncryptionError::PlaintextLength { expected, got });
        }
        if !granted.contains(Tolerance::Padding) {
            return Err(EncryptionError::NotTolerated(Tolerance::Padding));
        }
        message.truncate(expected);
        *used = used.with(Tolerance::Padding);
        Ok(message)
    }
}

/// A piece of a message with room for what TLS adds, so that its record is made without another allocation.
fn with_room(piece: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(piece.len().saturating_add(TLS_RECORD_ROOM));
    message.extend_from_slice(piece);
    message
}

/// [RFC 4757 7.3] "pad" is one octet of 1: only RC4 Kerberos has it. Its token starts with the tag of RFC 2743 3.1, that
/// of NTLM with 1 and that of AES Kerberos with 5, so a wrong Length cannot pass for padding with these.
///
/// [RFC 4757 7.3]: https://www.rfc-editor.org/rfc/rfc4757#section-7.3
pub(super) fn may_be_padded(token: &[u8]) -> bool {
    token.first() == Some(&0x60)
}
