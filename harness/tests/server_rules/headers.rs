use winrm_harness::limits::WSA_REFERENCE_PARAMETERS_MAX;
use winrm_harness::limits::WSMAN_REFERENCE_DEPTH_MAX;
use winrm_harness::limits::WSMAN_REFERENCES_MAX;

use crate::support::*;

fn selector(name: &str, value: &str) -> String {
    format!("<w:Selector Name=\"{name}\">{value}</w:Selector>")
}

fn set(selectors: &str) -> String {
    format!("<w:SelectorSet>{selectors}</w:SelectorSet>")
}

/// An endpoint reference as a selector has it, with a selector set of its own.
fn nested(selectors: &str) -> String {
    format!(
        "<a:EndpointReference><a:Address>u</a:Address><a:ReferenceParameters>{}</a:ReferenceParameters></a:EndpointReference>",
        set(selectors)
    )
}

fn nested_to(depth: usize) -> String {
    (0..depth).fold(selector("k", "v"), |inside, _| selector("k", &nested(&inside)))
}

fn option(name: &str, value: &str, must_comply: &str) -> String {
    format!(
        "<w:OptionSet s:mustUnderstand=\"true\"><w:Option Name=\"{name}\"{must_comply}>{value}</w:Option></w:OptionSet>"
    )
}

/// Each request stands on a bound; the next stands one past it and is refused by this detail.
#[test]
fn each_bound_of_a_header_is_stood_on_and_one_past_it_is_refused() {
    let x = |count: usize| "x".repeat(count);
    let selectors = |text: &str| get(SHELL_ID).block("SelectorSet", &set(text));
    let options = |text: String| get(SHELL_ID).uri(CMD).block("OptionSet", &text);
    // Two values of the longest and names that fill the rest.
    let content = |count: usize| {
        selectors(&format!("{}{}", selector("a", &x(4_000)), selector(&x(count - 8_001), &x(4_000))))
    };
    let many = |count: usize| {
        let each = |n: usize| selector(&format!("k{n}"), &nested(""));
        selectors(&(0..count).map(each).collect::<String>())
    };
    let action =
        |count: usize| get(SHELL_ID).block("Action", &format!("<a:Action>urn:{}</a:Action>", x(count - 4)));
    let to = |count: usize| get(SHELL_ID).block("To", &format!("<a:To>{}</a:To>", x(count)));
    let id =
        |count: usize| get(SHELL_ID).block("MessageID", &format!("<a:MessageID>{}</a:MessageID>", x(count)));
    let activity = |count: usize| {
        get(SHELL_ID).block("ActivityId", &format!("<p:ActivityId>{}</p:ActivityId>", x(count)))
    };
    type Of<'a> = &'a dyn Fn(usize) -> Ask;
    let table: [(&str, Of<'_>, usize, &str); 14] = [
        ("selector name", &|n| selectors(&selector(&x(n), "v")), 2_048, "SelectorLimit"),
        ("selector value", &|n| selectors(&selector("ShellId", &x(n))), 4_096, "SelectorLimit"),
        (
            "selector value in characters",
            &|n| selectors(&selector("ShellId", &"é".repeat(n))),
            4_096,
            "SelectorLimit",
        ),
        (
            "nested value",
            &|n| selectors(&selector("k", &nested(&selector("j", &x(n))))),
            4_096,
            "SelectorLimit",
        ),
        ("selector set", &content, 8_096, "SelectorLimit"),
        ("depth", &|n| selectors(&nested_to(n)), WSMAN_REFERENCE_DEPTH_MAX, "SelectorLimit"),
        ("references", &many, WSMAN_REFERENCES_MAX, "SelectorLimit"),
        ("option name", &|n| options(option(&x(n), "v", "")), 2_048, "OptionLimit"),
        ("option value", &|n| options(option("o", &x(n), "")), 4_096, "OptionLimit"),
        ("resource URI", &|n| get(SHELL_ID).uri(&x(n)), 2_048, "URILimitExceeded"),
        ("action", &action, 2_048, "URILimitExceeded"),
        ("to", &to, 2_048, "URILimitExceeded"),
        ("message id", &id, 2_048, "URILimitExceeded"),
        ("activity id", &activity, 2_048, ""),
    ];
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (what, of, bound, detail) in table {
        let (on, past) = (world.ask(&mut alice, &of(bound)), world.ask(&mut alice, &of(bound + 1)));
        let subcode = if detail.is_empty() { "InvalidMessageInformationHeader" } else { "EncodingLimit" };
        assert_ne!(on.subcode(), subcode, "on the bound of {what}: {}", on.text);
        assert_eq!((past.subcode().as_str(), past.detail().as_str()), (subcode, detail), "past {what}");
    }
}

#[test]
fn a_selector_holds_text_or_one_reference() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for content in
        ["<w:Other/>", "<a:EndpointReference><a:Address>u</a:Address></a:EndpointReference><w:Other/>"]
    {
        let answer =
            world.ask(&mut alice, &get(SHELL_ID).block("SelectorSet", &set(&selector("ShellId", content))));
        let found = (answer.subcode(), answer.detail());
        assert_eq!((found.0.as_str(), found.1.as_str()), ("InvalidSelectors", "TypeMismatch"), "{content}");
    }
    let twice = nested(&format!("{}{}", selector("k", "1"), selector("K", "2")));
    let answer =
        world.ask(&mut alice, &get(SHELL_ID).block("SelectorSet", &set(&selector("ShellId", &twice))));
    assert_eq!(answer.detail(), "DuplicateSelectors");
}

#[test]
fn reference_parameters_come_back_as_header_blocks() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let known = "<q:Known xmlns:q=\"urn:q\" q:a=\"1\">w:x</q:Known>";
    let answer = world.ask(&mut alice, &create(SHELL_ID).reply_parameters(known));
    assert_eq!((answer.status, answer.texts("Known")), (200, vec!["w:x".to_owned()]), "{}", answer.text);
    let fault = world.ask(&mut alice, &create(SHELL_ID).reply_parameters(known));
    assert_eq!((fault.status, fault.texts("Known").len()), (500, 1), "{}", fault.text);
    let own = reference("FaultTo", "<q:Other xmlns:q=\"urn:q\"/>");
    let fault = world.ask(&mut alice, &create(SHELL_ID).reply_parameters(known).block("FaultTo", &own));
    assert_eq!((fault.texts("Known").len(), fault.texts("Other").len()), (0, 1), "{}", fault.text);
    let header = fault.text.split("</s:Header>").next().unwrap();
    assert!(header.contains("Other"), "{header}");
}

#[test]
fn reference_parameters_do_not_become_addressing_of_the_answer() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let forged = "<a:RelatesTo>uuid:forged</a:RelatesTo><a:Action>urn:forged</a:Action>";
    let answer = world.ask(&mut alice, &create(SHELL_ID).reply_parameters(forged));
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("forged"), "{}", answer.text);
}

#[test]
fn as_many_reference_parameters_come_back_as_the_bound() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let many = |count: usize| "<q:Known xmlns:q=\"urn:q\"/>".repeat(count);
    let on =
        world.ask(&mut alice, &create_with("", "").reply_parameters(&many(WSA_REFERENCE_PARAMETERS_MAX)));
    assert_eq!((on.status, on.texts("Known").len()), (200, WSA_REFERENCE_PARAMETERS_MAX));
    let past = create_with("", "").reply_parameters(&many(WSA_REFERENCE_PARAMETERS_MAX + 1));
    assert_eq!(world.ask(&mut alice, &past).subcode(), "InvalidMessageInformationHeader");
    assert_eq!(world.shells(), 1);
}

#[test]
fn an_option_that_must_be_complied_with_is_known_or_refused() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (name, must_comply, is_taken) in [
        ("WINRS_NOPROFILE", " MustComply=\"true\"", true),
        ("winrs_noprofile", " MustComply=\"1\"", true),
        ("X", "", true),
        ("X", " MustComply=\"false\"", true),
        ("X", " MustComply=\"true\"", false),
    ] {
        let ask = create_with("", "").block("OptionSet", &option(name, "TRUE", must_comply));
        let answer = world.ask(&mut alice, &ask);
        assert_eq!(answer.status == 200, is_taken, "{name}{must_comply}: {}", answer.text);
        if !is_taken {
            let found = (answer.subcode(), answer.detail(), answer.code());
            assert_eq!(found, ("InvalidOptions".to_owned(), "NotSupported".to_owned(), Some(2_150_858_833)));
        }
    }
    assert_eq!(world.shells(), 4);
}

#[test]
fn a_resource_without_options_does_not_understand_a_mandatory_option_set() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    let mandatory = option("X", "1", "");
    let answer = world.ask(&mut alice, &get(SHELL_ID).block("OptionSet", &mandatory));
    let names = answer.attribute("NotUnderstood", "qname");
    assert!(answer.code() == Some(2_150_858_768) && names[0].ends_with(":OptionSet"), "{}", answer.text);
    let wish = mandatory.replace(" s:mustUnderstand=\"true\"", "");
    assert_eq!(world.ask(&mut alice, &get(SHELL_ID).block("OptionSet", &wish)).status, 200);
}

#[test]
fn a_soap_action_is_the_action_or_absent() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let action = format!("{TRANSFER}/Create");
    for (said, status) in [
        (String::new(), 200),
        ("\"\"".to_owned(), 200),
        (action.clone(), 200),
        (format!("\"{action}\""), 200),
        (format!("\"{TRANSFER}/Delete\""), 500),
    ] {
        let request = sealed(&mut alice, &create_with("", "")).with_header("SOAPAction", said.clone());
        let response = world.exchange(alice.id, &request);
        let opened = alice.session.open(&response).unwrap();
        let text = String::from_utf8(opened.envelope).unwrap();
        let answer = Answer { status: response.status.0, is_sealed: true, text };
        assert_eq!(answer.status, status, "{said}: {}", answer.text);
        if status == 500 {
            assert_eq!((answer.detail().as_str(), answer.code()), ("ActionMismatch", Some(2_150_858_801)));
        }
    }
    assert_eq!(world.shells(), 4);
}

/// [DSP0226] 5.2: what these blocks say holds, mandatory or not.
#[test]
fn known_headers_are_processed_the_same_whether_they_are_mandatory_or_not() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for value in ["", " s:mustUnderstand=\"true\"", " s:mustUnderstand=\"false\""] {
        let block = |name: &str, text: &str| format!("<{name}{value}>{text}</{name}>");
        let selectors = format!(
            "<w:SelectorSet{value}><w:Selector Name=\"ShellId\">{SHELL_ID}</w:Selector></w:SelectorSet>"
        );
        world.create(&mut alice);
        let ask = |uri: &str| {
            delete(SHELL_ID)
                .block("To", &block("a:To", "http://reference:5985/wsman"))
                .block("ResourceURI", &block("w:ResourceURI", uri))
                .block("SelectorSet", &selectors)
                .block("MessageID", &block("a:MessageID", "uuid:1"))
                .block("RelatesTo", &block("a:RelatesTo", "uuid:2"))
                .block("Action", &block("a:Action", &format!("{TRANSFER}/Delete")))
        };
        assert_eq!(world.ask(&mut alice, &ask("urn:other")).subcode(), "DestinationUnreachable", "{value}");
        let answer = world.ask(&mut alice, &ask(CMD));
        assert_eq!((answer.status, answer.texts("RelatesTo")), (200, vec!["uuid:1".to_owned()]), "{value}");
        assert_eq!(world.shells(), 0, "{value}");
    }
}

#[test]
fn what_a_request_relates_to_is_nobodys_business() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let long = format!("<a:RelatesTo>{}</a:RelatesTo>", "x".repeat(3_000));
    for block in ["<a:RelatesTo/>", "<a:RelatesTo>1</a:RelatesTo><a:RelatesTo>2</a:RelatesTo>", &long] {
        let answer = world.ask(&mut alice, &create_with("", "").block("RelatesTo", block));
        assert_eq!((answer.status, answer.texts("RelatesTo").len()), (200, 1), "{block}");
    }
}

#[test]
fn an_activity_id_comes_back() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let block = "<p:ActivityId>6F1B1D1C-0000-0000-0000-00000000000A</p:ActivityId>";
    for status in [200, 500] {
        let answer = world.ask(&mut alice, &create(SHELL_ID).block("ActivityId", block));
        assert_eq!(answer.status, status);
        assert_eq!(answer.texts("ActivityId"), ["6F1B1D1C-0000-0000-0000-00000000000A"]);
    }
    assert_eq!(world.ask(&mut alice, &create_with("", "")).texts("ActivityId").len(), 0);
}

#[test]
fn an_answer_is_in_the_encoding_of_its_request() {
    let mut world = World::new(clear_config());
    let id = world.pair.connect();
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        for content_type in ["application/soap+xml;charset=UTF-16", "application/soap+xml"] {
            let request = post()
                .with_header("Authorization", basic("alice", "alice-password"))
                .with_header("Content-Type", content_type)
                .with_body(utf16(&create_with("", "").text(), order));
            let response = world.exchange(id, &request);
            assert_eq!(values(&response, "Content-Type"), ["application/soap+xml;charset=UTF-16"]);
            let text = utf16_text(response.body.octets());
            assert!(text.starts_with('\u{FEFF}') && text.contains("ResourceCreated"), "{text}");
        }
    }
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), create_with("", "").text().as_bytes()].concat();
    let request =
        plain("").with_body(with_mark).with_header("Authorization", basic("alice", "alice-password"));
    let response = world.exchange(id, &request);
    assert!(response.status.0 == 200 && response.body.octets().starts_with(b"<s:Envelope"));
}
