use crate::support::*;

/// Each request deserves its fault: subcode (or code, without subcode), detail, number.
#[test]
#[expect(clippy::too_many_lines, reason = "one table, which is easier to read whole")]
fn every_fault_of_the_service_is_the_answer_to_some_request() {
    let mandatory =
        |name: &str| format!("<x:{name} xmlns:x=\"urn:x\" s:mustUnderstand=\"true\">1</x:{name}>");
    let create = || create_with("", "");
    let delete = || delete(SHELL_ID);
    let selectors = |count: usize| {
        let many: String = (0..count).map(|n| format!("<w:Selector Name=\"n{n}\">v</w:Selector>")).collect();
        format!("<w:SelectorSet>{many}</w:SelectorSet>")
    };
    let options = |count: usize| {
        let many: String = (0..count).map(|n| format!("<w:Option Name=\"n{n}\">v</w:Option>")).collect();
        format!("<w:OptionSet>{many}</w:OptionSet>")
    };
    let twice = "<w:SelectorSet><w:Selector Name=\"ShellId\">a</w:Selector><w:Selector Name=\"ShellId\">b</w:Selector></w:SelectorSet>";
    let code_page = "<w:OptionSet><w:Option Name=\"WINRS_CODEPAGE\">x</w:Option></w:OptionSet>";
    let not_anonymous = "<a:ReplyTo><a:Address>http://elsewhere/</a:Address></a:ReplyTo>";
    let enumerate = |body: &str| Ask::new(&format!("{ENUMERATION}/Enumerate")).uri(SHELL).body(body);
    let pull = Ask::new(&format!("{ENUMERATION}/Pull"))
        .uri(SHELL)
        .body("<n:Pull><n:EnumerationContext>uuid:0</n:EnumerationContext></n:Pull>");
    let table = [
        (
            "ActionNotSupported",
            "",
            2_150_858_771,
            create().block("Action", "<a:Action>urn:nothing</a:Action>"),
        ),
        ("ActionNotSupported", "", 2_150_858_771, create().uri(SHELL)),
        ("DestinationUnreachable", "InvalidResourceURI", 2_150_858_811, create().uri("urn:nothing")),
        ("DestinationUnreachable", "InvalidResourceURI", 2_150_858_811, create().block("ResourceURI", "")),
        ("EncodingLimit", "MinimumEnvelopeLimit", 2_150_858_878, create().max_envelope(8_191)),
        ("EncodingLimit", "URILimitExceeded", 0, create().uri(&format!("urn:{}", "x".repeat(2_048)))),
        ("EncodingLimit", "SelectorLimit", 0, delete().block("SelectorSet", &selectors(129))),
        ("EncodingLimit", "OptionLimit", 0, create().block("OptionSet", &options(129))),
        ("InvalidSelectors", "UnexpectedSelectors", 2_150_858_843, delete()),
        ("InvalidSelectors", "InsufficientSelectors", 2_150_858_842, delete().block("SelectorSet", "")),
        ("InvalidSelectors", "DuplicateSelectors", 2_150_858_847, delete().block("SelectorSet", twice)),
        ("InvalidMessageInformationHeader", "", 2_150_858_767, create().timeout("P")),
        ("InvalidMessageInformationHeader", "", 2_150_858_767, create().timeout("-PT1S")),
        ("InvalidMessageInformationHeader", "", 2_150_858_767, create().block("MessageID", "")),
        ("InvalidMessageInformationHeader", "", 2_150_858_767, create().block("MessageID", "<a:MessageID/>")),
        ("MessageInformationHeaderRequired", "", 2_150_858_769, create().block("To", "")),
        ("MessageInformationHeaderRequired", "", 2_150_858_769, create().block("ReplyTo", "")),
        ("MessageInformationHeaderRequired", "", 2_150_858_769, create().block("Action", "")),
        ("", "", 2_150_858_768, create().block("x", &mandatory("Unknown"))),
        ("SchemaValidationError", "", 2_150_858_817, create().body("")),
        ("SchemaValidationError", "", 2_150_858_817, create().body("<rsp:Other/>")),
        (
            "InvalidParameter",
            "InvalidValue",
            87,
            create_with(
                "",
                &format!(
                    "<rsp:Environment><rsp:Variable Name=\"a\">{}</rsp:Variable></rsp:Environment>",
                    "v".repeat(70_000)
                ),
            ),
        ),
        ("InvalidOptions", "InvalidValue", 0, create().block("OptionSet", code_page)),
        ("UnsupportedFeature", "AddressingMode", 2_150_858_870, create().block("ReplyTo", not_anonymous)),
        (
            "UnsupportedFeature",
            "Locale",
            2_150_858_887,
            create().block("Locale", "<w:Locale xml:lang=\"de-DE\" s:mustUnderstand=\"true\"/>"),
        ),
        (
            "UnsupportedFeature",
            "DataLocale",
            0,
            create().block("DataLocale", "<p:DataLocale xml:lang=\"de-DE\" s:mustUnderstand=\"true\"/>"),
        ),
        (
            "UnsupportedFeature",
            "FragmentLevelAccess",
            2_150_858_871,
            get(SHELL_ID)
                .block("f", "<w:FragmentTransfer s:mustUnderstand=\"true\">rsp:Owner</w:FragmentTransfer>"),
        ),
        (
            "UnsupportedFeature",
            "EnumerationMode",
            2_150_858_886,
            enumerate("<n:Enumerate><w:EnumerationMode>EnumerateEPR</w:EnumerationMode></n:Enumerate>"),
        ),
        (
            "FilteringNotSupported",
            "",
            2_150_858_776,
            enumerate("<n:Enumerate><w:Filter>x</w:Filter></n:Enumerate>"),
        ),
        ("InvalidEnumerationContext", "", 2_150_858_779, pull),
    ];
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (subcode, detail, code, ask) in table {
        let answer = world.ask(&mut alice, &ask);
        let found = (answer.subcode(), answer.detail());
        assert_eq!(
            (found.0.as_str(), found.1.as_str()),
            (subcode, detail),
            "{}\n{}",
            ask.text(),
            answer.text
        );
        assert!(code == 0 || answer.code() == Some(code), "{:?} for\n{}", answer.code(), ask.text());
        assert_eq!((answer.status, answer.is_sealed), (500, true));
    }
    assert_eq!(world.shells(), 0, "none of them did anything");
}

#[test]
fn a_header_that_is_not_understood_is_named() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let block = "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"1\"/>";
    let answer = world.ask(&mut alice, &create_with("", "").block("x", block));
    let names = answer.attribute("NotUnderstood", "qname");
    assert!(names.len() == 1 && names[0].ends_with(":Unknown"), "{}", answer.text);
    for ignorable in
        ["<q:Unknown xmlns:q=\"urn:q\"/>", "<q:Unknown xmlns:q=\"urn:q\" s:mustUnderstand=\"0\"/>"]
    {
        assert_eq!(world.ask(&mut alice, &create_with("", "").block("x", ignorable)).status, 200);
    }
}

#[test]
fn soap_1_1_is_a_version_mismatch_that_names_the_right_version() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let envelope = create_with("", "")
        .text()
        .replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/");
    let request = alice.session.request(&envelope).unwrap();
    let response = world.exchange(alice.id, &request);
    let opened = alice.session.open(&response).unwrap();
    let text = String::from_utf8(opened.envelope).unwrap();
    assert!(text.contains("VersionMismatch") && text.contains("SupportedEnvelope"), "{text}");
}

#[test]
fn a_fault_relates_to_its_request_as_soon_as_that_could_be_read() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &create_with("", "").timeout("P"));
    assert_eq!(answer.texts("RelatesTo"), ["uuid:00000000-0000-0000-0000-0000000000AA"]);
    let answer = world.ask(&mut alice, &create_with("", "").block("MessageID", ""));
    assert_eq!(answer.texts("RelatesTo"), Vec::<String>::new());
    assert_eq!(answer.attribute("WSManFault", "Machine"), ["REFERENCE"]);
}
