#![cfg(test)]

use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;

use crate::addressing::Action;
use crate::addressing::EndpointReference;
use crate::addressing::MessageId;
use crate::addressing::RelatesTo;
use crate::addressing::To;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::wsman::DateTime;
use crate::wsman::Duration;
use crate::wsman::Expiration;
use crate::wsman::Locale;
use crate::wsman::MaxEnvelopeSize;
use crate::wsman::enumeration::EnumerationContext;
use crate::wsman::eventing::Ack;
use crate::wsman::eventing::Bookmark;
use crate::wsman::eventing::ConnectionRetry;
use crate::wsman::eventing::Delivery;
use crate::wsman::eventing::DeliveryMode;
use crate::wsman::eventing::EVENT_QUERY;
use crate::wsman::eventing::EndStatus;
use crate::wsman::eventing::EnvelopeLimit;
use crate::wsman::eventing::EnvelopePolicy;
use crate::wsman::eventing::Event;
use crate::wsman::eventing::EventContent;
use crate::wsman::eventing::Filter;
use crate::wsman::eventing::GetStatus;
use crate::wsman::eventing::GetStatusResponse;
use crate::wsman::eventing::Identifier;
use crate::wsman::eventing::Notification;
use crate::wsman::eventing::NotificationBody;
use crate::wsman::eventing::Renew;
use crate::wsman::eventing::RenewResponse;
use crate::wsman::eventing::Subscribe;
use crate::wsman::eventing::SubscribeError;
use crate::wsman::eventing::SubscribeResponse;
use crate::wsman::eventing::SubscriptionEnd;
use crate::wsman::eventing::Unsubscribe;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;

/// Text that needs escaping, and text at whose ends there is no white space to trim.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9<>&\"'\u{e9}\u{1F980}]{1,6}( [a-z<&]{1,4})?"
}

fn opaque(name: QName) -> impl Strategy<Value = Opaque> {
    (text(), text()).prop_map(move |(attribute, content)| {
        Opaque::build(name, |w| {
            w.attribute(QName::local("Key"), &attribute);
            w.text_element(QName::local("Inside"), &content);
        })
        .unwrap()
    })
}

fn reference() -> impl Strategy<Value = EndpointReference> {
    let parameters = proptest::option::of(opaque(EndpointReference::REFERENCE_PARAMETERS));
    let properties = proptest::option::of(opaque(EndpointReference::REFERENCE_PROPERTIES));
    (text(), parameters, properties).prop_map(|(address, reference_parameters, reference_properties)| {
        EndpointReference {
            reference_parameters,
            reference_properties,
            ..EndpointReference::to_address(&address)
        }
    })
}

fn duration() -> impl Strategy<Value = Duration> {
    (0..u64::from(u32::MAX)).prop_map(Duration::from_millis)
}

fn expiration() -> impl Strategy<Value = Option<Expiration>> {
    let time = any::<u64>().prop_map(|ticks| Expiration::DateTime(DateTime::from_filetime(ticks)));
    proptest::option::of(prop_oneof![duration().prop_map(Expiration::Duration), time])
}

fn envelope_limit() -> impl Strategy<Value = EnvelopeLimit> {
    let policy = prop_oneof![
        Just(EnvelopePolicy::CancelSubscription),
        Just(EnvelopePolicy::Skip),
        Just(EnvelopePolicy::Notify),
        Just(EnvelopePolicy::Other("Wrap & go".to_owned())),
    ];
    (any::<u64>(), proptest::option::of(policy))
        .prop_map(|(size, policy)| EnvelopeLimit { size: MaxEnvelopeSize(size), policy })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    use proptest::option::of;
    let retry = (any::<u32>(), duration()).prop_map(|(total, interval)| ConnectionRetry { total, interval });
    let mode =
        prop_oneof![proptest::sample::select(DeliveryMode::ALL.to_vec()).prop_map(str::to_owned), text()];
    let places = (of(mode), of(reference()), of(text()));
    let amounts = (of(duration()), of(1..u32::MAX), of(duration()), of(envelope_limit()), of(retry));
    let forms = (of(text()), of(text()));
    (places, amounts, forms).prop_map(|((mode, notify_to, auth_profile), amounts, (locale, encoding))| {
        Delivery {
            mode: mode.map(|mode| DeliveryMode::new(&mode)),
            notify_to,
            auth_profile,
            heartbeats: amounts.0,
            max_elements: amounts.1,
            max_time: amounts.2,
            max_envelope_size: amounts.3,
            connection_retry: amounts.4,
            locale: locale.map(|locale| Locale::new(&locale)),
            content_encoding: encoding,
        }
    })
}

fn bookmark() -> impl Strategy<Value = Bookmark> {
    prop_oneof![Just(Bookmark::Earliest), opaque(Bookmark::NAME).prop_map(Bookmark::At)]
}

fn subscribe() -> impl Strategy<Value = Subscribe> {
    use proptest::option::of;
    let filter = text().prop_map(|query| Filter::build(EVENT_QUERY, |w| w.text(&query)).unwrap());
    (of(reference()), delivery(), expiration(), of(filter), any::<bool>(), of(bookmark())).prop_map(
        |(end_to, delivery, expires, filter, send_bookmarks, bookmark)| Subscribe {
            end_to,
            delivery,
            expires,
            filter,
            send_bookmarks,
            bookmark,
        },
    )
}

fn element() -> impl Strategy<Value = EventContent> {
    opaque(QName::local("Happened")).prop_map(EventContent::Xml)
}

fn event() -> impl Strategy<Value = Event> {
    let content = prop_oneof![Just(EventContent::Empty), element(), text().prop_map(EventContent::Text)];
    (text(), content).prop_map(|(action, content)| Event { action: Action::new(&action), content })
}

fn subscription_end() -> impl Strategy<Value = SubscriptionEnd> {
    (reference(), text(), proptest::option::of(text())).prop_map(|(subscription_manager, status, reason)| {
        SubscriptionEnd { subscription_manager, status: EndStatus::new(&status), reason }
    })
}

fn notification() -> impl Strategy<Value = Notification> {
    let body = prop_oneof![
        proptest::collection::vec(event(), 0..4).prop_map(NotificationBody::Events),
        (text(), element()).prop_map(|(action, content)| {
            NotificationBody::Event(Event { action: Action::new(&action), content })
        }),
        (0..u64::MAX).prop_map(|count| NotificationBody::Event(Event::dropped(count))),
        Just(NotificationBody::Heartbeat),
        subscription_end().prop_map(NotificationBody::End),
    ];
    let reference = proptest::collection::vec(opaque(Identifier::NAME), 0..3);
    (text(), text(), reference, proptest::option::of(bookmark()), any::<bool>(), body).prop_map(
        |(to, id, reference, bookmark, is_ack_requested, body)| Notification {
            to: To::new(&to),
            message_id: MessageId::new(&id),
            reference,
            bookmark,
            is_ack_requested,
            body,
        },
    )
}

fn written(value: &impl ToXml) -> Document {
    let mut writer = Writer::new();
    writer.write(value);
    Document::parse(writer.finish().as_bytes()).unwrap()
}

fn again<T: ToXml + FromXml>(value: &T) -> T {
    written(value).root().read().unwrap()
}

proptest! {
    #[test]
    fn a_subscribe_that_is_written_is_read_the_same(value in subscribe()) {
        prop_assert_eq!(Subscribe::read(written(&value).root()), Ok(value));
    }

    #[test]
    fn a_notification_that_is_written_is_read_the_same(value in notification()) {
        let envelope = Envelope::decode(value.to_envelope().as_bytes(), None).unwrap();
        prop_assert_eq!(Notification::read(&envelope), Ok(value));
    }

    #[test]
    fn what_is_asked_and_answered_about_a_subscription_is_read_the_same(
        expires in expiration(),
        subscription_manager in reference(),
        context in proptest::option::of(text()),
        end in subscription_end(),
    ) {
        let context = context.map(|context| EnumerationContext::new(&context));
        let response = SubscribeResponse { subscription_manager, expires, context };
        prop_assert_eq!(again(&response), response);
        prop_assert_eq!(again(&Renew { expires }), Renew { expires });
        prop_assert_eq!(again(&RenewResponse { expires }), RenewResponse { expires });
        prop_assert_eq!(again(&GetStatusResponse { expires }), GetStatusResponse { expires });
        prop_assert_eq!(again(&Unsubscribe), Unsubscribe);
        prop_assert_eq!(again(&GetStatus), GetStatus);
        prop_assert_eq!(again(&end), end);
    }

    #[test]
    fn an_acknowledgement_that_is_written_is_read_the_same(id in proptest::option::of(text()), to in text()) {
        let ack = Ack { message_id: id.map(|id| MessageId::new(&id)), relates_to: RelatesTo::new(&to) };
        let envelope = Envelope::decode(ack.to_envelope().as_bytes(), None).unwrap();
        prop_assert_eq!(Ack::read(&envelope), Some(ack));
    }
}

const OPEN: &str = r#"<e:Subscribe xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/eventing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">"#;

fn read(inside: &str) -> Result<Subscribe, SubscribeError> {
    let text = format!("{OPEN}{inside}</e:Subscribe>");
    Subscribe::read(Document::parse(text.as_bytes()).unwrap().root())
}

/// The shape of a collector of Windows: properties, not parameters; upper case scheme; a filter without dialect.
#[test]
fn the_subscribe_of_an_event_collector_is_read() {
    let sink = "<a:Address>\n HTTP://COLLECTOR:80/wsman/subscriptions/1 \n</a:Address><a:ReferenceProperties>\
                <e:Identifier> 43 </e:Identifier></a:ReferenceProperties>";
    let subscribe = read(&format!(
        "<e:EndTo>{sink}</e:EndTo><e:Delivery Mode=\"http://schemas.dmtf.org/wbem/wsman/1/wsman/Events\">\
         <w:Heartbeats>PT3600.000S</w:Heartbeats><e:NotifyTo>{sink}</e:NotifyTo><w:MaxElements>20</w:MaxElements>\
         <w:MaxTime>PT30.000S</w:MaxTime><w:MaxEnvelopeSize Policy=\"Notify\"> 153600 </w:MaxEnvelopeSize>\
         <w:Locale xml:lang=\"en-US\"/><w:ContentEncoding> UTF-8 </w:ContentEncoding></e:Delivery>\
         <e:Expires>PT3960732748.184S</e:Expires><w:Filter><QueryList><Query Id=\"0\"><Select Path=\"Application\">*\
         </Select></Query></QueryList></w:Filter><w:SendBookmarks/>"
    ))
    .unwrap();
    let delivery = &subscribe.delivery;
    assert_eq!(delivery.mode(), DeliveryMode::EVENTS);
    let sink = delivery.notify_to.as_ref().unwrap();
    assert_eq!(sink.address, "HTTP://COLLECTOR:80/wsman/subscriptions/1");
    assert_eq!(Identifier::in_reference(sink), Some(Identifier::new("43")));
    assert_eq!((delivery.max_elements, delivery.max_time), (Some(20), Some(Duration::from_millis(30_000))));
    let limit = EnvelopeLimit { size: MaxEnvelopeSize(153_600), policy: Some(EnvelopePolicy::Notify) };
    assert_eq!(delivery.max_envelope_size, Some(limit));
    assert_eq!(delivery.content_encoding.as_deref(), Some("UTF-8"));
    assert_eq!(delivery.locale, Some(Locale::new("en-US")));
    assert!(subscribe.send_bookmarks && subscribe.filter.is_some_and(|filter| filter.dialect.is_none()));
}

#[test]
fn a_subscribe_without_mode_is_a_push() {
    let subscribe = read("<e:Delivery/>").unwrap();
    assert_eq!(subscribe.delivery.mode(), DeliveryMode::PUSH);
}

#[test]
fn two_filters_are_an_error_of_their_own() {
    let found = read("<e:Delivery/><e:Filter>a</e:Filter><w:Filter>a</w:Filter>");
    assert_eq!(found, Err(SubscribeError::TwoFilters));
}

#[test]
fn amounts_that_are_none_are_refused() {
    for wrong in [
        "<w:MaxElements>0</w:MaxElements>",
        "<w:MaxTime>soon</w:MaxTime>",
        "<w:Heartbeats>P</w:Heartbeats>",
        "<w:ConnectionRetry>PT1S</w:ConnectionRetry>",
        "<w:ConnectionRetry Total=\"many\">PT1S</w:ConnectionRetry>",
        "<w:ConnectionRetry Total=\"-1\">PT1S</w:ConnectionRetry>",
        "<w:Auth/>",
    ] {
        let found = read(&format!("<e:Delivery>{wrong}</e:Delivery>"));
        assert!(matches!(found, Err(SubscribeError::Xml(_))), "{wrong} was read: {found:?}");
    }
}

#[test]
fn events_as_text_give_the_same_element_as_events_as_xml() {
    let text = "<Event xmlns='urn:e'><Data Name='a'>1 &amp; 2</Data></Event>";
    let element: Opaque = Document::parse(text.as_bytes()).unwrap().root().read().unwrap();
    let found = EventContent::Text(text.to_owned()).element().unwrap().unwrap();
    assert_eq!(found, element);
    assert!(EventContent::Text("<Event>".to_owned()).element().is_err());
}

#[test]
fn dropped_events_and_heartbeats_are_told_apart() {
    assert_eq!(Event::dropped(7).dropped_count(), Some(7));
    assert!(Event::heartbeat().is_heartbeat() && Event::heartbeat().dropped_count().is_none());
    assert!(!Event::dropped(7).is_heartbeat());
}

/// A batch of empty events below declarations of so many octets.
fn batch(declared: usize, events: usize) -> Result<Notification, crate::wsman::WsmanError> {
    let own = "shttp://www.w3.org/2003/05/soap-envelopeahttp://schemas.xmlsoap.org/ws/2004/08/addressing\
               whttp://schemas.dmtf.org/wbem/wsman/1/wsman.xsdq";
    let long = "u".repeat(declared - own.len());
    let text = format!(
        "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' \
         xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing' \
         xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd' xmlns:q='{long}'><s:Header>\
         <a:To>t</a:To><a:Action>http://schemas.dmtf.org/wbem/wsman/1/wsman/Events</a:Action>\
         <a:MessageID>m</a:MessageID></s:Header><s:Body><w:Events>{}</w:Events></s:Body></s:Envelope>",
        "<w:Event/>".repeat(events)
    );
    Notification::read(&Envelope::decode(text.as_bytes(), None).unwrap())
}

#[test]
fn a_long_declaration_is_copied_for_so_many_events_and_no_more() {
    let events = 64;
    let declared = crate::limits::OPAQUE_DECLARATION_BYTES_MAX / events;
    assert!(batch(declared, events).is_ok());
    assert!(batch(declared, events + 1).is_err());
    assert!(batch(declared + 1, events).is_err());
}
