//! Envelopes as WinRM peers send them, made to measure.

/// An envelope to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A request that creates a shell, whatever size is asked for.
    Create,
    /// A page of an enumeration: many instances with many small elements.
    PullResponse,
    /// Output of a command: long runs of base64.
    ReceiveResponse,
}

/// Octets of plaintext that one `Stream` carries: a pipe's buffer of the commands that write much.
const STREAM_BYTES: usize = 4096;

const HEADER: &str = concat!(
    r#"<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
    r#"xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" "#,
    r#"xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" "#,
    r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" "#,
    r#"xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" "#,
    r#"xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">"#,
    r#"<s:Header><a:Action>urn:example:response</a:Action>"#,
    r#"<a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>"#,
    r#"<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"#,
    r#"<a:RelatesTo>uuid:00000000-0000-4000-8000-000000000002</a:RelatesTo></s:Header><s:Body>"#,
);
const FOOTER: &str = "</s:Body></s:Envelope>";

const CREATE: &str = concat!(
    r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
    r#"xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" "#,
    r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>"#,
    r#"<a:To>http://host.example:5985/wsman</a:To><a:ReplyTo><a:Address s:mustUnderstand="true">"#,
    r#"http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"#,
    r#"<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Create</a:Action>"#,
    r#"<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>"#,
    r#"<a:MessageID>uuid:00000000-0000-4000-8000-000000000001</a:MessageID>"#,
    r#"<w:ResourceURI s:mustUnderstand="true">"#,
    r#"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd</w:ResourceURI>"#,
    r#"<w:OperationTimeout>PT60.000S</w:OperationTimeout>"#,
    r#"<w:Locale xml:lang="en-US" s:mustUnderstand="false"/></s:Header><s:Body>"#,
    r#"<rsp:Shell xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">"#,
    r#"<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"#,
    r#"</rsp:Shell></s:Body></s:Envelope>"#,
);

impl Shape {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::PullResponse => "pull_response",
            Self::ReceiveResponse => "receive_response",
        }
    }

    /// An envelope of this shape with at least `len` octets and hardly more.
    #[must_use]
    pub fn envelope(self, len: usize) -> String {
        match self {
            Self::Create => CREATE.to_owned(),
            Self::PullResponse => pull_response(len),
            Self::ReceiveResponse => receive_response(len),
        }
    }
}

fn pull_response(len: usize) -> String {
    let mut text = format!("{HEADER}<n:PullResponse><n:EnumerationContext>1</n:EnumerationContext><n:Items>");
    let mut number = 0_u32;
    while text.len() < len.saturating_sub(FOOTER.len()) {
        number = number.saturating_add(1);
        text.push_str(&format!(
            concat!(
                r#"<p:Win32_Service xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service" "#,
                r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:Win32_Service_Type">"#,
                r#"<p:AcceptPause>false</p:AcceptPause><p:AcceptStop>true</p:AcceptStop>"#,
                r#"<p:Caption>Example Service {0}</p:Caption><p:CheckPoint>0</p:CheckPoint>"#,
                r#"<p:Description>Does &lt;something&gt; for the sake of measuring, number {0}.</p:Description>"#,
                r#"<p:ExitCode>0</p:ExitCode><p:InstallDate xsi:nil="true"/><p:Name>Example{0}</p:Name>"#,
                r#"<p:ProcessId>{0}</p:ProcessId><p:StartMode>Auto</p:StartMode><p:State>Running</p:State>"#,
                r#"</p:Win32_Service>"#,
            ),
            number
        ));
    }
    text + "</n:Items></n:PullResponse>" + FOOTER
}

fn receive_response(len: usize) -> String {
    let mut text = format!("{HEADER}<rsp:ReceiveResponse>");
    let mut state = 1_u32;
    while text.len() < len.saturating_sub(FOOTER.len()) {
        text.push_str(r#"<rsp:Stream Name="stdout" CommandId="00000000-0000-4000-8000-000000000003">"#);
        let room = len.saturating_sub(FOOTER.len()).saturating_sub(text.len());
        push_base64(&mut text, &mut state, STREAM_BYTES.div_ceil(3).saturating_mul(4).min(room));
        text.push_str("</rsp:Stream>");
    }
    text + "</rsp:ReceiveResponse>" + FOOTER
}

/// Letters of the base64 alphabet in an order without pattern, the same each time.
fn push_base64(text: &mut String, state: &mut u32, len: usize) {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = ALPHABET.as_bytes();
    for _ in 0..len {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let letter = usize::try_from(*state >> 26).ok().and_then(|at| letters.get(at));
        text.push(char::from(letter.copied().unwrap_or(b'A')));
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn an_envelope_has_the_size_that_was_asked_for() {
        for shape in [Shape::PullResponse, Shape::ReceiveResponse] {
            for len in [2 * 1024, 16 * 1024, 150 * 1024, 500 * 1024] {
                let found = shape.envelope(len).len();
                assert!((len..len + 1500).contains(&found), "{shape:?}: expected {len}, found {found}");
            }
        }
        assert!((1024..1500).contains(&Shape::Create.envelope(1024).len()));
    }
}
