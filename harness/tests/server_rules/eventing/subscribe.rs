use winrm_harness::limits::SUBSCRIPTION_RETRIES_MAX;
use winrm_harness::limits::SUBSCRIPTIONS_PER_USER_MAX;

use crate::eventing::EARLIEST;
use crate::eventing::EVENT_LOG;
use crate::eventing::EVENTING;
use crate::eventing::EVENTS;
use crate::eventing::PULL;
use crate::eventing::PUSH;
use crate::eventing::PUSH_WITH_ACK;
use crate::eventing::SINK;
use crate::eventing::Subscriber;
use crate::eventing::manage;
use crate::eventing::select;
use crate::eventing::subscribe;
use crate::support::*;

fn refusal(ask: &Ask) -> (String, String, Option<u32>) {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, ask);
    assert_eq!(answer.status, 500, "{}", answer.text);
    (answer.subcode(), answer.detail(), answer.code())
}

fn subcode(ask: &Ask) -> String {
    refusal(ask).0
}

#[test]
fn a_subscription_has_a_manager_that_names_it_and_in_pull_mode_a_context() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (mode, sink, contexts) in
        [(PULL, "", 1), (PUSH, SINK, 0), (PUSH_WITH_ACK, SINK, 0), (EVENTS, SINK, 0)]
    {
        let answer = world.ask(&mut alice, &subscribe(mode, sink, "<e:Expires>PT10M</e:Expires>"));
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.text_of("Expires").as_deref(), Some("PT600.000S"));
        assert_eq!(answer.texts("EnumerationContext").len(), contexts, "{mode}");
        assert_eq!(answer.text_of("ResourceURI").as_deref(), Some(EVENT_LOG));
        let status = world.ask(&mut alice, &manage("GetStatus", &answer.text_of("Identifier").unwrap()));
        assert_eq!(status.text_of("Expires").as_deref(), Some("PT600.000S"));
    }
}

#[test]
fn an_unknown_mode_is_refused_with_the_list_of_those_that_there_are() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &subscribe("urn:mail", SINK, ""));
    assert_eq!(answer.subcode(), "DeliveryModeRequestedUnavailable");
    assert_eq!(answer.texts("SupportedDeliveryMode"), [PUSH, PUSH_WITH_ACK, EVENTS, PULL]);
}

#[test]
fn one_filter_of_the_event_logs_own_dialect_is_taken() {
    let query = select("*");
    assert_eq!(subcode(&subscribe(PULL, "", &[query.as_str(), "<e:Filter/>"].concat())), "InvalidMessage");
    let foreign =
        "<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">select * from x</w:Filter>";
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let answer = world.ask(&mut alice, &subscribe(PULL, "", foreign));
    assert_eq!(answer.subcode(), "FilteringRequestedUnavailable");
    assert_eq!(
        answer.texts("SupportedDialect"),
        ["http://schemas.microsoft.com/win/2004/08/events/eventquery"]
    );
    assert_eq!(subcode(&subscribe(PULL, "", &select("*[System"))), "CannotProcessFilter");
    let wse = query.replace("w:Filter", "e:Filter");
    assert_eq!(world.ask(&mut alice, &subscribe(PULL, "", &wse)).status, 200);
    let undialected =
        query.replace(" Dialect=\"http://schemas.microsoft.com/win/2004/08/events/eventquery\"", "");
    assert_eq!(world.ask(&mut alice, &subscribe(PULL, "", &undialected)).status, 200);
}

#[test]
fn only_the_subscribers_own_address_is_pushed_to() {
    for address in ["http://192.0.2.2:4000/", "http://localhost:4000/", "https://192.0.2.1/", "mailto:a@b"] {
        let notify_to = format!("<e:NotifyTo><a:Address>{address}</a:Address></e:NotifyTo>");
        let (subcode, detail, code) = refusal(&subscribe(PUSH, &notify_to, ""));
        assert_eq!(
            (subcode.as_str(), detail.as_str(), code),
            ("EventSourceUnableToProcess", "UnusableAddress", Some(2_150_858_787)),
            "{address}"
        );
        let end_to = format!("<e:EndTo><a:Address>{address}</a:Address></e:EndTo>");
        assert_eq!(refusal(&subscribe(PULL, "", &end_to)).1, "UnusableAddress", "{address}");
    }
    assert_eq!(subcode(&subscribe(PUSH, "", "")), "InvalidMessage");
}

#[test]
fn what_this_server_does_not_do_is_refused_by_name() {
    for (mode, delivery, expected) in [
        (PUSH, "<w:MaxElements>2</w:MaxElements>", "MaxElements"),
        (PUSH_WITH_ACK, "<w:MaxTime>PT1S</w:MaxTime>", "MaxTime"),
        (PULL, "<w:Heartbeats>PT0.999S</w:Heartbeats>", "Heartbeats"),
        (PULL, "<w:MaxEnvelopeSize Policy=\"Burn\">9000</w:MaxEnvelopeSize>", "MaxEnvelopePolicy"),
        (PULL, "<w:Auth Profile=\"urn:secret\"/>", "AuthorizationMode"),
        (PULL, "<w:ContentEncoding>EBCDIC</w:ContentEncoding>", "CharacterSet"),
    ] {
        assert_eq!(refusal(&subscribe(mode, &[SINK, delivery].concat(), "")).1, expected, "{delivery}");
    }
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let least = subscribe(PULL, "<w:Heartbeats>PT1S</w:Heartbeats>", "");
    assert_eq!(world.ask(&mut alice, &least).status, 200);
}

#[test]
fn retries_are_none_or_some_after_a_while() {
    let with = |total: u32, interval: &str| {
        let retry = format!("<w:ConnectionRetry Total=\"{total}\">{interval}</w:ConnectionRetry>");
        let mut world = World::new(config());
        let mut alice = world.log_on("alice");
        let answer = world.ask(&mut alice, &subscribe(PUSH, &[SINK, &retry].concat(), ""));
        (answer.status == 500).then(|| answer.subcode())
    };
    assert_eq!(with(0, "PT0S"), None);
    assert_eq!(with(SUBSCRIPTION_RETRIES_MAX, "PT1S"), None);
    assert_eq!(with(0, "PT1S").as_deref(), Some("InternalError"));
    assert_eq!(with(1, "PT0S").as_deref(), Some("InternalError"));
    assert_eq!(with(SUBSCRIPTION_RETRIES_MAX + 1, "PT1S").as_deref(), Some("UnsupportedFeature"));
}

#[test]
fn an_expiration_is_a_duration_or_a_time_to_come() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    let expires = |text: &str| subscribe(PULL, "", &format!("<e:Expires>{text}</e:Expires>"));
    let date = world.ask(&mut alice, &expires("9000-01-01T00:00:00Z"));
    assert_eq!(date.text_of("Expires").as_deref(), Some("9000-01-01T00:00:00Z"));
    assert_eq!(world.ask(&mut alice, &expires("2000-01-01T00:00:00Z")).subcode(), "InvalidExpirationTime");
    assert_eq!(world.ask(&mut alice, &expires("PT0S")).subcode(), "InvalidExpirationTime");
    assert_eq!(world.ask(&mut alice, &expires("soon")).subcode(), "SchemaValidationError");
}

#[test]
fn a_subscription_is_never_renewed_and_ends_when_it_expires() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", "<e:Expires>PT10S</e:Expires>"));
    let renewed = subscriber.ask(&manage("Renew", &subscriber.id.clone()));
    assert_eq!((renewed.subcode().as_str(), renewed.code()), ("UnableToRenew", Some(2_150_858_788)));
    subscriber.world.pair.advance(9_999);
    assert!(subscriber.is_alive());
    subscriber.world.pair.advance(1);
    assert!(!subscriber.is_alive());
}

#[test]
fn only_its_subscriber_knows_a_subscription() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", EARLIEST));
    let mut bob = subscriber.world.log_on("bob");
    for what in ["Unsubscribe", "Renew", "GetStatus"] {
        let answer = subscriber.world.ask(&mut bob, &manage(what, &subscriber.id));
        assert_eq!(answer.subcode(), "InvalidMessage", "{what}");
        let nobody = subscriber.ask(&manage(what, "uuid:00000000-0000-0000-0000-000000000000"));
        assert_eq!(nobody.subcode(), "InvalidMessage", "{what}");
    }
    let pulled = subscriber.world.ask(&mut bob, &crate::eventing::pull(&subscriber.id, 1));
    assert_eq!(pulled.subcode(), "InvalidEnumerationContext");
    assert!(subscriber.is_alive());
    let unnamed = Ask::new(&format!("{EVENTING}/Unsubscribe")).uri(EVENT_LOG);
    let unnamed = unnamed.body(&format!("<e:Unsubscribe xmlns:e=\"{EVENTING}\"/>"));
    assert_eq!(subscriber.ask(&unnamed).subcode(), "InvalidMessage");
}

#[test]
fn an_identifier_is_known_in_any_case_and_may_be_mandatory() {
    let mut subscriber = Subscriber::new(&subscribe(PULL, "", ""));
    let lower = subscriber.id.to_lowercase();
    let ask = manage("Unsubscribe", &lower).block(
        "Identifier",
        &format!("<e:Identifier xmlns:e=\"{EVENTING}\" s:mustUnderstand=\"true\">\n{lower} </e:Identifier>"),
    );
    let answer = subscriber.ask(&ask);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.text_of("Action"), Some(format!("{EVENTING}/UnsubscribeResponse")));
    assert!(!subscriber.is_alive());
}

#[test]
fn a_user_has_as_many_subscriptions_as_the_quota_and_no_more() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for _ in 0..SUBSCRIPTIONS_PER_USER_MAX {
        assert_eq!(world.ask(&mut alice, &subscribe(PULL, "", "")).status, 200);
    }
    assert_eq!(world.ask(&mut alice, &subscribe(PULL, "", "")).subcode(), "QuotaLimit");
    let mut bob = world.log_on("bob");
    assert_eq!(world.ask(&mut bob, &subscribe(PULL, "", "")).status, 200);
}

#[test]
fn only_the_event_log_is_subscribed_to() {
    let unknown = subscribe(PULL, "", "").uri("urn:nothing");
    assert_eq!(subcode(&unknown), "DestinationUnreachable");
    assert_eq!(subcode(&subscribe(PULL, "", "").uri(SHELL)), "ActionNotSupported");
}
