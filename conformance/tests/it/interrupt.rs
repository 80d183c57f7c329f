//! Ctrl-C in the middle of a case.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::command::binary;
use crate::command::file;

/// A process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A reference server and its address.
fn serve() -> (Ends, String) {
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--user", "alice", "--password-env", "TEST_PASSWORD"];
    let mut child = Ends(binary().args(arguments).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    (child, url)
}

fn case(id: &str, steps: &str) -> String {
    format!(
        "wsx = 1\nid = \"{id}\"\ntitle = \"t\"\nrequires = [\"DSP0226:R7.6-5\"]\nprofiles = [\"winrm-shell\"]\n\
         roles = [\"server\"]\nneeds = [\"shell.cmd\"]\nsafety = \"normal\"\n-- 01 c1 > auth --\n\
         negotiate user={{{{secret.user}}}} password={{{{secret.password}}}}\n{steps}"
    )
}

fn soap(step: &str, action: &str, uri: &str, selectors: &str, body: &str) -> String {
    format!(
        "-- {step} c1 > soap --\n<s:Envelope {{{{ns}}}}><s:Header><a:To>{{{{endpoint.url}}}}</a:To><a:ReplyTo>\
         <a:Address s:mustUnderstand=\"true\">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous\
         </a:Address></a:ReplyTo><a:Action s:mustUnderstand=\"true\">{action}</a:Action>\
         <a:MessageID>uuid:{{{{_=new.uuid}}}}</a:MessageID><w:ResourceURI s:mustUnderstand=\"true\">{uri}\
         </w:ResourceURI><w:OperationTimeout>PT50S</w:OperationTimeout>{selectors}</s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>\n"
    )
}

const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";

/// Makes a shell and waits in it for output that doesn't come.
fn waiting_case() -> String {
    let uri = format!("{SHELL}/cmd");
    let create = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create";
    let body = "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>\
                </rsp:Shell>";
    let selectors = "<w:SelectorSet><w:Selector Name=\"ShellId\">{{shell}}</w:Selector></w:SelectorSet>";
    let steps = [
        soap("02", create, &uri, "", body),
        "-- 02 c1 < soap --\n<s:Envelope><s:Body><x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>\
         <w:Selector Name=\"ShellId\">{{shell=text}}</w:Selector></w:SelectorSet></a:ReferenceParameters>\
         </x:ResourceCreated></s:Body></s:Envelope>\n"
            .to_owned(),
        soap(
            "03",
            &format!("{SHELL}/Command"),
            &uri,
            selectors,
            "<rsp:CommandLine><rsp:Command>silence</rsp:Command><rsp:Arguments>60000</rsp:Arguments></rsp:CommandLine>",
        ),
        "-- 03 c1 < soap --\n<s:Envelope><s:Body><rsp:CommandResponse><rsp:CommandId>{{command=text}}</rsp:CommandId>\
         </rsp:CommandResponse></s:Body></s:Envelope>\n"
            .to_owned(),
        soap(
            "04",
            &format!("{SHELL}/Receive"),
            &uri,
            selectors,
            "<rsp:Receive><rsp:DesiredStream CommandId=\"{{command}}\">stdout</rsp:DesiredStream></rsp:Receive>",
        ),
        "-- 04 c1 < http --\nHTTP/1.1 200\n".to_owned(),
    ];
    case("test.waiting", &steps.concat())
}

/// Passes if there is no shell.
fn no_shell_case() -> String {
    let enumerate = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
    let body = "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements></n:Enumerate>";
    let steps = [
        soap("02", enumerate, SHELL, "", body),
        "-- 02 c1 < http --\nHTTP/1.1 200\n-- 03 assert --\n".to_owned(),
        "MUST DSP0226:R7.6-5  02.soap  xpath \"count(//n:EnumerateResponse)\" == 1\n".to_owned(),
        "MUST DSP0226:R7.6-5  02.soap  xpath \"count(//rsp:Shell)\" == 0\n".to_owned(),
    ];
    case("test.no-shell", &steps.concat())
}

fn run(url: &str, case: &std::path::Path) -> Command {
    let mut command = binary();
    command.args(["server", url, "--user", "alice", "--password-env", "TEST_PASSWORD"]);
    command.args(["--file", case.to_str().unwrap(), "--trace"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn ctrl_c_leaves_no_shell_behind_and_reports_what_there_is() {
    let (_server, url) = serve();
    let waiting = file("waiting.wsx", &waiting_case());
    let no_shell = file("no-shell.wsx", &no_shell_case());
    let mut child = Ends(run(&url, &waiting).spawn().unwrap());
    let mut stderr = BufReader::new(child.0.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("/Receive</a:Action>") {
        assert_ne!(stderr.read_line(&mut told).unwrap(), 0, "{told}");
    }
    // The other test of the pair: while the case waits, there is a shell to be seen.
    assert_eq!(run(&url, &no_shell).output().unwrap().status.code(), Some(1));

    let pid = child.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut report = String::new();
    child.0.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(3), "{report}{told}");
    assert!(report.contains("INCOMPLETE") && report.contains("interrupted"), "{report}");

    let after = run(&url, &no_shell).output().unwrap();
    assert_eq!(after.status.code(), Some(0), "{}", String::from_utf8_lossy(&after.stdout));
}
