//! Where the targets start from. The files under `corpus/seeds/` are these; a test compares them.

use winrm_harness::compression::Sldc;
use winrm_harness::compression::Xpress;
use winrm_harness::encryption::Form;
use winrm_harness::soap::Envelope;
use winrm_harness::xml::Namespace;
use winrm_harness::xml::QName;
use winrm_harness::xml::Writer;

use crate::oracles::auth_kerberos_accept;
use crate::oracles::auth_kerberos_unseal;
use crate::oracles::auth_ntlm_accept::genuine;
use crate::oracles::auth_ntlm_accept::input_of;
use crate::oracles::encryption_message_unseal::ORIGINALS;
use crate::oracles::encryption_message_unseal::sealed;
use crate::oracles::encryption_session_hostile;

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
        auth_credssp_ts_request(),
        kerberos_accept(),
        kerberos_unseal(),
        auth_negotiate_step(),
        auth_ntlm_accept(),
        compression_sldc_round_trip(),
        compression_xpress_decode(),
        encryption_message_unseal(),
        hostile_sessions(),
        soap_envelope_decode(),
        wsman_eventing_decode(),
        wsman_wql_parse(),
        wsman_xpath_parse(),
    ]
    .concat()
}

/// Written by hand, as [MS-CSSP 2.2.1] has them: the harness's own encoder is under test too.
fn auth_credssp_ts_request() -> Vec<Seed> {
    let request = |name, fields: &[&[u8]]| {
        let version: &[u8] = b"\xA0\x03\x02\x01\x06";
        let fields: Vec<&[u8]> = std::iter::once(version).chain(fields.iter().copied()).collect();
        Seed { target: "auth_credssp_ts_request", name, octets: der(0x30, &fields) }
    };
    let octets = |tag, octets: &[u8]| der(tag, &[&der(4, &[octets])]);
    let nego_token = der(0xA1, &[&der(0x30, &[&der(0x30, &[&octets(0xA0, b"NTLMSSP\0")])])]);
    let texts: Vec<Vec<u8>> = [b"D\0".as_slice(), b"a\0", b"w\0"]
        .iter()
        .zip([0xA0, 0xA1, 0xA2])
        .map(|(text, tag)| octets(tag, text))
        .collect();
    let password = octets(0xA1, &der(0x30, &texts.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    vec![
        request("nego-token", &[&nego_token]),
        request("pub-key-auth", &[&nego_token, &octets(0xA3, &[7; 48]), &octets(0xA5, &[9; 32])]),
        request("auth-info", &[&octets(0xA2, &[7; 80])]),
        request("error-code", &[b"\xA4\x06\x02\x04\xC0\0\0\x6D"]),
        request("error-code-positive", &[b"\xA4\x07\x02\x05\0\xC0\0\0\x6D"]),
        Seed {
            target: "auth_credssp_ts_request",
            name: "password",
            octets: der(0x30, &[b"\xA0\x03\x02\x01\x01", &password]),
        },
    ]
}

fn kerberos_accept() -> Vec<Seed> {
    let seed = |name, octets| Seed { target: "auth_kerberos_accept", name, octets };
    let genuine = auth_kerberos_accept::genuine();
    let behind = |mode: u8, octets: &[u8]| [&[mode], octets].concat();
    let entry =
        [&[0, 0, 0, 37, 0, 1, 0, 1, b'R', 0, 1, b'x', 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 23, 0, 16][..], &[7; 16]];
    vec![
        seed("genuine-request", behind(0, &genuine.request)),
        seed("genuine-answer", behind(1, &genuine.answer)),
        seed("authenticator-unchanged", vec![2]),
        seed("authenticator-other-version", vec![2, 0, 10, 1]),
        seed("ticket-unchanged", vec![3]),
        seed("ticket-other-flags", vec![3, 0, 15, 1]),
        seed("keytab-with-a-hole", [&[4, 5, 2, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0][..], &entry.concat()].concat()),
        seed("client-honest", vec![5, 0]),
        seed("client-other-name", vec![5, 4]),
    ]
}

fn kerberos_unseal() -> Vec<Seed> {
    let seed = |name, octets| Seed { target: "auth_kerberos_unseal", name, octets };
    let rc4 = auth_kerberos_unseal::tokens(4);
    let aes = auth_kerberos_unseal::tokens(1);
    let forged = |header: &[u8]| [&[1, 16], header, &[0; 44]].concat();
    let [first, second] = &aes;
    vec![
        seed("genuine-aes", auth_kerberos_unseal::input_of(1, 60, &first.concat())),
        seed("genuine-aes-out-of-turn", auth_kerberos_unseal::input_of(1, 60, &second.concat())),
        seed("genuine-aes-in-one", auth_kerberos_unseal::input_of(1, 255, &first.concat())),
        seed("genuine-rc4", auth_kerberos_unseal::input_of(4, 45, &rc4.each_ref()[0].concat())),
        seed("cut-behind-the-header", vec![1, 255, 5, 4, 6, 255, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 1]),
        seed("counts-of-65535", forged(&[5, 4, 6, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1])),
        seed("rc4-of-2-gib", vec![4, 255, 0x60, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 6, 9, 0x2A]),
    ]
}

fn auth_negotiate_step() -> Vec<Seed> {
    let seed = |name, octets| Seed { target: "auth_negotiate_step", name, octets };
    let genuine = genuine();
    let init = neg_token_init(&genuine.first);
    vec![
        seed("acceptor-bare", input_of(0, &[&genuine.first, &genuine.third])),
        seed("acceptor-spnego", input_of(0, &[&init, &neg_token_resp(&genuine.third)])),
        seed("acceptor-who-wants-a-mic", input_of(8, &[&init, &neg_token_resp(&genuine.third)])),
        // What made a well-known acceptor panic.
        seed("acceptor-cut", input_of(0, &[b"\x60\x82"])),
        seed("acceptor-empty", input_of(0, &[b"\x60\x00"])),
        seed("acceptor-response-first", input_of(0, &[b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x00"])),
        // accept-completed, accept-incomplete, reject and request-mic, with nothing else.
        seed("initiator-completed", input_of(1, &[b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x00"])),
        seed("initiator-incomplete", input_of(5, &[b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x01"])),
        seed("initiator-rejected", input_of(1, &[b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x02"])),
        seed("initiator-asked-for-mic", input_of(5, &[b"\xA1\x07\x30\x05\xA0\x03\x0A\x01\x03"])),
        seed("handshake", vec![2]),
        seed("handshake-kerberos-first", vec![6]),
        seed("handshake-first-changed", vec![2, 0, 30, 1]),
        seed("handshake-last-cut", vec![6, 5, 20, 0]),
    ]
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

fn hostile_sessions() -> Vec<Seed> {
    let seed = |name, kind, operations: &[[u8; 3]]| Seed {
        target: "encryption_session_hostile",
        name,
        octets: encryption_session_hostile::input_of(kind, operations),
    };
    vec![
        seed("ntlm-unchanged", 0, &[]),
        seed("ntlm-signature-flipped", 0, &[[0, 1, 9]]),
        seed("ntlm-ciphertext-flipped", 0, &[[0, 3, 25]]),
        seed("ntlm-other-order", 0, &[[3, 0, 1], [3, 2, 3]]),
        seed("ntlm-again", 0, &[[2, 0, 2]]),
        seed("ntlm-other-connection", 0, &[[4, 1, 1]]),
        seed("ntlm-sent-back", 0, &[[5, 0, 0]]),
        seed("ntlm-length-fields", 0, &[[6, 0, 0], [6, 1, 5], [6, 2, 6], [6, 3, 7]]),
        seed("aes256-sha384-unchanged", 1, &[]),
        seed("aes256-again-at-once", 2, &[[2, 0, 1]]),
        seed("aes256-cut", 2, &[[1, 2, 250]]),
        seed("aes128-sha256-left-out", 3, &[[10, 1, 0]]),
        seed("aes128-length", 4, &[[7, 0, 3], [7, 1, 4], [7, 2, 6]]),
        seed("rc4-parts-twice", 5, &[[8, 0, 0]]),
        seed("rc4-other-token", 5, &[[9, 0, 1], [9, 2, 16]]),
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

fn wsman_eventing_decode() -> Vec<Seed> {
    let seed = |name, text: &str| Seed {
        target: "wsman_eventing_decode",
        name,
        octets: EVENTING.replace("ACTION", name).replace("BODY", text).into_bytes(),
    };
    vec![
        seed("Subscribe", SUBSCRIBE),
        seed("SubscribeResponse", SUBSCRIBE_RESPONSE),
        seed("SubscriptionEnd", SUBSCRIPTION_END),
        seed("Renew", "<e:Renew><e:Expires>2026-01-01T00:00:00Z</e:Expires></e:Renew>"),
        seed("Events", EVENTS),
        seed("DroppedEvents", "<w:DroppedEvents Action=\"urn:a\">7</w:DroppedEvents>"),
        seed("Ack", ""),
    ]
}

/// The header of an event delivery; its parts are those of [WS-Eventing] or of DSP0226 as the action says.
///
/// [WS-Eventing]: https://www.w3.org/submissions/2006/SUBM-WS-Eventing-20060315/
const EVENTING: &str = concat!(
    r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
    r#"xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" "#,
    r#"xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/eventing" "#,
    r#"xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" "#,
    r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:To>http://192.0.2.1/sink</a:To>"#,
    r#"<a:Action>http://schemas.dmtf.org/wbem/wsman/1/wsman/ACTION</a:Action><a:MessageID>uuid:1</a:MessageID>"#,
    r#"<a:RelatesTo>uuid:0</a:RelatesTo><e:Identifier>uuid:2</e:Identifier><w:Bookmark><BookmarkList><Bookmark "#,
    r#"Channel="c" RecordId="1"/></BookmarkList></w:Bookmark><w:AckRequested/></s:Header>"#,
    "<s:Body>BODY</s:Body></s:Envelope>",
);

const SUBSCRIBE: &str = concat!(
    r#"<e:Subscribe><e:EndTo><a:Address>http://192.0.2.1/end</a:Address></e:EndTo><e:Delivery "#,
    r#"Mode="http://schemas.dmtf.org/wbem/wsman/1/wsman/Events"><w:Heartbeats>PT3600.000S</w:Heartbeats>"#,
    "<e:NotifyTo><a:Address>http://192.0.2.1/</a:Address><a:ReferenceProperties><e:Identifier>1</e:Identifier>",
    "</a:ReferenceProperties></e:NotifyTo><w:ConnectionRetry Total=\"5\">PT60S</w:ConnectionRetry>",
    "<w:MaxElements>20</w:MaxElements><w:MaxTime>PT30.000S</w:MaxTime>",
    r#"<w:MaxEnvelopeSize Policy="Notify">153600</w:MaxEnvelopeSize><w:Locale xml:lang="en-US"/>"#,
    "<w:ContentEncoding>UTF-16</w:ContentEncoding></e:Delivery><e:Expires>PT60S</e:Expires><w:Filter ",
    r#"Dialect="urn:d"><QueryList><Query Id="0"><Select Path="c">*</Select></Query></QueryList></w:Filter>"#,
    "<w:Bookmark>http://schemas.dmtf.org/wbem/wsman/1/wsman/bookmark/earliest</w:Bookmark>",
    "<w:SendBookmarks/></e:Subscribe>",
);

const SUBSCRIBE_RESPONSE: &str = concat!(
    "<e:SubscribeResponse><e:SubscriptionManager><a:Address>http://192.0.2.2/wsman</a:Address>",
    "<a:ReferenceParameters><e:Identifier>uuid:3</e:Identifier></a:ReferenceParameters></e:SubscriptionManager>",
    "<e:Expires>PT60S</e:Expires><n:EnumerationContext>uuid:3</n:EnumerationContext></e:SubscribeResponse>",
);

const SUBSCRIPTION_END: &str = concat!(
    "<e:SubscriptionEnd><e:SubscriptionManager><a:Address>http://192.0.2.2/wsman</a:Address>",
    "</e:SubscriptionManager><e:Status>http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryFailure</e:Status>",
    r#"<e:Reason xml:lang="en">gone</e:Reason></e:SubscriptionEnd>"#,
);

const EVENTS: &str = concat!(
    r#"<w:Events><w:Event Action="urn:a"><![CDATA[<Event xmlns='urn:e'>1 &amp; 2</Event>]]></w:Event>"#,
    r#"<w:Event><Event xmlns="urn:e"><System/></Event></w:Event><w:Event Action="urn:b"/></w:Events>"#,
);

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

fn wsman_xpath_parse() -> Vec<Seed> {
    const SERVICE: &str = "<p:Service xmlns:p='urn:p' xmlns:q='urn:q' Id='1'><p:Name>Spooler</p:Name><q:Name/>\
        <p:Dep k='a'>RPC</p:Dep><p:Dep k='b'>HTTP</p:Dep><p:Pid>1200</p:Pid></p:Service>";
    let seed = |name, expression: &str| Seed {
        target: "wsman_xpath_parse",
        name,
        octets: [expression, "\n", SERVICE].concat().into_bytes(),
    };
    vec![
        seed("element", "p:Name"),
        seed("text", "./Dep[2]/text()"),
        seed("attributes", "*/@*"),
        seed("absolute", "/p:Service/q:*"),
        seed("root", "/"),
        seed("operators", "Dep[@k!='a' and (. = 'HTTP' or not(../x) )]"),
        seed("conditions", "/*[Pid > 1000 and Pid <= 1200.0 or -1 < q:Name][not(Id)]/Dep[1]"),
        seed("nested", "/*[Dep[.='RPC'][@k]]/Name/text()"),
        seed("beyond", "//Name | child::Pid"),
        seed("cut", "Dep[.='"),
    ]
}
