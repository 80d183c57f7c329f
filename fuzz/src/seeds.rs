//! Where the targets start from. The files under `corpus/seeds/` are these; a test compares them.

use winrm_harness::compression::Sldc;
use winrm_harness::compression::Xpress;
use winrm_harness::encryption::Form;
use winrm_harness::soap::Envelope;
use winrm_harness::xml::Namespace;
use winrm_harness::xml::QName;
use winrm_harness::xml::Writer;

use crate::oracles::auth_ntlm_accept::genuine;
use crate::oracles::auth_ntlm_accept::input_of;
use crate::oracles::encryption_message_unseal::ORIGINALS;
use crate::oracles::encryption_message_unseal::sealed;

/// One seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The target's name.
    pub target: &'static str,
    /// The file's name: what it is.
    pub name: &'static str,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// All seeds of all targets.
#[must_use]
pub fn all() -> Vec<Seed> {
    [
        auth_ntlm_accept(),
        compression_sldc_round_trip(),
        compression_xpress_decode(),
        encryption_message_unseal(),
        soap_envelope_decode(),
        wsman_wql_parse(),
    ]
    .concat()
}

fn auth_ntlm_accept() -> Vec<Seed> {
    let seed = |name, octets| Seed { target: "auth_ntlm_accept", name, octets };
    let genuine = genuine();
    let tokens: [&[u8]; 2] = [&genuine.first, &genuine.third];
    vec![
        seed("genuine-bare", input_of(0, &tokens)),
        seed("genuine-bare-under-negotiate", input_of(1, &tokens)),
        seed(
            "genuine-spnego",
            input_of(1, &[&neg_token_init(&genuine.first), &neg_token_resp(&genuine.third)]),
        ),
        seed("third-token-first", input_of(0, &[&genuine.third])),
        seed("fields-nt-response", vec![2, 1, 20, 1]),
        seed("fields-user-cut", vec![2, 3, 4, 0]),
        seed("fields-unchanged", vec![2]),
        seed("client-honest", b"\x03\x00wonderland".to_vec()),
        seed("client-wrong-password", b"\x03\x00alice".to_vec()),
        seed("client-without-mic", b"\x03\x01wonderland".to_vec()),
    ]
}

/// [RFC 4178 4.2.1] NegTokenInit that offers NTLM, by hand: the harness's own encoder is under test too.
///
/// [RFC 4178 4.2.1]: https://www.rfc-editor.org/rfc/rfc4178#section-4.2.1
fn neg_token_init(token: &[u8]) -> Vec<u8> {
    let ntlm = der(6, &[b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"]);
    let mech_types = der(0xA0, &[&der(0x30, &[&ntlm])]);
    let mech_token = der(0xA2, &[&der(4, &[token])]);
    let init = der(0xA0, &[&der(0x30, &[&mech_types, &mech_token])]);
    der(0x60, &[&der(6, &[b"\x2b\x06\x01\x05\x05\x02"]), &init])
}

/// [RFC 4178 4.2.2] NegTokenResp that carries nothing but a token.
///
/// [RFC 4178 4.2.2]: https://www.rfc-editor.org/rfc/rfc4178#section-4.2.2
fn neg_token_resp(token: &[u8]) -> Vec<u8> {
    der(0xA1, &[&der(0x30, &[&der(0xA2, &[&der(4, &[token])])])])
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let len = match u8::try_from(content.len()) {
        Ok(short @ 0..0x80) => vec![short],
        _ => [&[0x82], u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes().as_slice()].concat(),
    };
    [&[tag], len.as_slice(), &content].concat()
}

/// A text that begins again and again, as XML does.
fn repetitive() -> Vec<u8> {
    let lines = (0..40).map(|i| format!("<e:Event><e:Data Name=\"n{i}\">some text</e:Data></e:Event>\r\n"));
    lines.collect::<String>().into_bytes()
}

fn compression_sldc_round_trip() -> Vec<Seed> {
    let seed =
        |name, octets: &[u8]| Seed { target: "compression_sldc_round_trip", name, octets: octets.to_vec() };
    vec![
        seed("data", &repetitive()),
        seed("scheme-1", &Sldc::encode(&repetitive())),
        seed("scheme-2", &Sldc::encode(b"test \xFF string")),
        // Reset 1, A, Scheme 2, B, End Of Record, Flush, from the bits of the standard.
        seed("both-schemes", b"\xFF\xA9\x07\xFC\x90\xBF\xE9\xFF\x00\x00\x00\x00"),
        seed("end-marker", &[0xFF; 4]),
    ]
}

fn compression_xpress_decode() -> Vec<Seed> {
    let seed = |name, mode: u8, octets: &[u8]| Seed {
        target: "compression_xpress_decode",
        name,
        octets: [&[mode], octets].concat(),
    };
    let abc = Xpress::compress(&b"abc".repeat(100));
    vec![
        seed("as-it-is", 0, &Xpress::compress(b"hello")),
        seed("huffman", 0, &Xpress::compress(&repetitive())),
        seed("two-blocks", 0, &[abc.as_slice(), &abc].concat()),
        // The second example of MS-XCA 3.2.
        seed("long-match", 1, abc.get(4..).unwrap_or(&[])),
    ]
}

fn encryption_message_unseal() -> Vec<Seed> {
    let seed = |name, mode: u8, rest: &[u8]| Seed {
        target: "encryption_message_unseal",
        name,
        octets: [&[mode], rest].concat(),
    };
    let [one, another] = ORIGINALS.map(str::as_bytes);
    let body = |plaintexts: &[&[u8]], form| sealed(plaintexts, form);
    let spec = Form::default();
    vec![
        seed("one-message", 0, &body(&[one], spec)),
        seed("two-messages", 0, &body(&[one, another], spec)),
        seed(
            "second-message-alone",
            0,
            body(&[one, another], spec).get(body(&[one], spec).len()..).unwrap_or(&[]),
        ),
        seed("without-tab", 0, &body(&[one], Form { tab: false, ..spec })),
        seed("spaced-boundary", 0, &body(&[one], Form { spaced_boundary: true, ..spec })),
        seed("crlf-before-close", 0, &body(&[one], Form { crlf_before_close: true, ..spec })),
        seed("crlf-after-close", 0, &body(&[one], Form { crlf_after_close: true, ..spec })),
        seed("nothing-sealed", 0, b"<s:Envelope/>"),
        seed("unchanged", 1, b"\x00<s:Envelope>text</s:Envelope>"),
        seed("one-octet-changed", 1, b"\x01\x00\xF0\x01<s:Envelope>text</s:Envelope>"),
        seed("cut", 1, b"\x01\x00\xF0\x00<s:Envelope>text</s:Envelope>"),
        seed("delimiter-in-plaintext", 1, b"\x00--Encrypted Boundary--\r\n"),
    ]
}

const SHELL: Namespace = Namespace::new("http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp");
const ADDRESSING: Namespace = Namespace::new("http://schemas.xmlsoap.org/ws/2004/08/addressing", "a");

fn soap_envelope_decode() -> Vec<Seed> {
    let seed =
        |name, text: &str| Seed { target: "soap_envelope_decode", name, octets: text.as_bytes().to_vec() };
    let create = Envelope::write(None, &[SHELL, ADDRESSING], request_headers, create_body);
    let utf16 = [0xFEFF].into_iter().chain(create.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    vec![
        seed("create", &create),
        Seed { target: "soap_envelope_decode", name: "create-utf-16", octets: utf16 },
        seed("receive-response", &Envelope::write(Some("en-US"), &[SHELL], |_| {}, receive_body)),
        seed("fault", FAULT),
        seed("references-and-cdata", REFERENCES),
        seed("prefixes-bound-again", PREFIXES),
        seed("declaration-and-comments", DECLARATION),
    ]
}

fn request_headers(writer: &mut Writer) {
    writer.element(QName::new(ADDRESSING, "Action"), |w| {
        w.attribute(winrm_harness::soap::MUST_UNDERSTAND, "true");
        w.text("http://schemas.xmlsoap.org/ws/2004/09/transfer/Create");
    });
    writer.text_element(QName::new(ADDRESSING, "MessageID"), "uuid:00000000-0000-4000-8000-000000000001");
}

fn create_body(writer: &mut Writer) {
    writer.element(QName::new(SHELL, "Shell"), |w| {
        w.text_element(QName::new(SHELL, "InputStreams"), "stdin");
        w.text_element(QName::new(SHELL, "OutputStreams"), "stdout stderr");
    });
}

fn receive_body(writer: &mut Writer) {
    writer.element(QName::new(SHELL, "ReceiveResponse"), |w| {
        w.text_element(QName::new(SHELL, "Stream"), "aGVsbG8NCg==");
        w.empty_element(QName::new(SHELL, "CommandState"));
    });
}

const FAULT: &str = concat!(
    r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
    r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header/><s:Body><s:Fault><s:Code>"#,
    r#"<s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:TimedOut</s:Value></s:Subcode></s:Code><s:Reason>"#,
    r#"<s:Text xml:lang="en-US">The operation timed out.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"#,
);

const REFERENCES: &str = concat!(
    r#"<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><a b="&lt;&#9;&quot;'"> "#,
    "&amp;&#xA;<![CDATA[<not> & a tag]]>\r\n]]&gt;</a></e:Body></e:Envelope>",
);

const PREFIXES: &str = concat!(
    r#"<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><a:x xmlns:a="urn:one" a:y="1" y="2">"#,
    r#"<a:x xmlns:a="urn:two" xmlns="" xmlns:b="urn:one" b:y="3"><y xml:space="preserve"> </y></a:x></a:x>"#,
    "</Body></Envelope>",
);

const DECLARATION: &str = concat!(
    "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- one --><?pi some?>",
    r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>a<!-- two -->b<?pi?>é"#,
    "</s:Body></s:Envelope>\n<!-- three -->\n",
);

fn wsman_wql_parse() -> Vec<Seed> {
    let seed = |name, text: &str| Seed { target: "wsman_wql_parse", name, octets: text.as_bytes().to_vec() };
    vec![
        seed("all", "select * from Win32_Service"),
        seed("projection", "SELECT Name, State FROM Win32_Service WHERE StartMode = \"Auto\""),
        seed(
            "operators",
            "SELECT * FROM a WHERE (ProcessId <> 0 AND ProcessId <= -1.5 OR 7 > Load) AND NOT Started = TRUE",
        ),
        seed("null", "SELECT * FROM a WHERE InstallDate IS NULL OR Name IS NOT NULL AND b = NULL"),
        seed("like", "SELECT * FROM a WHERE Name LIKE '[a-w]in%[^x]_' AND a LIKE '%a%a%a%a%b'"),
        seed("escapes", r#"SELECT * FROM a WHERE Path = 'C:\\Windows\\it\'s' OR Path = "\x""#),
        seed("nested", "SELECT * FROM a WHERE ((((((((NOT NOT (a = 1))))))))"),
        seed("association", "ASSOCIATORS OF {Win32_Service.Name='WinRM'} WHERE AssocClass = a"),
        seed("cut", "SELECT * FROM a WHERE Name = 'b"),
    ]
}
