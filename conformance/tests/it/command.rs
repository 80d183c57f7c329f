use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

/// What a run of the command gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, with the password that tests use.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_winrm-conformance"));
    command
        .env("TEST_PASSWORD", "Wonderland 1")
        .env_remove("WINRM_PASSWORD")
        .env_remove("KRB5CCNAME")
        .stdin(Stdio::null());
    command
}

pub(crate) fn command(arguments: &[&str]) -> Run {
    let output = binary().args(arguments).output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Writes a file of that name for one test.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

const QUICK: &str = "identify.*";

#[test]
fn the_built_in_server_certifies_with_exit_code_0() {
    let run = command(&["server", "--run", QUICK]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.contains("requirements:"), "{}", run.stdout);
}

#[test]
fn an_unexpected_failure_is_exit_code_1_and_an_expected_one_0() {
    let arguments = ["server", "--mutant", "relates-to-absent", "--run", "addressing.relates-to.*"];
    assert_eq!(command(&arguments).code, 1);
    let list = "[[expectation]]\ncase = 'addressing.relates-to.*'\nverdicts = ['fail', 'warn']\nclass = 'defect'\n\
                reason = 'it forgets'\n";
    let list = file("known.toml", list);
    let run = command(&[&arguments[..], &["--expectations", list.to_str().unwrap()]].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("it forgets"), "{}", run.stdout);
}

#[test]
fn a_stale_expectation_is_exit_code_5() {
    let list = "[[expectation]]\ncase = 'no.such.*'\nverdicts = ['fail']\nclass = 'defect'\nreason = 'x'\n";
    let list = file("stale.toml", list);
    let run = command(&["server", "--run", QUICK, "--expectations", list.to_str().unwrap()]);
    assert_eq!(run.code, 5, "{}", run.stdout);
    assert_eq!(run.stderr, "expectation: no.such.* fits no case\n");
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_is_wrong() {
    let check = |arguments: &[&str], said: &str| {
        let run = command(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    };
    check(&["server", "--no-such-flag"], "--no-such-flag");
    check(
        &["server", "https://host", "--user", "u", "--password-env", "TEST_PASSWORD"],
        "`--ca FILE` or `--pin SHA256`",
    );
    check(&["server", "http://host", "--user", "u"], "WINRM_PASSWORD");
    let kerberos =
        ["server", "http://host", "--user", "u", "--password-env", "TEST_PASSWORD", "--auth", "kerberos"];
    check(&kerberos, "`--kdc HOST:PORT` or `--ccache FILE`");
    check(&["server", "http://host", "--user", "u", "--auth", "certificate"], "--certificate FILE");
    check(&["server", "--auth", "digest"], "takes no Digest");
    check(
        &["server", "http://host", "--user", "u", "--password-env", "NO_SUCH_VARIABLE"],
        "NO_SUCH_VARIABLE",
    );
    check(&["server", "http://host"], "--user");
    check(&["server", "--mutant", "harmless"], "unknown mutant `harmless`");
    check(&["server", "--has", "teleport"], "unknown capability `teleport`");
    check(&["server", "--expectations", "/no/such/file"], "/no/such/file");
    check(&["explain", "nothing"], "invalid requirement id");
    check(&["show", "no.such.case"], "no case `no.such.case`");
}

#[test]
fn a_case_that_does_not_read_is_exit_code_2_with_its_place() {
    let good = command(&["show", "winrm-shell.create.epr"]).stdout;
    let bad = file("bad.wsx", &good.replacen("-- 01 c1 > auth --", "-- 01 c1 > smoke --", 1));
    for verb in ["lint", "fmt"] {
        let run = command(&[verb, bad.to_str().unwrap()]);
        assert_eq!(run.code, 2);
        let place = format!("error: {}:9:", bad.display());
        assert!(run.stderr.starts_with(&place) && run.stderr.contains("got `smoke`"), "{}", run.stderr);
    }
}

#[test]
fn an_endpoint_out_of_reach_is_exit_code_3_and_one_line() {
    // A port that was free a moment ago.
    #[expect(clippy::disallowed_types, reason = "a test looks for a port on which nobody listens")]
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/wsman");
    let run = command(&["server", &url, "--user", "u", "--password-env", "TEST_PASSWORD"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.starts_with(&format!("error: cannot connect to 127.0.0.1:{port}")), "{}", run.stderr);
}

#[test]
fn a_selection_of_nothing_is_exit_code_4() {
    assert_eq!(command(&["server", "--run", "no.such.*"]).code, 4);
    assert_eq!(command(&["list", "--run", "no.such.*"]).code, 4);
}

#[test]
fn cases_are_listed_shown_and_explained() {
    let run = command(&["list", "--profile", "winrm-shell", "--level", "must"]);
    assert!(run.code == 0 && run.stdout.contains("winrm-shell.create.epr"), "{}", run.stdout);
    let run = command(&["show", "winrm-shell.create.epr"]);
    assert!(run.code == 0 && run.stdout.starts_with("wsx = 1\n"), "{}", run.stdout);
    let run = command(&["explain", "DSP0226:R7.6-5"]);
    assert!(run.code == 0 && run.stdout.contains("winrm-shell.create.epr"), "{}", run.stdout);
}

#[test]
fn a_password_is_in_no_report() {
    let run = command(&["server", "--run", "auth.*", "--mutant", "offers-basic", "--trace"]);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains("Wonderland") && !text.contains("TlRMTVNTUAAD"), "{text}");
    }
}
