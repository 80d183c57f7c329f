//! The table of faults, [DSP0226] 14.6: what each looks like on the wire, and the request that earns it.
//!
//! The numbers are written here, after the list of codes that MS-WSMV refers to, and not taken from the harness.

use std::path::Path;

use winrm_harness::http::Body;
use winrm_harness::server::Config;

use crate::fault_rows::MUST_UNDERSTAND;
use crate::fault_rows::SUBSCRIPTION;
use crate::fault_rows::Sent;
use crate::fault_rows::rows;
use crate::support::*;

/// The faults that no request to this server earns, with the reason. One that it does call makes a test fail: it needs
/// a row. So does one that it doesn't call and that is not here. Clients read them all.
const UNREACHABLE: &[(&str, &str)] = &[
    ("FaultReason::NoAck", "is for a source whose event was not acknowledged, not for a request"),
    ("FaultReason::DeliveryRefused", "is what a sink says, and clients have those"),
    ("FaultReason::EndpointUnavailable", "no resource here can be away"),
    ("EndpointUnavailable::ResourceOffline", "no resource here can be off"),
    ("EndpointUnavailable::InvalidValues", "no resource here can be without values"),
    ("EncodingLimit::ServiceEnvelope", "HTTP 413 comes first, as MS-WSMV 3.1.4.1.20 wants it"),
    ("EncodingLimit::Whitespace", "white space is trimmed everywhere"),
    ("EncodingLimit::EncodingType", "HTTP 415 comes first"),
    ("FaultReason::EventDeliverToUnusable", "there are no policies of delivery"),
    ("FaultReason::FilteringNotSupported(Family::Eventing)", "every subscription can be filtered"),
    ("FaultReason::UnsupportedExpirationType", "durations and times are both taken"),
    ("InvalidSelectors::Ambiguous", "every key is whole"),
    ("InvalidOptions::InvalidName", "an unknown option that must be obeyed is not supported"),
    ("UnsupportedFeature::Ack", "it is supported"),
    ("UnsupportedFeature::OperationTimeout", "it is supported"),
    ("UnsupportedFeature::ExpirationTime", "it is supported"),
    ("UnsupportedFeature::Bookmarks", "they are supported"),
    ("UnsupportedFeature::MaxEnvelopeSize", "it is supported"),
    ("UnsupportedFeature::FilteringRequired", "FaultReason::FilteringRequired is the same detail"),
    ("UnsupportedFeature::InsecureAddress", "a sink is where its subscriber is, and events go in clear"),
    ("UnsupportedFeature::FormatMismatch", "no request asks for a format"),
    ("UnsupportedFeature::AsynchronousRequest", "no header asks for it"),
    ("UnsupportedFeature::FormatSecurityToken", "no header asks for one"),
    ("UnsupportedFeature::OptionSet", "options are refused one by one, as InvalidOptions"),
];

#[test]
fn every_fault_of_the_service_is_the_answer_to_some_request() {
    for (code, subcode, detail, number, sent) in rows() {
        let answer = earn(&sent);
        let what = format!("{subcode}/{detail} for\n{}\n{}", sent.envelope, answer.text);
        let found = Found::of(&answer);
        assert_eq!(
            (found.code.as_str(), found.subcode.as_str(), found.detail.as_str()),
            (code, subcode, detail),
            "{what}"
        );
        assert_eq!(found.number, Some(number), "{what}");
        assert_eq!(found.action, action_of(code, subcode), "{what}");
        assert_eq!(answer.status, 500, "{what}");
    }
}

#[test]
fn a_fault_that_no_request_earns_is_nowhere_in_the_server() {
    let code = code_of_the_server();
    assert!(names(&code, "FaultReason::TimedOut"), "the server's code was not found");
    for (name, reason) in UNREACHABLE {
        assert!(!names(&code, name), "{name} has no row, in spite of `{reason}`");
    }
}

#[test]
fn every_fault_is_called_by_the_server_or_listed_with_the_reason_why_not() {
    let code = code_of_the_server();
    let known = variants();
    assert!(known.len() > 80, "only {} faults were found", known.len());
    for name in known {
        let is_listed = UNREACHABLE.iter().any(|(listed, _)| *listed == name);
        assert!(is_listed || names(&code, &name), "{name} is neither called nor listed");
    }
}

/// Whether code calls a variant by name, and not only one whose name begins with it.
fn names(code: &str, name: &str) -> bool {
    code.split(name).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// What the server calls faults: in its own code, and where messages that it can't read get theirs.
fn code_of_the_server() -> String {
    let mut code = String::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&source.join("server"), &mut code);
    let reasons = read(&source.join("wsman/fault_reason.rs"));
    let (_, of_errors) = reasons.split_once("impl FaultReason {").unwrap();
    let (of_errors, _) = of_errors.split_once("pub fn describe(").unwrap();
    code + &of_errors.replace("Self::", "FaultReason::")
}

/// Every fault and every detail of one, as `Enum::Variant`.
fn variants() -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wsman");
    let text = read(&source.join("fault_reason.rs")) + &read(&source.join("fault_details.rs"));
    let mut found = Vec::new();
    let mut within = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("pub enum ") {
            within = rest.strip_suffix(" {").filter(|name| *name != "Family");
        } else if line == "}" {
            within = None;
        }
        let variant = line.trim_start().split(['(', ',', ' ']).next().unwrap();
        if let Some(name) = within.filter(|_| variant.starts_with(|c: char| c.is_ascii_uppercase())) {
            found.push(format!("{name}::{variant}"));
        }
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "a test reads the code it is about")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The code below a folder.
fn collect(folder: &Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, code),
            false => code.push_str(&read(&path)),
        }
    }
}

/// What a fault says, by names that hold whatever the prefixes.
struct Found {
    code: String,
    subcode: String,
    detail: String,
    number: Option<u32>,
    action: String,
}

impl Found {
    fn of(answer: &Answer) -> Self {
        let document = roxmltree::Document::parse(&answer.text).unwrap();
        let qnames: Vec<String> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "Value")
            .map(|node| {
                let (prefix, local) = node.text().unwrap().split_once(':').unwrap();
                format!("{}:{local}", specification(node.lookup_namespace_uri(Some(prefix)).unwrap()))
            })
            .collect();
        Self {
            code: qnames.first().cloned().unwrap_or_default(),
            subcode: qnames.get(1).cloned().unwrap_or_default(),
            // Of a QName, whose prefix may be any, the local name.
            detail: answer.detail().rsplit(':').next().unwrap().to_owned(),
            number: answer.code(),
            action: answer.text_of("Action").unwrap(),
        }
    }
}

fn specification(namespace: &str) -> &'static str {
    match namespace {
        "http://www.w3.org/2003/05/soap-envelope" => "s",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing" => "wsa",
        "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" => "wsman",
        "http://schemas.xmlsoap.org/ws/2004/09/enumeration" => "wsen",
        "http://schemas.xmlsoap.org/ws/2004/08/eventing" => "wse",
        "http://schemas.xmlsoap.org/ws/2004/09/transfer" => "wxf",
        _ => "unknown",
    }
}

fn action_of(code: &str, subcode: &str) -> &'static str {
    match (code, subcode.split(':').next().unwrap()) {
        ("s:VersionMismatch", _) => "http://www.w3.org/2003/05/soap-envelope/fault",
        (MUST_UNDERSTAND, _) | (_, "wsa") => "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
        (_, "wsen") => "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault",
        (_, "wse") => "http://schemas.xmlsoap.org/ws/2004/08/eventing/fault",
        (_, "wxf") => "http://schemas.xmlsoap.org/ws/2004/09/transfer/fault",
        _ => "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
    }
}

/// The answer of a server that nobody else asked anything.
fn earn(sent: &Sent) -> Answer {
    let max = if sent.is_full { 1 } else { 2 };
    let quotas = Config { max_shells_per_user: max, max_processes_per_shell: max, ..clear_config() };
    let mut world = World::new(quotas);
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    let subscription = prepare(&mut world, &sent.before);
    let id = world.pair.connect();
    let password = format!("{}-password", sent.user);
    let envelope = sent.envelope.replace(SUBSCRIPTION, &subscription);
    let mut request = plain(&envelope).with_header("Authorization", basic(sent.user, &password));
    if let Some((name, value)) = sent.field {
        request.headers.remove(name);
        request = request.with_header(name, value);
    }
    if sent.is_chunked {
        request.body = Body::chunked([request.body.octets()]);
    }
    Answer::of(&world.exchange(id, &request))
}

/// Asks what is asked before, and gives the identifier of the subscription that was made, if one was.
fn prepare(world: &mut World, before: &[Ask]) -> String {
    let mut subscription = String::new();
    let mut id = world.pair.connect();
    for ask in before {
        let envelope = ask.text().replace(SUBSCRIPTION, &subscription);
        let request = plain(&envelope).with_header("Authorization", basic("alice", "alice-password"));
        world.pair.send(id, &request.encode());
        // What waits keeps its connection.
        let Some(response) = world.pair.poll(id).unwrap() else {
            id = world.pair.connect();
            continue;
        };
        let answer = Answer::of(&response);
        assert_eq!(answer.status, 200, "{}", answer.text);
        subscription = answer.text_of("Identifier").unwrap_or(subscription);
    }
    subscription
}
