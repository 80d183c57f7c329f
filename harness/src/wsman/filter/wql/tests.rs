use proptest::prelude::*;

use crate::limits::WQL_BYTES_MAX;
use crate::limits::WQL_DEPTH_MAX;
use crate::limits::WQL_LIKE_CHARS_MAX;
use crate::limits::WQL_TOKENS_MAX;
use crate::wsman::filter::LikePattern;
use crate::wsman::filter::Projection;
use crate::wsman::filter::Query;
use crate::wsman::filter::WqlError;
use crate::xml::Document;

const SERVICE: &str = r#"<p:Win32_Service xmlns:p="urn:p" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <p:Name>Spooler</p:Name><p:Path>C:\Windows\it's</p:Path><p:ProcessId>1200</p:ProcessId><p:Load>0.5</p:Load>
    <p:Started>true</p:Started><p:InstallDate xsi:nil="true"/><p:Empty/>
    <p:Changed><c:Datetime xmlns:c="urn:c">2026-01-01T00:00:00Z</c:Datetime></p:Changed>
    </p:Win32_Service>"#;

fn holds(condition: &str) -> bool {
    let query = Query::parse(&format!("select * from Win32_Service where {condition}"))
        .unwrap_or_else(|error| panic!("{condition}: {error}"));
    query.is_match(Document::parse(SERVICE.as_bytes()).unwrap().root())
}

fn refused(query: &str) -> String {
    Query::parse(query).unwrap_err().to_string()
}

#[test]
fn conditions_hold_as_wmi_has_them() {
    let holding = [
        "Name = 'spooler'",
        "NAME=\"SPOOLER\"",
        "'Spooler' = name",
        "Name <> 'x'",
        "Name != 'x'",
        "Name > 'Spool'",
        "ProcessId = 1200",
        "ProcessId >= 1200 AND ProcessId <= 1200.0",
        "1199 < ProcessId",
        "ProcessId > -5",
        "Load = 0.5",
        "Load < 1",
        "Started = TRUE",
        "Started <> false",
        "InstallDate IS NULL",
        "Missing is null",
        "InstallDate = NULL",
        "Name <> NULL",
        "Name IS NOT NULL",
        "Empty IS NOT NULL AND Empty = ''",
        "Changed = '2026-01-01T00:00:00Z'",
        r"Path = 'C:\\Windows\\it\'s'",
        "Name LIKE 'Sp%'",
        "Name LIKE '_pool_r'",
        "Name LIKE '[p-t]%'",
        "Name LIKE '[xyz]%' OR Name LIKE '%[^a-q]'",
        "NOT Name = 'x'",
        "NOT (Name = 'x' OR Started = FALSE)",
        "Name = 'x' OR Name = 'y' AND Name = 'z' OR Started = TRUE",
        "NOT NOT Started = TRUE",
    ];
    for condition in holding {
        assert!(holds(condition), "{condition}");
    }
    let failing = [
        "Name = 'Spool'",
        "Name > 'spooler'",
        "ProcessId = 'x'",
        "Name = 1200",
        "ProcessId < 1200",
        "Started = FALSE",
        // Unknown stays unknown when it is turned round.
        "InstallDate = '2026'",
        "NOT InstallDate = '2026'",
        "NOT Missing LIKE '%'",
        "InstallDate = '2026' AND Started = TRUE",
        "Name IS NULL",
        "Name LIKE 'Spool'",
        "Name LIKE '[^S]%'",
        "Name LIKE 'Spooler_'",
    ];
    for condition in failing {
        assert!(!holds(condition), "{condition}");
    }
    assert!(holds("InstallDate = '2026' OR Started = TRUE"));
}

#[test]
fn integers_are_compared_to_the_last_digit() {
    let of = |text: &str, condition: &str| {
        let text = format!("<a><n>{text}</n></a>");
        let query = Query::parse(&format!("SELECT * FROM a WHERE {condition}")).unwrap();
        query.is_match(Document::parse(text.as_bytes()).unwrap().root())
    };
    assert!(of("18446744073709551615", "n = 18446744073709551615"));
    assert!(!of("18446744073709551615", "n = 18446744073709551614"));
    assert!(of("-9223372036854775808", "n < -9223372036854775807"));
}

#[test]
fn a_query_names_its_class_and_properties() {
    let query = Query::parse("  Select Name,State FROM Win32_Service  ").unwrap();
    assert_eq!(query.class(), "Win32_Service");
    assert_eq!(*query.projection(), Projection::Properties(vec!["Name".to_owned(), "State".to_owned()]));
    assert_eq!(*Query::parse("select*from x").unwrap().projection(), Projection::All);
}

#[test]
fn what_is_no_query_is_refused_with_a_place() {
    let wrong = [
        ("", "expected SELECT at octet 0"),
        ("SELECT", "expected * or the name of a property at octet 6"),
        ("SELECT *, a FROM b", "expected FROM or a comma at octet 8"),
        ("SELECT a, FROM b", "expected * or the name of a property at octet 10"),
        ("SELECT * FROM", "expected the name of a class at octet 13"),
        ("SELECT * FROM where", "expected the name of a class at octet 14"),
        ("SELECT * FROM a b", "expected the end of the query at octet 16"),
        ("SELECT * FROM a WHERE", "expected a condition at octet 21"),
        ("SELECT * FROM a WHERE b", "expected an operator at octet 23"),
        ("SELECT * FROM a WHERE b = ", "expected a value at octet 26"),
        ("SELECT * FROM a WHERE b = c", "expected a value at octet 26"),
        ("SELECT * FROM a WHERE b = 1x", "expected a value at octet 26"),
        ("SELECT * FROM a WHERE b = 'c", "expected an end of the string at octet 26"),
        ("SELECT * FROM a WHERE b LIKE c", "expected a pattern in quotes at octet 29"),
        ("SELECT * FROM a WHERE b LIKE '[c'", "expected characters between [ and ] in the pattern"),
        ("SELECT * FROM a WHERE b LIKE '[]'", "expected characters between [ and ] in the pattern"),
        ("SELECT * FROM a WHERE (b = 1", "expected AND, OR or ) at octet 28"),
        ("SELECT * FROM a WHERE b = 1)", "expected the end of the query at octet 27"),
        ("SELECT * FROM a WHERE b IS 1", "expected NULL at octet 27"),
        ("SELECT * FROM a;", "expected a word, a value or an operator at octet 15, found `;`"),
        ("ASSOCIATORS OF {a.b=1}", "expected a word, a value or an operator at octet 15, found `{`"),
        ("REFERENCES OF a", "expected SELECT at octet 0"),
    ];
    for (query, expected) in wrong {
        assert_eq!(refused(query), expected, "{query}");
    }
}

#[test]
fn a_query_stands_on_each_bound_and_not_past_it() {
    let long = |spaces: usize| format!("SELECT * FROM a{}", " ".repeat(spaces));
    assert!(Query::parse(&long(WQL_BYTES_MAX - 15)).is_ok());
    assert_eq!(Query::parse(&long(WQL_BYTES_MAX - 14)), Err(WqlError::TooLong { bytes_max: WQL_BYTES_MAX }));

    let nested = |depth: usize| {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        Query::parse(&format!("SELECT * FROM a WHERE {open}b = 1{close}"))
    };
    assert!(nested(WQL_DEPTH_MAX).is_ok());
    let depth = WqlError::TooMany { what: "conditions inside conditions", max: WQL_DEPTH_MAX };
    assert_eq!(nested(WQL_DEPTH_MAX + 1), Err(depth.clone()));
    let turned = format!("SELECT * FROM a WHERE {}b = 1", "NOT ".repeat(WQL_DEPTH_MAX + 1));
    assert_eq!(Query::parse(&turned), Err(depth));

    // SELECT b, …, FROM a: two tokens for each property, three others less a comma.
    let wide = |names: usize| Query::parse(&format!("SELECT {} FROM a", vec!["b"; names].join(",")));
    assert!(wide((WQL_TOKENS_MAX - 2) / 2).is_ok());
    let tokens = WqlError::TooMany { what: "tokens", max: WQL_TOKENS_MAX };
    assert_eq!(wide((WQL_TOKENS_MAX - 2) / 2 + 1), Err(tokens));

    let pattern = |len: usize| LikePattern::parse(&"a".repeat(len));
    assert!(pattern(WQL_LIKE_CHARS_MAX).is_ok());
    let max = WQL_LIKE_CHARS_MAX;
    assert_eq!(pattern(max + 1), Err(WqlError::TooMany { what: "characters of a pattern", max }));
}

#[test]
fn a_pattern_takes_no_more_steps_than_pairs_of_character_and_part() {
    let text = "a".repeat(10_000);
    let patterns = ["%a%a%a%a%a%a%a%a%a%b".to_owned(), format!("%{}b", "a".repeat(WQL_LIKE_CHARS_MAX - 2))];
    for pattern in patterns {
        let (is_match, steps) = LikePattern::parse(&pattern).unwrap().steps(&text);
        assert!(!is_match);
        assert!(steps <= (text.len() + 1) * (pattern.len() + 1), "{pattern}: {steps} steps");
    }
    let (_, steps) = LikePattern::parse("%a%a%a%a%a%a%a%a%a%b").unwrap().steps(&text);
    assert!(steps <= 4 * text.len(), "{steps} steps");
}

/// The obvious matcher, which takes exponential time.
fn obvious(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], _) => obvious(rest, text) || (!text.is_empty() && obvious(pattern, &text[1..])),
        (['_', rest @ ..], [_, others @ ..]) => obvious(rest, others),
        ([one, rest @ ..], [other, others @ ..]) => one == other && obvious(rest, others),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_pattern_fits_what_the_obvious_matcher_says(pattern in "[ab%_]{0,8}", text in "[ab]{0,10}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = obvious(&chars(&pattern), &chars(&text));
        prop_assert_eq!(LikePattern::parse(&pattern).unwrap().is_match(&text), expected);
    }

    #[test]
    fn a_query_is_read_as_it_was_written(text in query()) {
        let query = Query::parse(&text).unwrap();
        let written = query.to_string();
        prop_assert_eq!(Query::parse(&written), Ok(query), "{}", written);
    }
}

fn query() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (
            "[a-z_é]{1,4}",
            "(=|<>|!=|<|<=|>|>=)",
            "('[a-z é<&\"]{0,5}'|\"[a-z']{0,5}\"|-?[0-9]{1,12}([.][0-9]{1,3})?|TRUE|false)"
        )
            .prop_map(|(name, operator, value)| format!("x{name} {operator} {value}")),
        "[a-z]{0,3}%_".prop_map(|pattern| format!("xp like '{pattern}[a-c]'")),
        Just("xn IS NULL".to_owned()),
        Just("xn is not NULL".to_owned()),
        Just(r"xq = '\\a\'b\c'".to_owned()),
    ];
    let condition = leaf.prop_recursive(5, 24, 3, |inside| {
        prop_oneof![
            (inside.clone(), inside.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (inside.clone(), inside.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inside.prop_map(|a| format!("NOT {a}")),
        ]
    });
    let list = prop_oneof![Just("*".to_owned()), "x[a-z]{0,3}(, ?x[a-z]{0,3}){0,3}"];
    (list, proptest::option::of(condition)).prop_map(|(list, condition)| {
        let condition = condition.map_or(String::new(), |condition| format!(" WHERE {condition}"));
        format!("SELECT {list} FROM x_Class{condition}")
    })
}
