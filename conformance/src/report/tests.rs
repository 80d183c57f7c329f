//! Whole reports.

use proptest::prelude::*;

use super::*;

fn id(text: &str) -> RequirementId {
    RequirementId::parse(text).unwrap()
}

fn case(name: &str, verdict: Verdict, requirement: &str) -> CaseResult {
    CaseResult {
        id: name.to_owned(),
        title: format!("{name} holds"),
        profiles: vec!["winrm-shell".to_owned()],
        verdict,
        reason: String::new(),
        expected_because: None,
        judged: vec![Judged { requirement: id(requirement), verdict }],
        findings: Vec::new(),
        duration_ms: 12,
    }
}

fn header() -> RunHeader {
    RunHeader {
        tool_version: "0.1.0".to_owned(),
        role: "server".to_owned(),
        endpoint: "http://127.0.0.1:5985/wsman".to_owned(),
        seed: 7,
        connections: None,
        started: "2027-01-31T10:00:00Z".to_owned(),
    }
}

fn finding(received: &[u8], redactor: &Redactor) -> Finding {
    Finding {
        verdict: Verdict::Fail,
        requirements: vec![id("POLICY:SEC-08")],
        place: "02 c1 < http".to_owned(),
        expected: "HTTP/1.1 400|401|500".to_owned(),
        got: "HTTP/1.1 200".to_owned(),
        sent: Some(Excerpt::new(&[0xff, 0x00, 0x10], redactor)),
        received: Some(Excerpt::new(received, redactor)),
    }
}

fn record(aborted: Option<String>) -> RunRecord {
    let mut failed = case("secure-transport.seal.clear", Verdict::Fail, "POLICY:SEC-08");
    failed.profiles = vec!["secure-transport".to_owned()];
    failed.findings = vec![finding(b"HTTP/1.1 200 OK\r\nServer: x\x1b\r\n\r\n<s/>", &Redactor::new())];
    let mut stuck = case("winrm-shell.receive.poll", Verdict::Inconclusive, "MS-WSMV:3.1.4.5.2/returns-epr");
    stuck.reason = "no answer within 60 s".to_owned();
    let cases = vec![failed, case("winrm-shell.create.epr", Verdict::Pass, "DSP0226:R7.6-5"), stuck];
    RunRecord::new(header(), cases, &Catalogue::embedded().unwrap(), aborted)
}

#[test]
fn the_text_report_shows_what_is_wrong_in_full() {
    insta::assert_snapshot!(text(&record(None), &Redactor::new(), Style::Plain), @r#"
    winrm-conformance 0.1.0  server http://127.0.0.1:5985/wsman
    started 2027-01-31T10:00:00Z  seed 7

    secure-transport
      ✗ fail           secure-transport.seal.clear  secure-transport.seal.clear holds
          MUST POLICY:SEC-08: After authentication that seals, a request in clear on the same connection is never executed.
            at        02 c1 < http
            expected  HTTP/1.1 400|401|500
            got       HTTP/1.1 200
            sent      3 octets, hex
              | ff 00 10
            received  35 octets, hex
              | 48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d
              | 0a 53 65 72 76 65 72 3a 20 78 1b 0d 0a 0d 0a 3c
              | 73 2f 3e

    winrm-shell
      ✓ pass           winrm-shell.create.epr       winrm-shell.create.epr holds
      ! inconclusive   winrm-shell.receive.poll     winrm-shell.receive.poll holds
          no answer within 60 s

    Profiles, as far as the selected cases tell
      secure-transport   not conformant
      winrm-shell        incomplete

    3 cases: 1 fail, 1 inconclusive, 1 pass
    2 requirements: 1 passed, 0 failed, 1 untested
    1 policy checks: 0 passed, 1 failed, 0 untested
      POLICY:SEC-08: over HTTP messages are always sealed only as long as AllowUnencrypted is false, its default

    INCOMPLETE
      winrm-shell.receive.poll is inconclusive: no answer within 60 s
    "#);
}

#[test]
fn a_passed_run_reports_briefly_and_an_aborted_one_says_so() {
    let catalogue = Catalogue::embedded().unwrap();
    let cases = vec![case("winrm-shell.create.epr", Verdict::Pass, "DSP0226:R7.6-5")];
    let record = RunRecord::new(header(), cases, &catalogue, Some("interrupted".to_owned()));
    insta::assert_snapshot!(text(&record, &Redactor::new(), Style::Colour), @"
    winrm-conformance 0.1.0  server http://127.0.0.1:5985/wsman
    started 2027-01-31T10:00:00Z  seed 7

    \x1b[1mwinrm-shell\x1b[0m
      \x1b[32m✓ pass          \x1b[0m winrm-shell.create.epr  \x1b[2mwinrm-shell.create.epr holds\x1b[0m

    \x1b[1mProfiles, as far as the selected cases tell\x1b[0m
      winrm-shell        incomplete

    1 cases: \x1b[32m1 pass\x1b[0m
    1 requirements: 1 passed, 0 failed, 0 untested

    \x1b[1;33mINCOMPLETE\x1b[0m
      interrupted
    ");
}

#[test]
fn the_json_report_is_the_record() {
    let record = record(Some("interrupted".to_owned()));
    let json = json(&record, &Redactor::new()).unwrap();
    assert_eq!(serde_json::from_str::<RunRecord>(&json).unwrap(), record);
}

#[test]
fn the_json_report_has_one_shape() {
    let cases = vec![case("winrm-shell.create.epr", Verdict::Pass, "DSP0226:R7.6-5")];
    let record = RunRecord::new(header(), cases, &Catalogue::embedded().unwrap(), None);
    insta::assert_snapshot!(json(&record, &Redactor::new()).unwrap(), @r#"
    {
      "header": {
        "tool_version": "0.1.0",
        "role": "server",
        "endpoint": "http://127.0.0.1:5985/wsman",
        "seed": 7,
        "started": "2027-01-31T10:00:00Z"
      },
      "cases": [
        {
          "id": "winrm-shell.create.epr",
          "title": "winrm-shell.create.epr holds",
          "profiles": [
            "winrm-shell"
          ],
          "verdict": "pass",
          "judged": [
            {
              "requirement": "DSP0226:R7.6-5",
              "verdict": "pass"
            }
          ],
          "duration_ms": 12
        }
      ],
      "requirements": [
        {
          "id": "DSP0226:R7.6-5",
          "level": "MUST",
          "summary": "CreateResponse returns the endpoint reference of the new resource, selectors included, in ResourceCreated.",
          "standing": {
            "tested": "pass"
          }
        }
      ],
      "profiles": [
        {
          "profile": "winrm-shell",
          "conformance": "conformant"
        }
      ],
      "incomplete": []
    }
    "#);
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    assert_eq!(Style::choose(true, None), Style::Colour);
    assert_eq!(Style::choose(true, Some("")), Style::Colour);
    assert_eq!(Style::choose(true, Some("1")), Style::Plain);
    assert_eq!(Style::choose(false, None), Style::Plain);
}

#[test]
fn an_excerpt_stands_on_its_bounds_and_not_beyond() {
    let redactor = Redactor::new();
    let text = |count: usize| match Excerpt::new("a".repeat(count).as_bytes(), &redactor).shown {
        Shown::Text(text) => text.len(),
        Shown::Hex(_) => 0,
    };
    assert_eq!((text(EXCERPT_TEXT_BYTES_MAX), text(EXCERPT_TEXT_BYTES_MAX + 1)), (4096, 4096));
    let hex = |count: usize| match Excerpt::new(&vec![0; count], &redactor).shown {
        Shown::Hex(hex) => hex.split(' ').count(),
        Shown::Text(_) => 0,
    };
    assert_eq!((hex(EXCERPT_HEX_BYTES_MAX), hex(EXCERPT_HEX_BYTES_MAX + 1)), (256, 256));
}

#[test]
fn an_authorization_line_keeps_only_its_scheme() {
    let clean =
        Redactor::new().text("POST / HTTP/1.1\r\nauthorization: Negotiate TlRMTVNTUAAB\r\nHost: x\r\n");
    assert_eq!(clean, "POST / HTTP/1.1\r\nauthorization: Negotiate [redacted]\r\nHost: x\r\n");
}

proptest! {
    #[test]
    fn no_secret_of_the_run_appears_in_a_report(secret in "[#%&<>'\"~^]{4,8}[A-Z]{2}", cut in 0..5000_usize) {
        let redactor = Redactor::new().credentials("user", &secret);
        let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut failed = case("a.b", Verdict::Fail, "POLICY:SEC-08");
        failed.reason = format!("login as {secret}");
        let padded = format!("{}{secret}", "x".repeat(cut));
        failed.findings = vec![finding(padded.as_bytes(), &redactor), finding(&[b"\0\0", utf16.as_slice()].concat(), &redactor)];
        failed.findings[0].got = format!("{secret} {}", secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let record = RunRecord::new(header(), vec![failed], &Catalogue::embedded().unwrap(), Some(secret.clone()));
        let json = json(&record, &redactor).unwrap();
        let in_json = serde_json::to_string(&secret).unwrap();
        let hex = utf16.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ");
        for report in [text(&record, &redactor, Style::Plain), json] {
            for form in [&secret, in_json.trim_matches('"'), hex.as_str()] {
                prop_assert!(!report.contains(form), "{form} in {report}");
            }
        }
    }
}
