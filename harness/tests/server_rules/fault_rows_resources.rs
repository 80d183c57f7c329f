//! The rows of the table of faults that CIM and the configuration earn.

use crate::fault_rows::Row;
use crate::fault_rows::Sent;
use crate::support::*;

const CONFIG: &str = "http://schemas.microsoft.com/wbem/wsman/1/config";
const SENDER: &str = "s:Sender";
const RECEIVER: &str = "s:Receiver";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = of_instances();
    rows.extend(of_keys());
    rows.extend(of_settings());
    rows.extend(of_configuration());
    rows
}

pub(crate) const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2";

fn service(action: &str, body: &str) -> Ask {
    let uri = format!("{WMI}/Win32_Service");
    let body = if body.is_empty() { String::new() } else { format!("<q:{body}") };
    let named = "<w:SelectorSet><w:Selector Name=\"Name\">WinRM</w:Selector></w:SelectorSet>";
    Ask::new(action).uri(&uri).block("SelectorSet", named).body(&body.replacen(
        '>',
        &format!(" xmlns:q=\"{uri}\">"),
        1,
    ))
}

fn method(name: &str, input: &str) -> Ask {
    service(&format!("{WMI}/Win32_Service/{name}"), &format!("{name}_INPUT>{input}</q:{name}_INPUT>"))
}

fn put(content: &str) -> Ask {
    service(&format!("{TRANSFER}/Put"), &format!("Win32_Service>{content}</q:Win32_Service>"))
}

fn fragment(of: Ask, path: &str) -> Ask {
    fragment_in(of, "", path)
}

fn fragment_in(of: Ask, dialect: &str, path: &str) -> Ask {
    let block = format!("<w:FragmentTransfer s:mustUnderstand=\"true\"{dialect}>{path}</w:FragmentTransfer>");
    of.block("f", &block)
}

/// Of instances of CIM, whole and in fragments.
fn of_instances() -> Vec<Row> {
    let s = "s:Sender";
    let read = || service(&format!("{TRANSFER}/Get"), "");
    let no_instance = "<w:SelectorSet><w:Selector Name=\"Name\">NoSuch</w:Selector></w:SelectorSet>";
    let twice = "<q:StartMode>Auto</q:StartMode><q:StartMode>Manual</q:StartMode>";
    vec![
        (s, "wsa:ActionNotSupported", "", 2_150_858_771, method("PauseService", "").into()),
        (
            s,
            "wsa:DestinationUnreachable",
            "InvalidResourceURI",
            2_150_858_752,
            read().block("SelectorSet", no_instance).into(),
        ),
        (
            s,
            "wsman:InvalidSelectors",
            "InsufficientSelectors",
            2_150_858_842,
            read().block("SelectorSet", "").into(),
        ),
        (
            s,
            "wsman:InvalidParameter",
            "InvalidName",
            2_150_858_837,
            method("StopService", "<q:No>1</q:No>").into(),
        ),
        (s, "wsman:InvalidParameter", "InvalidValue", 87, method("ChangeStartMode", "").into()),
        (s, "wsman:SchemaValidationError", "", 2_150_858_817, read().body("<x/>").into()),
        (s, "wxf:InvalidRepresentation", "InvalidValues", 2_150_858_838, put(twice).into()),
        (s, "wxf:InvalidRepresentation", "MissingValues", 2_150_858_839, put("").body("").into()),
        (
            s,
            "wxf:InvalidRepresentation",
            "InvalidNamespace",
            2_150_858_840,
            put("<StartMode>Auto</StartMode>").into(),
        ),
        (s, "wxf:InvalidRepresentation", "InvalidFragment", 2_150_858_841, fragment(read(), "NoSuch").into()),
        (
            s,
            "wsman:UnsupportedFeature",
            "FragmentLevelAccess",
            2_150_858_871,
            fragment(get(SHELL_ID), "rsp:Owner").into(),
        ),
        (
            s,
            "wsman:UnsupportedFeature",
            "FragmentLevelAccess",
            2_150_858_871,
            fragment_in(read(), " Dialect=\"urn:x\"", "State").into(),
        ),
        (s, "wsen:CannotProcessFilter", "", 2_150_858_778, fragment(read(), "State[").into()),
        (
            s,
            "wsa:InvalidMessageInformationHeader",
            "",
            2_150_858_767,
            read().block("f", "<w:FragmentTransfer>State</w:FragmentTransfer>").into(),
        ),
    ]
}

/// Instances of the class that shows what keys can be.
fn of_keys() -> Vec<Row> {
    let s = SENDER;
    let get = |class: &str, selectors: &str| -> Sent {
        let selectors = format!("<w:SelectorSet>{selectors}</w:SelectorSet>");
        Ask::new(&format!("{TRANSFER}/Get"))
            .uri(&format!("{WMI}/{class}"))
            .block("SelectorSet", &selectors)
            .into()
    };
    let number =
        |value: &str| get("Reference_Keys", &format!("<w:Selector Name=\"Number\">{value}</w:Selector>"));
    let elsewhere = "<w:Selector Name=\"Name\">WinRM</w:Selector>\
                     <w:Selector Name=\"__cimnamespace\">root/hardware</w:Selector>";
    let values = |action: &str, content: &str| -> Ask {
        let uri = format!("{WMI}/Reference_Values");
        let body = format!("<q:Reference_Values xmlns:q=\"{uri}\">{content}</q:Reference_Values>");
        Ask::new(action).uri(&uri).body(&body)
    };
    let made = || values(&format!("{TRANSFER}/Create"), "<q:Id>mine</q:Id>");
    vec![
        (s, "wsman:InvalidSelectors", "InvalidValue", 2_150_858_845, number("4294967296")),
        (s, "wsman:InvalidSelectors", "TypeMismatch", 2_150_858_844, number("many")),
        (
            s,
            "wsman:InvalidSelectors",
            "UnexpectedSelectors",
            2_150_858_843,
            get("Reference_Keys", "<w:Selector Name=\"NoSuch\">1</w:Selector>"),
        ),
        (s, "wsa:DestinationUnreachable", "InvalidResourceURI", 2_150_858_752, get("Win32_NoSuch", "")),
        (RECEIVER, "wsman:InternalError", "", 2_150_859_067, get("Win32_Service", elsewhere)),
        (s, "wsman:InvalidParameter", "TypeMismatch", 2_150_858_836, echo("<q:Flag>perhaps</q:Flag>").into()),
        (s, "wsman:InvalidParameter", "InvalidValue", 87, echo("<q:Small>256</q:Small>").into()),
        (s, "wsman:AlreadyExists", "", 2_150_858_803, Sent { before: vec![made()], ..made().into() }),
        (
            s,
            "wxf:InvalidRepresentation",
            "MissingValues",
            2_150_858_839,
            values(&format!("{TRANSFER}/Create"), "").into(),
        ),
    ]
}

fn echo(input: &str) -> Ask {
    let uri = format!("{WMI}/Reference_Values");
    let body = format!("<q:Echo_INPUT xmlns:q=\"{uri}\">{input}</q:Echo_INPUT>");
    Ask::new(&format!("{uri}/Echo")).uri(&uri).body(&body)
}

/// A table of the configuration, with selectors and a representation.
fn table(action: &str, path: &str, selectors: &[(&str, &str)], representation: &str) -> Ask {
    let selectors: String = selectors
        .iter()
        .map(|(name, value)| format!("<w:Selector Name=\"{name}\">{value}</w:Selector>"))
        .collect();
    let representation = representation.replacen('>', &format!(" xmlns=\"{CONFIG}\">"), 1);
    let ask = Ask::new(&format!("{TRANSFER}/{action}")).uri(&format!("{CONFIG}{path}"));
    let ask = if selectors.is_empty() {
        ask
    } else {
        ask.block("SelectorSet", &format!("<w:SelectorSet>{selectors}</w:SelectorSet>"))
    };
    ask.body(&representation)
}

/// Of the tables of which there is one.
fn of_settings() -> Vec<Row> {
    let (s, r) = (SENDER, RECEIVER);
    let put = |path: &str, representation: &str| Sent::from(table("Put", path, &[], representation));
    let get = |path: &str, selectors: &[(&str, &str)]| Sent::from(table("Get", path, selectors, ""));
    vec![
        (
            s,
            "wsa:ActionNotSupported",
            "ReadOnly",
            2_150_858_771,
            put("/service/defaultports", "<DefaultPorts><HTTP>80</HTTP></DefaultPorts>"),
        ),
        (
            s,
            "wsman:SchemaValidationError",
            "",
            2_150_858_817,
            put("/winrs", "<Winrs><MaxConcurrentUsers>0</MaxConcurrentUsers></Winrs>"),
        ),
        (
            s,
            "wxf:InvalidRepresentation",
            "InvalidValues",
            2_150_858_838,
            put("/service", "<Service><RootSDDL>nonsense</RootSDDL></Service>"),
        ),
        (
            r,
            "wsman:InternalError",
            "",
            2_150_859_182,
            put("", "<Config><MaxProviderRequests>25</MaxProviderRequests></Config>"),
        ),
        (
            r,
            "wsman:InternalError",
            "",
            2_150_859_071,
            put("/service", "<Service><DefaultPorts><HTTP>80</HTTP></DefaultPorts></Service>"),
        ),
        (r, "wsman:InternalError", "", 2_150_859_196, get("/winrs/customremoteshell", &[])),
        (s, "wsman:InvalidSelectors", "UnexpectedSelectors", 2_150_858_843, get("/winrs", &[("Name", "x")])),
        (s, "wsa:ActionNotSupported", "", 2_150_858_771, table("Delete", "/winrs", &[], "").into()),
    ]
}

/// Of the tables that have rows.
fn of_configuration() -> Vec<Row> {
    let (s, r) = (SENDER, RECEIVER);
    let listener = |address: &str, transport: &str, settings: &str| -> Sent {
        let representation = format!("<Listener>{settings}</Listener>");
        table("Create", "/listener", &[("Address", address), ("Transport", transport)], &representation)
            .into()
    };
    let mapping = |settings: &str| -> Sent {
        let path = "/service/certmapping";
        let keys = [("Issuer", "0011223344556677889900112233445566778899"), ("Subject", "*"), ("URI", "*")];
        let body = format!("<CertMapping xmlns=\"{CONFIG}/service/certmapping\">{settings}</CertMapping>");
        table("Create", path, &keys, "").body(&body).into()
    };
    let gone = [("Address", "IP:10.0.0.1"), ("Transport", "HTTP")];
    vec![
        (s, "wsman:AlreadyExists", "", 2_150_858_803, listener("*", "HTTP", "")),
        (r, "wsman:InternalError", "", 2_150_858_985, listener("*", "HTTPS", "")),
        (
            r,
            "wsman:InternalError",
            "",
            2_150_858_987,
            listener("IP:::1", "HTTP", "<CertificateThumbprint>AA</CertificateThumbprint>"),
        ),
        (r, "wsman:InternalError", "", 87, listener("IP:192.0.2.77", "HTTP", "")),
        (s, "wsman:SchemaValidationError", "", 2_150_858_817, listener("IP:::1", "HTTP", "<Port>0</Port>")),
        (
            s,
            "wsman:InvalidSelectors",
            "UnexpectedSelectors",
            2_150_858_843,
            table("Get", "/listener", &gone, "").into(),
        ),
        (
            s,
            "wsman:InvalidSelectors",
            "InsufficientSelectors",
            2_150_858_842,
            table("Get", "/listener", &[], "").into(),
        ),
        (
            s,
            "wxf:InvalidRepresentation",
            "MissingValues",
            2_150_858_839,
            mapping("<UserName>alice</UserName>"),
        ),
        (
            s,
            "wxf:InvalidRepresentation",
            "InvalidValues",
            2_150_858_838,
            mapping("<UserName>DOMAIN\\alice</UserName><Password>p</Password>"),
        ),
    ]
}
