//! The rows of the table of faults that subscriptions earn.

use crate::eventing::EARLIEST;
use crate::eventing::EVENT_LOG;
use crate::eventing::EVENTS;
use crate::eventing::PULL;
use crate::eventing::PUSH;
use crate::eventing::PUSH_WITH_ACK;
use crate::eventing::SINK;
use crate::eventing::manage;
use crate::eventing::pull;
use crate::eventing::select;
use crate::eventing::subscribe;
use crate::fault_rows::Row;
use crate::fault_rows::SUBSCRIPTION;
use crate::fault_rows::Sent;
use crate::support::*;

const SENDER: &str = "s:Sender";
const RECEIVER: &str = "s:Receiver";

/// What the log keeps: a shell is an event when it comes and one when it goes.
const SHELLS_THAT_FILL_THE_LOG: usize = 513;
const SUBSCRIPTIONS_OF_A_USER: usize = 100;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = of_subscribe();
    rows.extend(of_delivery());
    rows.extend(of_bookmarks());
    rows.extend(of_subscriptions());
    rows
}

/// A subscription to something that never happens here.
fn idle() -> Ask {
    subscribe(PULL, "", &select("*[System[EventID=4]]"))
}

/// Asked by somebody who has the subscription, and has asked for more.
fn after(before: Vec<Ask>, ask: Ask) -> Sent {
    Sent { before, ..ask.into() }
}

fn of_subscribe() -> Vec<Row> {
    let elsewhere = "<e:NotifyTo><a:Address>http://192.0.2.2:4000/</a:Address></e:NotifyTo>";
    let end_to = "<e:EndTo><a:Address>http://192.0.2.2:4000/</a:Address></e:EndTo>";
    let two = [select("*").as_str(), "<e:Filter/>"].concat();
    let wql =
        "<w:Filter Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">select * from x</w:Filter>";
    let past = "<e:Expires>2000-01-01T00:00:00Z</e:Expires>";
    let asks = |delivery: &str, behind: &str| Sent::from(subscribe(PULL, delivery, behind));
    let s = SENDER;
    vec![
        (
            s,
            "wse:DeliveryModeRequestedUnavailable",
            "",
            2_150_858_782,
            subscribe("urn:mail", SINK, "").into(),
        ),
        (s, "wse:InvalidExpirationTime", "", 2_150_858_783, asks("", past)),
        (s, "wse:FilteringRequestedUnavailable", "", 2_150_858_786, asks("", wql)),
        (
            s,
            "wse:EventSourceUnableToProcess",
            "UnusableAddress",
            2_150_858_787,
            subscribe(PUSH, elsewhere, "").into(),
        ),
        (s, "wse:EventSourceUnableToProcess", "UnusableAddress", 2_150_858_787, asks("", end_to)),
        (s, "wse:InvalidMessage", "", 2_150_858_789, asks("", &two)),
        (s, "wse:InvalidMessage", "", 2_150_858_789, subscribe(PUSH, "", "").into()),
        (s, "wsen:CannotProcessFilter", "", 2_150_858_778, asks("", &select("*[System"))),
        (s, "wsa:ActionNotSupported", "", 2_150_858_771, idle().uri(SHELL).into()),
        (s, "wsman:QuotaLimit", "", 2_150_859_174, after(vec![idle(); SUBSCRIPTIONS_OF_A_USER], idle())),
    ]
}

fn of_delivery() -> Vec<Row> {
    let in_mode = |mode, delivery: &str| Sent::from(subscribe(mode, &[SINK, delivery].concat(), ""));
    let retries = |total: u32, interval: &str| {
        in_mode(EVENTS, &format!("<w:ConnectionRetry Total=\"{total}\">{interval}</w:ConnectionRetry>"))
    };
    let policy = "<w:MaxEnvelopeSize Policy=\"Burn\">9000</w:MaxEnvelopeSize>";
    let unsupported =
        |detail, number, sent| -> Row { (SENDER, "wsman:UnsupportedFeature", detail, number, sent) };
    vec![
        unsupported("AuthorizationMode", 2_150_858_852, in_mode(PUSH, "<w:Auth Profile=\"urn:secret\"/>")),
        unsupported("DeliveryRetries", 2_150_858_857, retries(101, "PT1S")),
        unsupported("Heartbeats", 2_150_858_858, in_mode(PULL, "<w:Heartbeats>PT0.999S</w:Heartbeats>")),
        unsupported("MaxTime", 2_150_858_861, in_mode(PUSH_WITH_ACK, "<w:MaxTime>PT1S</w:MaxTime>")),
        unsupported("MaxEnvelopePolicy", 2_150_858_863, in_mode(PULL, policy)),
        unsupported("MaxElements", 2_150_859_037, in_mode(PUSH, "<w:MaxElements>2</w:MaxElements>")),
        (
            SENDER,
            "wsman:EncodingLimit",
            "CharacterSet",
            2_150_858_828,
            in_mode(PULL, "<w:ContentEncoding>EBCDIC</w:ContentEncoding>"),
        ),
        (RECEIVER, "wsman:InternalError", "", 87, retries(1, "PT0S")),
    ]
}

fn of_bookmarks() -> Vec<Row> {
    let behind = |record: &str| {
        let bookmark = format!(
            "<Bookmark Channel=\"Microsoft-Windows-WinRM/Operational\" RecordId=\"{record}\" IsCurrent=\"true\"/>"
        );
        subscribe(PULL, "", &format!("<w:Bookmark><BookmarkList>{bookmark}</BookmarkList></w:Bookmark>"))
    };
    let other = create(OTHER_SHELL_ID);
    let pair = [other, delete(OTHER_SHELL_ID)];
    let busy: Vec<Ask> = pair.iter().cycle().take(2 * SHELLS_THAT_FILL_THE_LOG).cloned().collect();
    let s = SENDER;
    vec![
        (s, "wsman:InvalidBookmark", "Invalid", 2_150_858_808, behind("99999").into()),
        (s, "wsman:InvalidBookmark", "Invalid", 2_150_858_808, subscribe(PULL, "", "<w:Bookmark/>").into()),
        (s, "wsman:InvalidBookmark", "Expired", 2_150_858_832, after(busy, behind("1"))),
    ]
}

const OTHER_SHELL_ID: &str = "11111111-AAAA-BBBB-CCCC-000000000002";

fn of_subscriptions() -> Vec<Row> {
    let (s, r) = (SENDER, RECEIVER);
    let held = || vec![idle()];
    let pulled = || pull(SUBSCRIPTION, 1);
    let gone = || vec![idle(), manage("Unsubscribe", SUBSCRIPTION)];
    let old = || subscribe(PULL, "", &["<e:Expires>PT1S</e:Expires>", EARLIEST].concat());
    vec![
        (s, "wse:UnableToRenew", "", 2_150_858_788, after(held(), manage("Renew", SUBSCRIPTION))),
        (s, "wse:InvalidMessage", "", 2_150_858_789, after(gone(), manage("GetStatus", SUBSCRIPTION))),
        (s, "wse:InvalidMessage", "", 2_150_858_789, after(gone(), manage("Renew", SUBSCRIPTION))),
        (
            s,
            "wse:InvalidMessage",
            "",
            2_150_858_789,
            Sent { user: "bob", ..after(held(), manage("Unsubscribe", SUBSCRIPTION)) },
        ),
        // A second Pull while one waits.
        (s, "wsman:Concurrency", "", 2_150_858_758, after(vec![idle(), pulled()], pulled())),
        (r, "wsman:TimedOut", "", 2_150_858_793, after(held(), pulled())),
        (r, "wsen:InvalidEnumerationContext", "", 2_150_858_779, after(gone(), pulled())),
        (
            r,
            "wsen:InvalidEnumerationContext",
            "",
            2_150_858_779,
            Sent { user: "bob", ..after(vec![old()], pulled()) },
        ),
        (
            s,
            "wsa:MessageInformationHeaderRequired",
            "ResourceURI",
            2_150_858_769,
            after(held(), pulled().block("ResourceURI", "")),
        ),
        (
            s,
            "wsman:InvalidSelectors",
            "InsufficientSelectors",
            2_150_858_842,
            Ask::new(&format!("{TRANSFER}/Get")).uri(EVENT_LOG).into(),
        ),
    ]
}
