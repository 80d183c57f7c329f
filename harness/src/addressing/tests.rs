use insta::assert_snapshot;
use proptest::prelude::*;

use crate::addressing::ANONYMOUS;
use crate::addressing::Action;
use crate::addressing::Address;
use crate::addressing::AddressingError;
use crate::addressing::EndpointReference;
use crate::addressing::FaultTo;
use crate::addressing::MessageId;
use crate::addressing::MessageInformation;
use crate::addressing::NAMESPACE;
use crate::addressing::RelatesTo;
use crate::addressing::ReplyTo;
use crate::addressing::To;
use crate::limits::WSMAN_MESSAGE_ID_BYTES_MAX;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::soap::tests::round_trip;
use crate::soap::tests::trimmed;
use crate::xml::QName;

/// The message information of an envelope with these header blocks; `{a}` is declared.
fn read(headers: &str) -> Result<MessageInformation, AddressingError> {
    let text = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{}">
           <s:Header>{headers}</s:Header><s:Body/></s:Envelope>"#,
        NAMESPACE.uri
    );
    MessageInformation::read(&Envelope::decode(text.as_bytes(), None).unwrap())
}

fn opaque(name: QName) -> impl Strategy<Value = Option<Opaque>> {
    proptest::option::of(
        trimmed()
            .prop_map(move |text| Opaque::build(name, |w| w.text_element(Address::NAME, &text)).unwrap()),
    )
}

proptest! {
    #[test]
    fn a_reference_is_read_as_it_was_written(
        address in trimmed(),
        reference_properties in opaque(EndpointReference::REFERENCE_PROPERTIES),
        reference_parameters in opaque(EndpointReference::REFERENCE_PARAMETERS),
    ) {
        let address = Address::new(&address);
        let reference = EndpointReference { address, reference_properties, reference_parameters };
        prop_assert_eq!(round_trip(&reference), reference);
    }

    #[test]
    fn headers_are_read_as_they_were_written(
        action in trimmed(), to in trimmed(), id in trimmed(), relates_to in trimmed(), address in trimmed(),
    ) {
        let reference = EndpointReference::to_address(&address);
        let expected = MessageInformation {
            action: Some(Action::new(&action)),
            to: Some(To::new(&to)),
            message_id: Some(MessageId::new(&id)),
            relates_to: Some(RelatesTo::new(&relates_to)),
            reply_to: Some(ReplyTo(reference.clone())),
            fault_to: Some(FaultTo(reference.clone())),
        };
        let text = Envelope::write(None, &[], |w| {
            w.text_element(Action::NAME, &action);
            w.text_element(To::NAME, &to);
            w.text_element(MessageId::NAME, &id);
            w.text_element(RelatesTo::NAME, &relates_to);
            reference.write_as(ReplyTo::NAME, true, w);
            reference.write_as(FaultTo::NAME, false, w);
        }, |_| {});
        let envelope = Envelope::decode(text.as_bytes(), None).unwrap();
        prop_assert_eq!(MessageInformation::read(&envelope), Ok(expected));
        prop_assert_eq!(MessageId::of(&envelope), Some(MessageId::new(&id)));
    }
}

#[test]
fn white_space_around_a_value_does_not_count() {
    let found = read("<a:Action>\n  urn:x\n</a:Action><a:MessageID>\t1-2-3-4 </a:MessageID>").unwrap();
    assert_eq!(found.action.unwrap(), "urn:x");
    assert_eq!(found.message_id.unwrap(), "1-2-3-4");
}

#[test]
fn a_response_relates_to_its_request_byte_for_byte() {
    let id = MessageId::new(" uuid:ab-CD ");
    assert_eq!(RelatesTo::from(&id).as_str(), "uuid:ab-CD");
    assert!(RelatesTo::new("uuid:ab-CD").is_reply_to(&id));
    for other in ["uuid:AB-CD", "ab-CD", "uuid.ab-CD"] {
        assert!(!RelatesTo::new(other).is_reply_to(&id), "{other}");
    }
}

#[test]
fn a_header_comes_once_and_holds_something() {
    let name = Action::NAME.to_string();
    let twice = "<a:Action>x</a:Action><a:Action>x</a:Action>";
    assert_eq!(read(twice), Err(AddressingError::RepeatedHeader { name: name.clone() }));
    assert_eq!(read("<a:Action> </a:Action>"), Err(AddressingError::EmptyHeader { name }));
    let nested = read("<a:Action>x<b/></a:Action>").unwrap_err();
    assert!(matches!(nested, AddressingError::InvalidHeader(_)), "{nested}");
    let no_address = read("<a:ReplyTo/>").unwrap_err();
    assert!(matches!(no_address, AddressingError::InvalidHeader(_)), "{no_address}");
    assert_eq!(read(""), Ok(MessageInformation::default()));
}

#[test]
fn the_bound_on_a_message_id_is_stood_on() {
    let with = |count| read(&format!("<a:MessageID>{}</a:MessageID>", "x".repeat(count)));
    assert!(with(WSMAN_MESSAGE_ID_BYTES_MAX).is_ok());
    let (name, bytes_max) = (MessageId::NAME.to_string(), WSMAN_MESSAGE_ID_BYTES_MAX);
    let error = with(WSMAN_MESSAGE_ID_BYTES_MAX + 1).unwrap_err();
    assert_eq!(error, AddressingError::LongHeader { name, bytes_max });
}

#[test]
fn reply_to_is_written_as_windows_clients_do() {
    let mut writer = crate::xml::Writer::new();
    EndpointReference::anonymous().write_as(ReplyTo::NAME, true, &mut writer);
    assert_snapshot!(writer.finish(), @r#"<a:ReplyTo xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><a:Address xmlns:s="http://www.w3.org/2003/05/soap-envelope" s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"#);
    assert!(EndpointReference::to_address(ANONYMOUS).is_anonymous());
    assert!(!EndpointReference::to_address("http://elsewhere").is_anonymous());
}
