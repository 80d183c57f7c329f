//! Whole cases, there and back, and what is said about broken ones.

use proptest::prelude::*;

use crate::requirement::Catalogue;
use crate::wsx::embedded::embedded_cases;
use crate::wsx::lint::lint;
use crate::wsx::parse::parse;
use crate::wsx::print::print;
use crate::wsx::strategy;

proptest! {
    #[test]
    fn what_is_printed_reads_back(case in strategy::case()) {
        let printed = print(&case);
        let read = parse("x.wsx", &printed).map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(&read, &case, "{}", printed);
        prop_assert_eq!(print(&read), printed);
    }

    #[test]
    fn line_ends_make_no_difference(case in strategy::case()) {
        let printed = print(&case);
        prop_assert_eq!(parse("x.wsx", &printed.replace('\n', "\r\n")).unwrap(), case);
    }

    #[test]
    fn a_case_cut_anywhere_is_read_or_refused(case in strategy::case(), part in 0..1000_usize) {
        let printed = print(&case);
        let kept = printed.len() * part / 1000;
        let cut = (0..=kept).rev().find_map(|end| printed.get(..end)).unwrap();
        let _ = parse("x.wsx", cut);
    }
}

#[test]
fn the_cases_of_the_corpus_are_canonical() {
    for embedded in embedded_cases() {
        let without_comments: String = embedded
            .text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(print(&embedded.parse().unwrap()), without_comments);
    }
}

const FRONT: &str = r#"wsx = 1
id = "area.case"
title = "Something holds"
requires = ["POLICY:SEC-08"]
profiles = ["robustness"]
roles = ["server"]
safety = "normal"
"#;

/// The error for sections below a sound front matter, which has seven lines.
fn error(sections: &str) -> String {
    parse("x.wsx", &format!("{FRONT}{sections}")).unwrap_err().to_string()
}

#[test]
fn errors_name_place_and_expectation() {
    insta::assert_snapshot!(error(""), @"x.wsx:1:1: expected at least one section, got nothing");
    insta::assert_snapshot!(error("-- 1 c1 > soap"), @"x.wsx:8:1: expected `-- … --`, got `-- 1 c1 > soap`");
    insta::assert_snapshot!(error("-- 01 c1 > sopa --"), @"x.wsx:8:12: expected tls, auth, http, soap, sealed, bytes or closed after `>`, got `sopa`");
    insta::assert_snapshot!(error("-- 01 c1 > soap --\n<a>\n  {{b=guid}}"), @"x.wsx:10:5: expected one of uuid, int, text, base64, uri, duration, any, new.uuid, got `guid`");
    insta::assert_snapshot!(error("-- 01 c1 < http --\nHTTP/1.1 2000"), @"x.wsx:9:1: expected `HTTP/1.1` and `200`, `4xx` or `400|500`, got `HTTP/1.1 2000`");
    insta::assert_snapshot!(error("-- 02 assert --\nMUST POLICY:SEC-08  01.soap  xpath \"//q:X\" exists"), @"x.wsx:9:37: expected a standard prefix: s, a, w, x, n, e, rsp, f, p, wsmid or xml, got `q`");
    insta::assert_snapshot!(error("-- 02 c1 < closed --\n-- 01 c1 > closed --"), @"x.wsx:9:4: expected a step number above those before, got `01`");
    insta::assert_snapshot!(error("-- 02 loop 3 --\n-- 03 c1 > closed --"), @"x.wsx:9:1: expected the step that the `loop` repeats, got `-- 03 c1 > closed --`");
    insta::assert_snapshot!(error("-- 02 loop 1001 --"), @"x.wsx:8:12: expected a number from 1 to 1000, got `1001`");
    insta::assert_snapshot!(parse("x.wsx", "wsx = 1\ncolour = 2\n").unwrap_err(), @"x.wsx:2:1: invalid front matter: unknown field `colour`, expected one of `wsx`, `id`, `title`, `requires`, `profiles`, `roles`, `needs`, `safety`, `tolerates`");
}

#[test]
fn a_step_stays_on_its_connection_and_is_not_resumed() {
    insta::assert_snapshot!(error("-- 01 c1 > closed --\n-- 01 c2 < closed --"), @"x.wsx:9:7: expected the connection that the step began on, got `c2`");
    insta::assert_snapshot!(error("-- 01 c1 > closed --\n-- 01 assert --\nMUST POLICY:SEC-08  01.http  status == 1"), @"x.wsx:9:1: step `01` occurs twice");
}

#[test]
fn size_and_sections_stand_on_their_bounds_and_not_beyond() {
    let sections =
        |count: usize| (1..=count).map(|n| format!("-- {n:02} c1 > closed --\n")).collect::<String>();
    let text = |count| format!("{FRONT}{}", sections(count));
    assert!(parse("x.wsx", &text(crate::wsx::SECTIONS_MAX)).is_ok());
    assert!(parse("x.wsx", &text(crate::wsx::SECTIONS_MAX + 1)).is_err());
    let padded = |size: usize| format!("{}{}", text(1), "\n".repeat(size - text(1).len()));
    assert!(parse("x.wsx", &padded(crate::wsx::CASE_BYTES_MAX)).is_ok());
    assert!(parse("x.wsx", &padded(crate::wsx::CASE_BYTES_MAX + 1)).is_err());
}

#[test]
fn lint_finds_what_reads_well_and_is_wrong() {
    let sections = "-- 01 c1 > soap --\n<a>{{x}}{{y=uuid}}</a>\n-- 01 c1 < soap setup --\n<a>{{y}}</a>\n\
        -- 02 c1 > soap --\n<b>{{y=text}}</b>\n-- 02 c1 > soap --\n<b/>\n-- finally --\ndelete shell {{z}}\n";
    let front = FRONT
        .replace("POLICY:SEC-08", "NONE:1")
        .replace("robustness", "speed")
        .replace("area.case", "a.case-1");
    let case = parse("x.wsx", &format!("{front}{sections}")).unwrap();
    let lints = lint(&case, "area/case.wsx", &Catalogue::embedded().unwrap());
    let lints: Vec<String> = lints.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lints.join("\n"), @r"
    id `a.case-1`: expected `area.case`, the path in lower-case words with dots
    `case-1` counts: say what the case is about
    unknown profile `speed`
    requirement `NONE:1` is not in the catalogue
    step 01 uses `x`, which nothing before it binds
    step 02 binds `y` again
    step 02 has two `soap` sections in one direction
    step 02 uses `z`, which nothing before it binds
    nothing in the case can fail
    ");
}
