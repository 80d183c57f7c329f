use proptest::prelude::*;

use crate::wsman::DateTime;
use crate::wsman::Duration;
use crate::wsman::Expiration;
use crate::xml::Document;
use crate::xml::QName;
use crate::xml::Writer;

const NAME: QName = QName::local("Expires");

fn read(text: &str) -> Option<Expiration> {
    Document::parse(format!("<Expires>{text}</Expires>").as_bytes()).unwrap().root().read().ok()
}

#[test]
fn recorded_expirations_are_read_and_broken_ones_refused() {
    assert_eq!(read(" PT10M\n"), Some(Expiration::Duration(Duration::from_millis(600_000))));
    let epoch = Some(Expiration::DateTime(DateTime::from_filetime(116_444_736_000_000_000)));
    for same in ["1970-01-01T00:00:00Z", "1970-01-01T02:00:00.000+02:00", "1970-01-01T00:00:00"] {
        assert_eq!(read(same), epoch, "{same}");
    }
    let broken = [
        "",
        "PTM",
        "PT738a.000000S",
        "2015:01:01T00:00:00Z",
        "2015-01-01",
        "2015-01-01 00:00:00Z",
        "2015-01-01T00:00:00z",
        "2015-13-01T00:00:00Z",
        "1600-12-31T23:59:59Z",
        "2015-01-01Té",
        "-PT1S",
    ];
    for text in broken {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_is_past_or_lasts_no_time_is_no_time_left() {
    let now = DateTime::parse("2026-11-22T21:00:00Z").unwrap();
    let left = |text: &str| read(text).unwrap().remaining(now).map(Duration::as_millis);
    assert_eq!(left("PT0S"), None);
    assert_eq!(left("PT0.001S"), Some(1));
    assert_eq!(left("2026-11-22T21:00:00Z"), None);
    assert_eq!(left("2026-11-22T20:59:59Z"), None);
    assert_eq!(left("2026-11-22T22:00:01+01:00"), Some(1000));
    let granted = |text: &str| read(text).unwrap().granted(Duration::from_millis(500), now).to_string();
    assert_eq!(granted("PT1H"), "PT0.500S");
    assert_eq!(granted("2030-01-01T00:00:00Z"), "2026-11-22T21:00:00.5Z");
}

proptest! {
    #[test]
    fn an_expiration_is_read_as_it_was_written(millis: u64, ticks in 0..2_650_467_743_999_999_999_u64) {
        let both = [
            Expiration::Duration(Duration::from_millis(millis)),
            Expiration::DateTime(DateTime::from_filetime(ticks)),
        ];
        for expiration in both {
            let mut writer = Writer::new();
            expiration.write_as(NAME, &mut writer);
            let text = writer.finish();
            prop_assert_eq!(Document::parse(text.as_bytes()).unwrap().root().read::<Expiration>(), Ok(expiration));
        }
    }
}
