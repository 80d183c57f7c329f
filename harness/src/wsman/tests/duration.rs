use proptest::prelude::*;

use crate::wsman::Duration;

fn check(text: &str, millis: Option<u64>) {
    assert_eq!(Duration::parse(text).map(Duration::as_millis), millis, "{text}");
}

#[test]
fn recorded_durations_are_read() {
    check("PT20S", Some(20_000));
    check("PT60.000S", Some(60_000));
    check("PT2147483.647S", Some(2_147_483_647));
    check("P0DT0H0M0S", Some(0));
    check("P0DT0H1M2S", Some(62_000));
    check("PT5M0S", Some(300_000));
    check("PT10M", Some(600_000));
    check("PT3961315881.184S", Some(3_961_315_881_184));
    check("P1Y2M3DT4H5M6.7S", Some(((365 + 60 + 3) * 86_400 + 4 * 3600 + 5 * 60 + 6) * 1000 + 700));
}

#[test]
fn other_texts_are_refused() {
    for wrong in [
        "",
        "P",
        "PT",
        "PTM",
        "PT738a.000000S",
        "2015:01:01T00:00:00",
        "PT-1S",
        "-PT1S",
        "PT1",
        "60",
        "PT1S ",
        "PT1.S",
        "PT.5S",
        "PT1.5M",
        "P1DT",
        "PT1S1M",
        "PT1S1S",
        "P1S",
        "PT1D",
        "pt1s",
        "PT+1S",
        "P1D1Y",
    ] {
        check(wrong, None);
    }
}

#[test]
fn digits_behind_the_third_are_dropped_and_what_does_not_fit_is_refused() {
    check("PT0.0009S", Some(0));
    check("PT0.1S", Some(100));
    check("PT18446744073709551.615S", Some(u64::MAX));
    check("PT18446744073709551.616S", None);
    check("P99999999999999999999D", None);
}

proptest! {
    #[test]
    fn both_written_forms_are_read_as_they_were_written(millis: u64) {
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(Duration::parse(&duration.to_string()), Some(duration));
        prop_assert_eq!(Duration::parse(&duration.to_fields()), Some(duration));
    }

    #[test]
    fn parse_never_panics(text in "[-PYMDTHS0-9.é]{0,12}") {
        let _ = Duration::parse(&text);
    }
}
