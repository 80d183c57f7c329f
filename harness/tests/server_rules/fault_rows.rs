//! The rows of the table of faults: one is one line, where it fits.

use crate::fault_rows_events;
use crate::fault_rows_resources;
use crate::fault_rows_resources::WMI;
use crate::support::*;

/// What the identifier of a subscription stands for that was made before.
pub(crate) const SUBSCRIPTION: &str = "SUBSCRIPTION";

/// A request, and how it is sent.
pub(crate) struct Sent {
    pub(crate) user: &'static str,
    pub(crate) field: Option<(&'static str, &'static str)>,
    pub(crate) is_chunked: bool,
    /// Whether the quotas are used up.
    pub(crate) is_full: bool,
    /// What alice asks before; one that is not answered at once keeps waiting.
    pub(crate) before: Vec<Ask>,
    pub(crate) envelope: String,
}

impl From<Ask> for Sent {
    fn from(ask: Ask) -> Self {
        Self {
            user: "alice",
            field: None,
            is_chunked: false,
            is_full: false,
            before: Vec::new(),
            envelope: ask.text(),
        }
    }
}

/// Code, subcode with the prefix of its specification, detail, number, and what earns it. The action of the message
/// follows from the prefix of the subcode.
pub(crate) type Row = (&'static str, &'static str, &'static str, u32, Sent);

pub(crate) const MUST_UNDERSTAND: &str = "s:MustUnderstand";
const OTHER_ID: &str = "33333333-AAAA-BBBB-CCCC-000000000001";

fn block(name: &'static str, text: &str) -> Ask {
    create_with("", "").block(name, text)
}

fn selectors(content: &str) -> Ask {
    delete(SHELL_ID).block("SelectorSet", &format!("<w:SelectorSet>{content}</w:SelectorSet>"))
}

fn options(content: &str) -> Ask {
    block("OptionSet", &format!("<w:OptionSet>{content}</w:OptionSet>"))
}

fn enumerate(content: &str) -> Ask {
    Ask::new(&format!("{ENUMERATION}/Enumerate"))
        .uri(SHELL)
        .body(&format!("<n:Enumerate>{content}</n:Enumerate>"))
}

fn pull(context: &str) -> Ask {
    let body = format!("<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>");
    Ask::new(&format!("{ENUMERATION}/Pull")).uri(SHELL).body(&body)
}

fn many(count: usize, element: &str) -> String {
    (0..count).map(|n| format!("<w:{element} Name=\"n{n}\">v</w:{element}>")).collect()
}

fn variable(len: usize) -> String {
    let value = "v".repeat(len);
    format!("<rsp:Environment><rsp:Variable Name=\"a\">{value}</rsp:Variable></rsp:Environment>")
}

fn large_answer(ask: Ask) -> Ask {
    let padding = format!("<q:Known xmlns:q=\"urn:q\">{}</q:Known>", "x".repeat(9_000));
    ask.reply_parameters(&padding)
        .block("MaxEnvelopeSize", "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">8192</w:MaxEnvelopeSize>")
}

/// The faults that a request earns. The world has the shell SHELL_ID, and in it COMMAND_ID, which waits for input.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = of_addressing();
    rows.extend(of_headers());
    rows.extend(of_operations());
    rows.extend(of_enumerations());
    rows.extend(fault_rows_resources::rows());
    rows.extend(fault_rows_events::rows());
    rows
}

fn of_addressing() -> Vec<Row> {
    let unknown = "<x:Unknown xmlns:x=\"urn:x\" s:mustUnderstand=\"true\"/>";
    let elsewhere = "<a:ReplyTo><a:Address>http://elsewhere/</a:Address></a:ReplyTo>";
    let mismatch = Sent { field: Some(("SOAPAction", "\"urn:other\"")), ..create_with("", "").into() };
    let soap11 = Sent {
        envelope: create_with("", "")
            .text()
            .replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"),
        ..create_with("", "").into()
    };
    let s = "s:Sender";
    vec![
        ("s:VersionMismatch", "", "", 2_150_858_765, soap11),
        (MUST_UNDERSTAND, "", "", 2_150_858_768, block("x", unknown).into()),
        (
            s,
            "wsa:ActionNotSupported",
            "",
            2_150_858_771,
            block("Action", "<a:Action>urn:x</a:Action>").into(),
        ),
        (s, "wsa:ActionNotSupported", "", 2_150_858_771, create_with("", "").uri(SHELL).into()),
        (s, "wsa:ActionNotSupported", "ActionMismatch", 2_150_858_801, mismatch),
        (
            s,
            "wsa:DestinationUnreachable",
            "InvalidResourceURI",
            2_150_858_811,
            create_with("", "").uri("urn:x").into(),
        ),
        (
            s,
            "wsa:DestinationUnreachable",
            "InvalidResourceURI",
            2_150_858_811,
            block("ResourceURI", "").into(),
        ),
        (s, "wsa:MessageInformationHeaderRequired", "To", 2_150_858_769, block("To", "").into()),
        (s, "wsa:MessageInformationHeaderRequired", "ReplyTo", 2_150_858_769, block("ReplyTo", "").into()),
        (s, "wsa:MessageInformationHeaderRequired", "Action", 2_150_858_769, block("Action", "").into()),
        (s, "wsa:InvalidMessageInformationHeader", "", 2_150_858_767, block("MessageID", "").into()),
        (
            s,
            "wsa:InvalidMessageInformationHeader",
            "",
            2_150_858_767,
            block("MessageID", "<a:MessageID/>").into(),
        ),
        (
            s,
            "wsa:InvalidMessageInformationHeader",
            "",
            2_150_858_767,
            create_with("", "").timeout("P").into(),
        ),
        (
            s,
            "wsa:InvalidMessageInformationHeader",
            "",
            2_150_858_767,
            create_with("", "").timeout("-PT1S").into(),
        ),
        (s, "wsman:UnsupportedFeature", "AddressingMode", 2_150_858_870, block("ReplyTo", elsewhere).into()),
    ]
}

fn of_headers() -> Vec<Row> {
    let twice = "<w:Selector Name=\"ShellId\">a</w:Selector><w:Selector Name=\"ShellId\">b</w:Selector>";
    let element = "<w:Selector Name=\"ShellId\"><w:Other/></w:Selector>";
    let locale = "<w:Locale xml:lang=\"de-DE\" s:mustUnderstand=\"true\"/>";
    let data_locale = "<p:DataLocale xml:lang=\"de-DE\" s:mustUnderstand=\"true\"/>";
    let must_comply = "<w:Option Name=\"x\" MustComply=\"true\"/>";
    let code_page = "<w:Option Name=\"WINRS_CODEPAGE\">x</w:Option>";
    let latin = Sent {
        field: Some(("Content-Type", "application/soap+xml;charset=ISO-8859-1")),
        ..create_with("", "").into()
    };
    let s = "s:Sender";
    let long_uri = format!("urn:{}", "x".repeat(2_048));
    vec![
        (
            s,
            "wsman:EncodingLimit",
            "MinimumEnvelopeLimit",
            2_150_858_878,
            create_with("", "").max_envelope(8_191).into(),
        ),
        (
            s,
            "wsman:EncodingLimit",
            "URILimitExceeded",
            2_150_858_805,
            create_with("", "").uri(&long_uri).into(),
        ),
        (s, "wsman:EncodingLimit", "SelectorLimit", 2_150_858_826, selectors(&many(129, "Selector")).into()),
        (s, "wsman:EncodingLimit", "OptionLimit", 2_150_858_827, options(&many(129, "Option")).into()),
        (s, "wsman:EncodingLimit", "CharacterSet", 2_150_858_828, latin),
        (s, "wsman:EncodingLimit", "MaxEnvelopeSize", 2_150_858_823, large_answer(get(SHELL_ID)).into()),
        (
            s,
            "wsman:EncodingLimit",
            "UnreportableSuccess",
            2_150_858_829,
            large_answer(signal(COMMAND_ID, "ctrl_c")).into(),
        ),
        (s, "wsman:EncodingLimit", "MaxEnvelopeSizeExceeded", 2_150_858_824, large_fault()),
        (
            s,
            "wsman:InvalidSelectors",
            "InsufficientSelectors",
            2_150_858_842,
            delete(SHELL_ID).block("SelectorSet", "").into(),
        ),
        (s, "wsman:InvalidSelectors", "UnexpectedSelectors", 2_150_858_843, delete(OTHER_ID).into()),
        (s, "wsman:InvalidSelectors", "DuplicateSelectors", 2_150_858_847, selectors(twice).into()),
        (s, "wsman:InvalidSelectors", "TypeMismatch", 2_150_858_844, selectors(element).into()),
        (s, "wsman:InvalidOptions", "NotSupported", 2_150_858_833, options(must_comply).into()),
        (s, "wsman:InvalidOptions", "InvalidValue", 2_150_858_835, options(code_page).into()),
        (
            s,
            "wsman:InvalidHeader",
            "InvalidTimeout",
            2_150_858_881,
            create_with("", "").timeout("PT0S").into(),
        ),
        (s, "wsman:UnsupportedFeature", "Locale", 2_150_858_887, block("Locale", locale).into()),
        (s, "wsman:UnsupportedFeature", "DataLocale", 2_150_858_887, block("DataLocale", data_locale).into()),
    ]
}

fn full(ask: Ask) -> Sent {
    Sent { is_full: true, ..ask.into() }
}

fn large_fault() -> Sent {
    let blocks: String =
        (0..200).map(|n| format!("<q:Name{n} xmlns:q=\"urn:{n}\" s:mustUnderstand=\"1\"/>")).collect();
    create_with("", "").block("x", &blocks).max_envelope(8_192).into()
}

fn of_operations() -> Vec<Row> {
    let (s, r) = ("s:Sender", "s:Receiver");
    let connect = Ask::new(&format!("{SHELL}/Connect")).shell(SHELL_ID).body("<rsp:Connect/>");
    let disconnect =
        Ask::new(&format!("{SHELL}/Disconnect")).shell(SHELL_ID).session(OTHER_ID).body("<rsp:Disconnect/>");
    let no_time = create_with("", "<rsp:IdleTimeOut>PT0S</rsp:IdleTimeOut>");
    let to_shell = Ask::new(&format!("{SHELL}/Receive"))
        .shell(SHELL_ID)
        .body("<rsp:Receive><rsp:DesiredStream>stdout</rsp:DesiredStream></rsp:Receive>");
    let second_receive = Sent { before: vec![receive(COMMAND_ID)], ..receive(COMMAND_ID).into() };
    let mode = "<w:EnumerationMode>EnumerateEverything</w:EnumerationMode>";
    vec![
        (s, "wsman:AccessDenied", "", 5, Sent { user: "carol", ..create_with("", "").into() }),
        (s, "wsman:AlreadyExists", "", 2_150_859_223, create(SHELL_ID).into()),
        (s, "wsman:AlreadyExists", "", 2_150_859_222, command(COMMAND_ID, "cat").into()),
        (s, "wsman:QuotaLimit", "", 2_150_859_174, full(command(OTHER_ID, "cat"))),
        (s, "wsman:QuotaLimit", "", 2_150_859_173, full(create_with("", ""))),
        (s, "wsman:SchemaValidationError", "", 2_150_858_817, create_with("", "").body("").into()),
        (
            s,
            "wsman:SchemaValidationError",
            "",
            2_150_858_817,
            create_with("", "").body("<rsp:Other/>").into(),
        ),
        (s, "wsman:SchemaValidationError", "", 2_150_858_817, create("no-uuid").into()),
        (s, "wsman:InvalidParameter", "InvalidValue", 87, create_with("", &variable(70_000)).into()),
        (s, "wsman:InvalidParameter", "InvalidValue", 87, signal(COMMAND_ID, "ctrl_x").into()),
        (r, "wsman:TimedOut", "", 2_150_858_793, receive(COMMAND_ID).timeout("PT1S").into()),
        // A second Receive while one waits.
        (r, "wsman:InternalError", "", 2_150_859_047, second_receive),
        (r, "wsman:InternalError", "", 50, Sent { is_chunked: true, ..create_with("", "").into() }),
        (r, "wsman:InternalError", "", 87, to_shell.into()),
        (r, "wsman:InternalError", "", 2_150_859_147, send(COMMAND_ID, "stdout", "QQ==", "").into()),
        (r, "wsman:InternalError", "", 2_150_859_206, disconnect.into()),
        (r, "wsman:InternalError", "", 2_150_859_213, connect.into()),
        (r, "wsman:InternalError", "", 2_150_859_250, no_time.into()),
        (s, "wsman:UnsupportedFeature", "EnumerationMode", 2_150_858_886, enumerate(mode).into()),
        (s, "wsen:FilteringNotSupported", "", 2_150_858_776, enumerate("<w:Filter>x</w:Filter>").into()),
        (r, "wsen:InvalidEnumerationContext", "", 2_150_858_779, pull("uuid:0").into()),
    ]
}

fn of_enumerations() -> Vec<Row> {
    let s = "s:Sender";
    let of = |class: &str, content: &str| enumerate(content).uri(&format!("{WMI}/{class}"));
    let filter = |dialect: &str, text: &str| format!("<w:Filter Dialect=\"{dialect}\">{text}</w:Filter>");
    let wql = |text: &str| filter("http://schemas.microsoft.com/wbem/wsman/1/WQL", text);
    let past = "<n:Expires>2001-01-01T00:00:00Z</n:Expires>";
    let end_to = "<n:EndTo><a:Address>http://elsewhere/</a:Address></n:EndTo>";
    vec![
        (
            s,
            "wsen:FilterDialectRequestedUnavailable",
            "",
            2_150_858_777,
            of("Win32_Service", &filter("urn:x", "x")).into(),
        ),
        (s, "wsen:CannotProcessFilter", "", 2_150_858_778, of("Win32_Service", &wql("select")).into()),
        (s, "wsman:UnsupportedFeature", "FilteringRequired", 2_150_858_831, of("*", "").into()),
        (s, "wsman:UnsupportedFeature", "AddressingMode", 2_150_858_870, of("Win32_Service", end_to).into()),
        (s, "wsen:InvalidExpirationTime", "", 2_150_858_774, of("Win32_Service", past).into()),
        (
            s,
            "wsa:MessageInformationHeaderRequired",
            "ResourceURI",
            2_150_858_769,
            pull("uuid:0").block("ResourceURI", "").into(),
        ),
    ]
}
