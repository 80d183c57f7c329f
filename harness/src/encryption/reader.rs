use crate::encryption::Charset;
use crate::encryption::EncryptionError;
use crate::encryption::Portion;
use crate::encryption::Protocol;
use crate::encryption::Tolerance;
use crate::encryption::ToleranceSet;
use crate::encryption::message::BOUNDARY;
use crate::encryption::message::may_be_padded;
use crate::http::multipart::FrameReader;
use crate::limits::TLS_RECORD_BYTES_MAX;
use crate::limits::TLS_RECORDS_MAX;

const ORIGINAL_TYPE: &str = "application/soap+xml";
const DATA_TYPE: &str = "application/octet-stream";

/// Reads one message and keeps account of what it tolerated.
pub(super) struct BodyReader<'a> {
    frame: FrameReader<'a>,
    protocol: Protocol,
    granted: ToleranceSet,
    used: ToleranceSet,
}

/// [2.2.9.1.1.2.1] OriginalContent.
///
/// [2.2.9.1.1.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
#[derive(Debug, Clone, Copy)]
struct OriginalContent {
    charset: Charset,
    length: usize,
}

impl<'a> BodyReader<'a> {
    pub(super) fn new(body: &'a [u8], protocol: Protocol, granted: ToleranceSet) -> Self {
        Self { frame: FrameReader::new(body, BOUNDARY), protocol, granted, used: ToleranceSet::SPEC }
    }

    /// What follows the message.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.frame.rest()
    }

    /// The tolerances that it took so far.
    pub(super) fn used(&self) -> ToleranceSet {
        self.used
    }

    /// Every pair up to the closing delimiter line, and that line.
    pub(super) fn read_pairs(&mut self) -> Result<(Charset, Vec<Portion>), EncryptionError> {
        let mut closed = self.delimiter()?;
        let mut portions = Vec::new();
        let mut charset = Charset::default();
        while !closed {
            let original = self.metadata()?;
            charset = original.charset;
            if self.delimiter()? {
                return Err(EncryptionError::OnePart);
            }
            portions.push(self.data(original.length)?);
            closed = self.delimiter()?;
        }
        if self.frame.eat(b"\r\n") {
            self.tolerate(Tolerance::CrlfAfterClose)?;
        }
        Ok((charset, portions))
    }

    /// Whether the delimiter line that must stand here closes the body.
    fn delimiter(&mut self) -> Result<bool, EncryptionError> {
        let delimiter = self.frame.delimiter()?;
        if delimiter.spaced {
            self.tolerate(Tolerance::SpacedBoundary)?;
        }
        Ok(delimiter.closes)
    }

    fn tolerate(&mut self, tolerance: Tolerance) -> Result<(), EncryptionError> {
        if !self.granted.contains(tolerance) {
            return Err(EncryptionError::NotTolerated(tolerance));
        }
        self.used = self.used.with(tolerance);
        Ok(())
    }

    /// The header lines of the first part.
    fn metadata(&mut self) -> Result<OriginalContent, EncryptionError> {
        let (mut content_type, mut original) = (None, None);
        // Each round fills one of the two slots or fails.
        while self.frame.peek_delimiter(0).is_none() {
            let (name, value) = self.header()?;
            let slot = match name {
                _ if self.same(name, "Content-Type")? => &mut content_type,
                _ if self.same(name, "OriginalContent")? => &mut original,
                _ => return Err(EncryptionError::UnexpectedHeader { name: name.to_owned() }),
            };
            if slot.replace(value).is_some() {
                return Err(EncryptionError::UnexpectedHeader { name: name.to_owned() });
            }
        }
        let found = content_type.ok_or(EncryptionError::MissingHeader { name: "Content-Type" })?;
        self.expect_protocol(found)?;
        let original = original.ok_or(EncryptionError::MissingHeader { name: "OriginalContent" })?;
        self.original_content(original)
    }

    fn header(&mut self) -> Result<(&'a str, &'a str), EncryptionError> {
        let header = self.frame.header()?;
        if header.indent != "\t" {
            self.tolerate(Tolerance::NoTab)?;
        }
        Ok((header.name, header.value))
    }

    /// Whether `found` is `wanted`, which it may be in another case only if that is tolerated.
    fn same(&mut self, found: &str, wanted: &str) -> Result<bool, EncryptionError> {
        if found == wanted {
            return Ok(true);
        }
        if !found.eq_ignore_ascii_case(wanted) {
            return Ok(false);
        }
        self.tolerate(Tolerance::HeaderCase)?;
        Ok(true)
    }

    /// [2.2.9.1.2.2.1] a Kerberos message may name SPNEGO here; otherwise the type is that of the whole body.
    ///
    /// [2.2.9.1.2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
    fn expect_protocol(&mut self, found: &str) -> Result<(), EncryptionError> {
        let expected = self.protocol.media_type().to_owned();
        let spnego_in_kerberos =
            self.protocol == Protocol::Kerberos && found == Protocol::Spnego.media_type();
        if spnego_in_kerberos || self.same(found, &expected)? {
            return Ok(());
        }
        Err(EncryptionError::PartType { expected, found: found.to_owned() })
    }

    fn original_content(&mut self, value: &str) -> Result<OriginalContent, EncryptionError> {
        const NAMES: [&str; 3] = ["type", "charset", "Length"];
        let fault = || EncryptionError::OriginalContent { found: value.to_owned() };
        let mut fields = [None; 3];
        for (position, field) in value.split(';').enumerate() {
            let (name, text) = field.split_once('=').ok_or_else(fault)?;
            let place =
                NAMES.iter().position(|wanted| wanted.eq_ignore_ascii_case(name)).ok_or_else(fault)?;
            self.same(name, NAMES.get(place).copied().unwrap_or_default())?;
            if place != position {
                self.tolerate(Tolerance::FieldOrder)?;
            }
            let slot = fields.get_mut(place).filter(|slot| slot.is_none()).ok_or_else(fault)?;
            *slot = Some(text);
        }
        let [Some(kind), Some(charset), Some(length)] = fields else { return Err(fault()) };
        if !self.same(kind, ORIGINAL_TYPE)? {
            return Err(EncryptionError::PartType {
                expected: ORIGINAL_TYPE.to_owned(),
                found: kind.to_owned(),
            });
        }
        Ok(OriginalContent { charset: self.charset(charset)?, length: decimal(length)? })
    }

    fn charset(&mut self, found: &str) -> Result<Charset, EncryptionError> {
        for charset in [Charset::Utf8, Charset::Utf16] {
            if self.same(found, charset.name())? {
                return Ok(charset);
            }
        }
        Err(EncryptionError::Charset { found: found.to_owned() })
    }

    /// The second part: one header line, the length field, security header and ciphertext. Nothing separates them.
    fn data(&mut self, plaintext_len: usize) -> Result<Portion, EncryptionError> {
        let (name, found) = self.header()?;
        if !self.same(name, "Content-Type")? {
            return Err(EncryptionError::MissingHeader { name: "Content-Type" });
        }
        if !self.same(found, DATA_TYPE)? {
            return Err(EncryptionError::PartType {
                expected: DATA_TYPE.to_owned(),
                found: found.to_owned(),
            });
        }
        let field = self.frame.take(4)?;
        let length_field = u32::from_le_bytes(field.try_into().unwrap_or_default());
        if self.protocol == Protocol::CredSsp {
            let records_len = tls_records_len(self.frame.rest())?;
            let ciphertext = self.frame.take(records_len)?.to_vec();
            return Ok(Portion { plaintext_len, length_field, token: Vec::new(), ciphertext });
        }
        let token = self.token(length_field)?.to_vec();
        let ciphertext = self.ciphertext(plaintext_len, may_be_padded(&token))?.to_vec();
        Ok(Portion { plaintext_len, length_field, token, ciphertext })
    }

    fn token(&mut self, length_field: u32) -> Result<&'a [u8], EncryptionError> {
        let got = self.frame.rest().len();
        let len = usize::try_from(length_field).unwrap_or(usize::MAX);
        if len > got {
            return Err(EncryptionError::LengthField { expected: length_field, got });
        }
        Ok(self.frame.take(len)?)
    }

    /// `plaintext_len` octets. If no delimiter line follows them, the two known deviations are looked for, each at the
    /// one place where it can stand.
    fn ciphertext(&mut self, plaintext_len: usize, may_be_padded: bool) -> Result<&'a [u8], EncryptionError> {
        let ahead = self.frame;
        let ciphertext = self.frame.take(plaintext_len)?;
        if self.frame.peek_delimiter(0).is_some() {
            return Ok(ciphertext);
        }
        if self.frame.rest().starts_with(b"\r\n") && self.frame.peek_delimiter(2).is_some() {
            self.tolerate(Tolerance::CrlfBeforeClose)?;
            self.frame.eat(b"\r\n");
            return Ok(ciphertext);
        }
        if may_be_padded && self.frame.peek_delimiter(1).is_some() {
            self.tolerate(Tolerance::Padding)?;
            self.frame = ahead;
            return Ok(self.frame.take(plaintext_len.saturating_add(1))?);
        }
        Ok(ciphertext)
    }
}

/// Digits only: no sign, no blank, nothing above what can be in memory.
fn decimal(digits: &str) -> Result<usize, EncryptionError> {
    let fault = || EncryptionError::Length { found: digits.to_owned() };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(fault());
    }
    digits.parse().map_err(|_| fault())
}

/// The octets of the TLS records at the front. [RFC 5246 6.2] each begins with type 23, version and length; a delimiter
/// line begins with `-`, so the end needs no search.
///
/// [RFC 5246 6.2]: https://www.rfc-editor.org/rfc/rfc5246#section-6.2
fn tls_records_len(octets: &[u8]) -> Result<usize, EncryptionError> {
    let mut offset = 0_usize;
    for count in 0..=TLS_RECORDS_MAX {
        let fault = EncryptionError::TlsRecord { offset };
        let rest = octets.get(offset..).unwrap_or_default();
        let len = match rest {
            [23, 3, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ if count > 0 && rest.first() != Some(&23) => return Ok(offset),
            _ => return Err(fault),
        };
        let end = offset.saturating_add(5).saturating_add(len);
        if count == TLS_RECORDS_MAX || len > TLS_RECORD_BYTES_MAX || end > octets.len() {
            return Err(fault);
        }
        offset = end;
    }
    Ok(offset)
}
