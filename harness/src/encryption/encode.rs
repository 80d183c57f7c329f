use crate::encryption::EncryptedMessage;
use crate::encryption::Portion;
use crate::encryption::Tolerance;
use crate::encryption::ToleranceSet;
use crate::encryption::message::BOUNDARY;

/// How to spell a frame: as the specification says by default, as a peer spelled its own to answer in kind, or wrong on
/// purpose to see whether a peer notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// A tab before each part header.
    pub tab: bool,
    /// A blank between `--` and the boundary.
    pub spaced_boundary: bool,
    /// A CRLF between ciphertext and closing delimiter, which Windows refuses.
    pub crlf_before_close: bool,
    /// A CRLF after the closing delimiter line.
    pub crlf_after_close: bool,
}

/// What the specification says and every Windows version accepts.
impl Default for Form {
    fn default() -> Self {
        Self { tab: true, spaced_boundary: false, crlf_before_close: false, crlf_after_close: false }
    }
}

/// The form of a body that needed these tolerances.
impl From<ToleranceSet> for Form {
    fn from(used: ToleranceSet) -> Self {
        Self {
            tab: !used.contains(Tolerance::NoTab),
            spaced_boundary: used.contains(Tolerance::SpacedBoundary),
            crlf_before_close: used.contains(Tolerance::CrlfBeforeClose),
            crlf_after_close: used.contains(Tolerance::CrlfAfterClose),
        }
    }
}

impl EncryptedMessage {
    /// [2.2.9.1.1.2] the HTTP body, spelled as `form` says. The ciphertext is copied once.
    ///
    /// [2.2.9.1.1.2]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv/
    #[must_use]
    pub fn encode(&self, form: Form) -> Vec<u8> {
        let delimiter = if form.spaced_boundary { format!("-- {BOUNDARY}") } else { format!("--{BOUNDARY}") };
        let mut body = Vec::with_capacity(self.encoded_len_max());
        for portion in &self.portions {
            self.write_pair(&mut body, portion, &delimiter, form);
        }
        let before = if form.crlf_before_close { "\r\n" } else { "" };
        let after = if form.crlf_after_close { "\r\n" } else { "" };
        body.extend_from_slice(format!("{before}{delimiter}--\r\n{after}").as_bytes());
        body
    }

    fn write_pair(&self, body: &mut Vec<u8>, portion: &Portion, delimiter: &str, form: Form) {
        let tab = if form.tab { "\t" } else { "" };
        let (protocol, charset, length) = (&self.protocol, self.charset, portion.plaintext_len);
        let lines = [
            format!("{delimiter}\r\n"),
            format!("{tab}Content-Type: {protocol}\r\n"),
            format!("{tab}OriginalContent: type=application/soap+xml;charset={charset};Length={length}\r\n"),
            format!("{delimiter}\r\n"),
            format!("{tab}Content-Type: application/octet-stream\r\n"),
        ];
        for line in lines {
            body.extend_from_slice(line.as_bytes());
        }
        body.extend_from_slice(&portion.length_field.to_le_bytes());
        body.extend_from_slice(&portion.token);
        body.extend_from_slice(&portion.ciphertext);
    }

    /// An upper bound, so that the body is allocated once.
    fn encoded_len_max(&self) -> usize {
        let lines = 256_usize.saturating_add(self.protocol.media_type().len());
        let sizes = self.portions.iter().map(|portion| {
            lines.saturating_add(portion.token.len()).saturating_add(portion.ciphertext.len())
        });
        sizes.fold(64, usize::saturating_add)
    }
}
