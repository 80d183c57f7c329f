use proptest::prelude::*;

use crate::addressing::EndpointReference;
use crate::limits::CIM_EMBEDDED_DEPTH_MAX;
use crate::soap::ExpandedName;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::cim::BINDING;
use crate::wsman::cim::CimDateTime;
use crate::wsman::cim::CimElement;
use crate::wsman::cim::CimValue;
use crate::wsman::cim::ClassUri;
use crate::wsman::cim::Interval;
use crate::wsman::cim::Kind;
use crate::wsman::cim::MethodInput;
use crate::wsman::cim::MethodName;
use crate::wsman::cim::MethodOutput;
use crate::wsman::cim::Parameter;
use crate::wsman::cim::Point;
use crate::wsman::cim::Scalar;
use crate::wsman::cim::ScalarError;
use crate::wsman::cim::TimeForm;
use crate::xml::Document;
use crate::xml::OwnedName;
use crate::xml::Writer;
use crate::xml::XmlError;

const CLASS: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";

fn name() -> impl Strategy<Value = OwnedName> {
    let namespace =
        prop::sample::select(vec!["", CLASS, "urn:a<&\"b", "http://www.w3.org/2003/05/soap-envelope"]);
    (namespace, "[A-Za-z_é][A-Za-z0-9._-]{0,8}").prop_map(|(n, l)| OwnedName::new(n, &l).unwrap())
}

/// Every character that has a meaning, and white space at the ends.
fn text() -> &'static str {
    "[ \t\n<>&'\"\\]a-z\u{e9}\u{65e5}\u{1f600}]{0,12}"
}

fn reference() -> EndpointReference {
    let parameters = Opaque::build(EndpointReference::REFERENCE_PARAMETERS, |w| {
        w.text_element(ResourceUri::NAME, CLASS);
        w.write(&SelectorSet::of("Name", "R&D"));
    });
    EndpointReference { reference_parameters: Some(parameters.unwrap()), ..EndpointReference::anonymous() }
}

/// Anything, and much that is nearly or just a number or a time.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[+-]?[0-9]{1,20}",
        "-?[0-9]{1,3}\\.[0-9]{1,3}(e[+-]?[0-9]{1,2})?",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{1,6}Z",
        "20[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-5][0-9]{3}\\.[0-9]{6}[+-][0-9]{3}",
        "P[0-9]DT[0-9]H[0-9]M[0-9]\\.[0-9]{1,6}S",
    ]
}

fn value() -> impl Strategy<Value = CimValue> {
    let form = prop::sample::select(vec![
        TimeForm::Datetime,
        TimeForm::Interval,
        TimeForm::Date,
        TimeForm::Time,
        TimeForm::CimDateTime,
    ]);
    let leaf = prop_oneof![
        Just(CimValue::Nil),
        // Without an element inside, white space is a text as any other.
        text().prop_map(CimValue::Text),
        (form, "[0-9T:PZ-]{0,12}").prop_map(|(form, text)| CimValue::Time(form, text)),
        Just(CimValue::Reference(Box::new(reference()))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        proptest::collection::vec(element(inner), 1..4).prop_map(CimValue::Instance)
    })
}

fn element(value: impl Strategy<Value = CimValue>) -> impl Strategy<Value = CimElement> {
    let type_name =
        proptest::option::of((prop::sample::select(vec![CLASS, "urn:t"]), "[A-Za-z_][A-Za-z0-9_]{0,8}"));
    let is_error = OwnedName::new(BINDING.uri, "IsCIM_Error").unwrap();
    (name(), type_name, value, proptest::option::of(text())).prop_map(
        move |(name, type_name, value, error)| {
            let type_name = type_name.map(|(n, local)| ExpandedName { namespace: n.to_owned(), local });
            let attributes = error.map(|error| (is_error.clone(), error)).into_iter().collect();
            CimElement { name, type_name, value, attributes }
        },
    )
}

fn point() -> impl Strategy<Value = Point> {
    let date = (1_u16..=9999, 1_u8..=12, 1_u8..=28);
    let clock = (0_u8..24, 0_u8..60, 0_u8..60);
    (date, clock, 0_u32..1_000_000, -14_i16 * 60..=14 * 60).prop_map(
        |((year, month, day), (hour, minute, second), micros, utc_offset_minutes)| Point {
            year,
            month,
            day,
            hour,
            minute,
            second,
            micros,
            utc_offset_minutes,
        },
    )
}

fn interval() -> impl Strategy<Value = Interval> {
    (0_u32..=99_999_999, 0_u32..86_400, 0_u32..1_000_000).prop_map(|(days, seconds, micros)| Interval {
        days,
        seconds,
        micros,
    })
}

fn date_time() -> impl Strategy<Value = CimDateTime> {
    prop_oneof![point().prop_map(CimDateTime::Point), interval().prop_map(CimDateTime::Interval)]
}

proptest! {
    #[test]
    fn an_element_is_read_as_it_was_written(element in element(value())) {
        prop_assert_eq!(round_trip(&element), element);
    }

    #[test]
    fn numbers_are_read_as_they_were_written(
        unsigned in any::<u64>(),
        signed in any::<i64>(),
        single in any::<f32>().prop_filter("NaN is not itself", |n| !n.is_nan()),
        double in any::<f64>().prop_filter("NaN is not itself", |n| !n.is_nan()),
    ) {
        for (kind, scalar) in [
            (Kind::Uint64, Scalar::Unsigned(unsigned)),
            (Kind::Sint64, Scalar::Signed(signed)),
            (Kind::Real32, Scalar::Real32(single)),
            (Kind::Real64, Scalar::Real64(double)),
        ] {
            prop_assert_eq!(kind.read(&scalar.to_string()), Ok(scalar));
        }
    }

    #[test]
    fn a_time_is_read_as_it_was_written_in_either_form(time in date_time()) {
        prop_assert_eq!(CimDateTime::parse(&time.to_string()), Some(time));
        prop_assert_eq!(CimDateTime::parse(&time.to_wmi()), Some(time));
        prop_assert_eq!(time.to_wmi().len(), 25);
    }

    #[test]
    fn input_and_output_of_a_method_are_read_as_they_were_written(
        values in proptest::collection::vec(("[A-Za-z][A-Za-z0-9]{0,6}", value()), 0..4),
        return_value in proptest::option::of(any::<u32>()),
    ) {
        let class = ClassUri::wmi("root/cimv2", "Win32_Service");
        let method = MethodName::new("Do");
        let parameters: Vec<_> = values
            .into_iter()
            .filter(|(name, _)| name != "ReturnValue")
            .map(|(name, value)| Parameter { name, value })
            .collect();
        let input = MethodInput { method: method.clone(), parameters: parameters.clone() };
        let element = input.in_class(&class).unwrap();
        prop_assert_eq!(MethodInput::read(&method, document(&element).root()).unwrap(), input);
        let output = MethodOutput { method: method.clone(), parameters, return_value };
        let element = output.in_class(&class).unwrap();
        prop_assert_eq!(MethodOutput::read(&method, document(&element).root()).unwrap(), output);
    }

    #[test]
    fn what_any_text_is_read_as_is_written_and_read_again(text in texts()) {
        for kind in KINDS {
            if let Ok(scalar) = kind.read(&text) {
                let again = kind.read(&scalar.to_string()).map(|scalar| scalar.to_string());
                prop_assert_eq!(again, Ok(scalar.to_string()));
            }
        }
    }
}

const KINDS: [Kind; 16] = [
    Kind::Boolean,
    Kind::Uint8,
    Kind::Uint16,
    Kind::Uint32,
    Kind::Uint64,
    Kind::Sint8,
    Kind::Sint16,
    Kind::Sint32,
    Kind::Sint64,
    Kind::Real32,
    Kind::Real64,
    Kind::Char16,
    Kind::String,
    Kind::Datetime,
    Kind::Reference,
    Kind::Instance,
];

fn document(element: &CimElement) -> Document {
    let mut writer = Writer::new();
    writer.write(element);
    Document::parse(writer.finish().as_bytes()).unwrap()
}

fn read(text: &str) -> Result<CimElement, XmlError> {
    Document::parse(text.as_bytes()).unwrap().root().read()
}

#[test]
fn each_integer_ends_at_its_bounds() {
    for (kind, least, most, past) in [
        (Kind::Uint8, "0", "255", "256"),
        (Kind::Uint16, "0", "65535", "65536"),
        (Kind::Char16, "0", "65535", "65536"),
        (Kind::Uint32, "0", "4294967295", "4294967296"),
        (Kind::Uint64, "0", "18446744073709551615", "18446744073709551616"),
        (Kind::Sint8, "-128", "127", "128"),
        (Kind::Sint16, "-32768", "32767", "32768"),
        (Kind::Sint32, "-2147483648", "2147483647", "-2147483649"),
        (Kind::Sint64, "-9223372036854775808", "9223372036854775807", "9223372036854775808"),
    ] {
        assert_eq!(kind.read(least).unwrap().to_string(), least, "{kind:?}");
        assert_eq!(kind.read(&format!("\r\n {most} ")).unwrap().to_string(), most, "{kind:?}");
        assert_eq!(kind.read(past), Err(ScalarError::OutOfRange { kind }));
        for bad in ["", "-", "+", "1.0", "0x1", "1 2", "--1", "+-1", "\u{0661}"] {
            assert_eq!(kind.read(bad), Err(ScalarError::TypeMismatch { kind }), "{kind:?} {bad:?}");
        }
    }
    assert_eq!(Kind::Uint8.read("-1"), Err(ScalarError::OutOfRange { kind: Kind::Uint8 }));
}

#[test]
fn booleans_and_reals_have_the_spellings_of_xml_schema() {
    for (text, value) in [("true", true), ("1", true), ("False", false), ("0", false)] {
        assert_eq!(Kind::Boolean.read(text), Ok(Scalar::Boolean(value)));
    }
    assert!(Kind::Boolean.read("yes").is_err());
    // As OpenPegasus writes it.
    assert_eq!(Kind::Real64.read("1.1234567165374756e+00"), Ok(Scalar::Real64(1.123_456_716_537_475_6)));
    assert_eq!(Kind::Real32.read("-INF").unwrap().to_string(), "-INF");
    assert_eq!(Kind::Real64.read("NaN").unwrap().to_string(), "NaN");
    for bad in ["inf", "nan", "infinity", "e", "", "1,5"] {
        assert!(Kind::Real64.read(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_day_that_is_not_in_the_calendar_is_no_time() {
    for text in [
        "2024-02-29T00:00:00Z",
        "20240229000000.000000+000",
        "20240101000000.000000-840",
        "2009-01-01T00:00:00",
        "P365DT24H60M",
    ] {
        assert!(CimDateTime::parse(text).is_some(), "{text}");
    }
    for text in [
        "2023-02-29T00:00:00Z",
        "2001-25-00",
        "0000-01-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+14:01",
        "20240101000000.000000+841",
        "20240101000000.000000",
        "2024010100****.******+000",
        "00000001240000.000000:000",
        "P100000000D",
        "",
    ] {
        assert_eq!(CimDateTime::parse(text), None, "{text}");
    }
}

#[test]
fn a_nil_that_holds_something_is_refused() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    assert_eq!(read(&format!("<a {xsi} xsi:nil='1'>\n</a>")).unwrap().value, CimValue::Nil);
    assert_eq!(read(&format!("<a {xsi} xsi:nil='false'/>")).unwrap().value, CimValue::of(""));
    assert!(read(&format!("<a {xsi} xsi:nil='true'>x</a>")).is_err());
    assert!(read(&format!("<a {xsi} xsi:nil='true'><b/></a>")).is_err());
    assert!(read(&format!("<a {xsi} xsi:nil='perhaps'/>")).is_err());
}

#[test]
fn text_beside_elements_is_refused() {
    assert!(read("<a>x<b/></a>").is_err());
    assert_eq!(read("<a>\n <b>1</b>\n</a>").unwrap().text("B"), Some("1"));
}

#[test]
fn instances_in_instances_are_read_up_to_the_bound() {
    let nested = |depth: usize| format!("{}1{}", "<a>".repeat(depth + 1), "</a>".repeat(depth + 1));
    assert!(read(&nested(CIM_EMBEDDED_DEPTH_MAX)).is_ok());
    let error = read(&nested(CIM_EMBEDDED_DEPTH_MAX + 1)).unwrap_err();
    assert!(matches!(error, XmlError::TooMany { max: CIM_EMBEDDED_DEPTH_MAX, .. }), "{error}");
}

#[test]
fn an_action_names_a_method_of_its_class_only() {
    let class = ClassUri::wmi("root/cimv2", "Win32_Service");
    let action = MethodName::new("StopService").action(&class);
    assert_eq!(action, format!("{CLASS}/StopService"));
    assert_eq!(MethodName::of_action(&action, &class).unwrap(), "StopService");
    assert_eq!(MethodName::of_action(&action, &ClassUri::wmi("root/cimv2", "Win32_Process")), None);
    let output = document(&MethodOutput::new("Other", 0).in_class(&class).unwrap());
    assert!(MethodOutput::read(&MethodName::new("StopService"), output.root()).is_err());
}
