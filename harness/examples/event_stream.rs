//! What happens on a server, as it happens: `cargo run -p winrm-harness --example event_stream [HOST:PORT USER]`.
//! Without arguments it watches its own server, on which somebody runs a shell; then it stops.

mod support;

use std::error::Error;

use winrm_harness::client::Occurrence;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::eventing::Bookmark;
use winrm_harness::wsman::eventing::Delivery;
use winrm_harness::wsman::eventing::DeliveryMode;
use winrm_harness::wsman::eventing::Event;
use winrm_harness::wsman::eventing::Subscribe;
use winrm_harness::xml::Element;

const EVENT_LOG: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut client = support::client().await?;
    let subscribe = Subscribe {
        // What is in the log already, such as our own logon, comes first.
        bookmark: Some(Bookmark::Earliest),
        ..Subscribe::to_everything(Delivery::in_mode(DeliveryMode::PULL))
    };
    let mut events = client.subscribe(ResourceUri::new(EVENT_LOG), &subscribe).await?;
    let is_ours = std::env::args().nth(1).is_none();
    while let Some(occurrences) = events.next().await? {
        for occurrence in &occurrences {
            match occurrence {
                Occurrence::Event(event) => println!("{}", told(event)?),
                Occurrence::Dropped(count) => println!("{count} events are lost"),
                Occurrence::Heartbeat => println!("nothing new"),
            }
        }
        if is_ours {
            break;
        }
    }
    events.unsubscribe().await?;
    Ok(())
}

/// Each simple value of an event: when, what, who, from where.
fn told(event: &Event) -> Result<String, Box<dyn Error>> {
    fn values(element: Element<'_>, into: &mut Vec<String>) {
        let texts = element.attributes().map(|attribute| attribute.value).chain([element.trimmed_text()]);
        into.extend(texts.filter(|text| !text.is_empty()).map(str::to_owned));
        element.children().for_each(|child| values(child, into));
    }
    let mut found = Vec::new();
    if let Some(content) = event.content.element()? {
        values(content.element(), &mut found);
    }
    Ok(found.join(" "))
}
