use winrm_harness::addressing::MessageId;
use winrm_harness::client::ExpectMethodOutput;
use winrm_harness::client::Reply;
use winrm_harness::client::Requests;
use winrm_harness::wsman::Duration;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::cim::CimValue;
use winrm_harness::wsman::cim::ClassUri;
use winrm_harness::wsman::cim::MethodInput;
use winrm_harness::wsman::cim::MethodOutput;

use crate::support::*;

const ROOT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";

fn ask_of(class: &str, method: &str, body: &str) -> Ask {
    Ask::new(&format!("{ROOT}/{class}/{method}")).uri(&format!("{ROOT}/{class}")).body(body)
}

fn of_service(name: &str, method: &str, input: &str) -> Ask {
    let body = format!("<q:{method}_INPUT xmlns:q=\"{ROOT}/Win32_Service\">{input}</q:{method}_INPUT>");
    let set = format!("<w:SelectorSet><w:Selector Name=\"Name\">{name}</w:Selector></w:SelectorSet>");
    ask_of("Win32_Service", method, &body).block("SelectorSet", &set)
}

fn echo(input: &str) -> Ask {
    let body = format!("<q:Echo_INPUT xmlns:q=\"{ROOT}/Reference_Values\">{input}</q:Echo_INPUT>");
    ask_of("Reference_Values", "Echo", &body)
}

fn world() -> (World, Client) {
    let mut world = World::new(config());
    let alice = world.log_on("alice");
    (world, alice)
}

fn returned(world: &mut World, client: &mut Client, ask: &Ask) -> String {
    let answer = world.ask(client, ask);
    answer.text_of("ReturnValue").unwrap_or_else(|| panic!("{}", answer.text))
}

fn state(world: &mut World, client: &mut Client, name: &str) -> (String, String) {
    let set = format!("<w:SelectorSet><w:Selector Name=\"Name\">{name}</w:Selector></w:SelectorSet>");
    let uri = format!("{ROOT}/Win32_Service");
    let ask = Ask::new(&format!("{TRANSFER}/Get")).uri(&uri).block("SelectorSet", &set);
    let answer = world.ask(client, &ask);
    (answer.text_of("State").unwrap(), answer.text_of("StartMode").unwrap())
}

fn check_fault(ask: &Ask, subcode: &str, detail: &str) {
    let (mut world, mut alice) = world();
    let answer = world.ask(&mut alice, ask);
    assert_eq!((answer.subcode().as_str(), answer.detail().as_str()), (subcode, detail), "{}", answer.text);
}

#[test]
fn the_output_is_named_after_the_method_in_the_namespace_of_the_class() {
    let (mut world, mut alice) = world();
    let answer = world.ask(&mut alice, &of_service("WinRM", "StopService", ""));
    assert_eq!(answer.text_of("Action").unwrap(), format!("{ROOT}/Win32_Service/StopServiceResponse"));
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let output = document.descendants().find(|n| n.tag_name().name() == "StopService_OUTPUT").unwrap();
    assert_eq!(output.tag_name().namespace(), Some(format!("{ROOT}/Win32_Service").as_str()));
}

#[test]
fn a_service_starts_stops_and_changes_its_start_mode_and_get_sees_it() {
    let (mut world, mut alice) = world();
    let is = |state: &str, mode: &str| (state.to_owned(), mode.to_owned());
    let mode = |mode: &str| {
        of_service("RemoteRegistry", "ChangeStartMode", &format!("<q:StartMode>{mode}</q:StartMode>"))
    };
    let start = of_service("RemoteRegistry", "StartService", "");
    let stop = of_service("RemoteRegistry", "StopService", "");
    assert_eq!(returned(&mut world, &mut alice, &start), "14");
    assert_eq!(returned(&mut world, &mut alice, &mode("Sometimes")), "21");
    assert_eq!(returned(&mut world, &mut alice, &mode("Automatic")), "0");
    assert_eq!(state(&mut world, &mut alice, "RemoteRegistry"), is("Stopped", "Auto"));
    assert_eq!(returned(&mut world, &mut alice, &stop), "5");
    assert_eq!(returned(&mut world, &mut alice, &start), "0");
    assert_eq!(state(&mut world, &mut alice, "RemoteRegistry"), is("Running", "Auto"));
    assert_eq!(returned(&mut world, &mut alice, &start), "10");
    assert_eq!(returned(&mut world, &mut alice, &stop), "0");
    assert_eq!(state(&mut world, &mut alice, "RemoteRegistry"), is("Stopped", "Auto"));
}

#[test]
fn what_a_method_can_not_be_given_is_refused() {
    let unknown = of_service("WinRM", "PauseService", "");
    check_fault(&unknown, "ActionNotSupported", "");
    check_fault(&of_service("WinRM", "StopService", "<q:No>1</q:No>"), "InvalidParameter", "InvalidName");
    check_fault(&of_service("WinRM", "ChangeStartMode", ""), "InvalidParameter", "InvalidValue");
    check_fault(&echo("<q:Flag>perhaps</q:Flag>"), "InvalidParameter", "TypeMismatch");
    check_fault(&echo("<q:Whom>WinRM</q:Whom>"), "InvalidParameter", "TypeMismatch");
    check_fault(&echo("<q:Small>256</q:Small>"), "InvalidParameter", "InvalidValue");
    check_fault(&echo("<q:Text>a</q:Text><q:Text>b</q:Text>"), "InvalidParameter", "InvalidValue");
    check_fault(&of_service("NoSuch", "StopService", ""), "DestinationUnreachable", "InvalidResourceURI");
    let stop = of_service("WinRM", "StopService", "");
    check_fault(&stop.clone().block("SelectorSet", ""), "InvalidSelectors", "InsufficientSelectors");
    for body in ["<q:StopService_INPUT xmlns:q=\"urn:q\"/>", "<Other_INPUT/>"] {
        check_fault(&stop.clone().body(body), "SchemaValidationError", "");
    }
    // A method of another class than the one that the resource URI names.
    check_fault(&stop.uri(&format!("{ROOT}/Win32_Process")), "ActionNotSupported", "");
}

#[test]
fn a_method_without_parameters_takes_an_empty_body() {
    let (mut world, mut alice) = world();
    assert_eq!(returned(&mut world, &mut alice, &of_service("WinRM", "StopService", "").body("")), "0");
}

/// Sends what the client writes, and gives its state the answer.
fn client_invokes(
    world: &mut World,
    client: &mut Client,
    class: &ClassUri,
    selectors: SelectorSet,
    input: &MethodInput,
) -> MethodOutput {
    let requests = Requests {
        to: "http://reference:5985/wsman".to_owned(),
        operation_timeout: Duration::from_millis(60_000),
        new_message_id: Box::new(|| MessageId::new("uuid:00000000-0000-0000-0000-0000000000BB")),
    };
    let (state, outgoing) = ExpectMethodOutput::begin(requests, class, selectors, input).unwrap();
    let request = client.session.request(&outgoing.envelope).unwrap();
    let response = world.exchange(client.id, &request);
    let opened = client.session.open(&response).unwrap();
    let reply = Reply::read(&opened.envelope, &outgoing.message_id).unwrap();
    state.step(reply).unwrap().1
}

#[test]
fn the_client_makes_a_process_and_ends_it() {
    let (mut world, mut alice) = world();
    let class = ClassUri::wmi("root/cimv2", "Win32_Process");
    let create = MethodInput::new("Create").with("CommandLine", CimValue::of("C:\\a & b.exe /x"));
    let output = client_invokes(&mut world, &mut alice, &class, SelectorSet::default(), &create);
    assert_eq!(output.return_value, Some(0));
    let id = output.values("ProcessId").next().unwrap().as_text().unwrap().to_owned();
    let terminate = MethodInput::new("Terminate").with("Reason", CimValue::of("1"));
    let handle = SelectorSet::of("Handle", &id);
    let ended = client_invokes(&mut world, &mut alice, &class, handle, &terminate);
    assert_eq!((ended.return_value, ended.parameters.len()), (Some(0), 0));
    let empty = MethodInput::new("Create").with("CommandLine", CimValue::of(""));
    let refused = client_invokes(&mut world, &mut alice, &class, SelectorSet::default(), &empty);
    assert_eq!(refused.return_value, Some(21));
    assert_eq!(refused.values("ProcessId").next(), Some(&CimValue::Nil));
}

#[test]
fn values_of_every_kind_go_in_and_come_out() {
    let (mut world, mut alice) = world();
    let class = ClassUri::wmi("root/cimv2", "Reference_Values");
    let input = MethodInput::new("Echo")
        .with("Flag", CimValue::of("true"))
        .with("Numbers", CimValue::of("1"))
        .with("Numbers", CimValue::of("2"))
        .with("Small", CimValue::of("255"))
        .with("Text", CimValue::of(" <&> \"'"));
    let output = client_invokes(&mut world, &mut alice, &class, SelectorSet::default(), &input);
    let texts = |name: &str| -> Vec<&CimValue> { output.values(name).collect() };
    assert_eq!(texts("Numbers"), [&CimValue::of("1"), &CimValue::of("2")]);
    assert_eq!(texts("Text"), [&CimValue::of(" <&> \"'")]);
    assert_eq!(texts("Small"), [&CimValue::of("255")]);
    assert_eq!(texts("Inside"), [&CimValue::Nil]);
    assert_eq!(texts("Whom"), [&CimValue::Nil]);
}
