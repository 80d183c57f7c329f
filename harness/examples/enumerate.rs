//! Every service that runs, page by page: `cargo run -p winrm-harness --example enumerate [HOST:PORT USER]`.

mod support;

use std::error::Error;

use winrm_harness::client::Enumeration;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::enumeration::Item;
use winrm_harness::wsman::filter;
use winrm_harness::wsman::filter::Filter;

const SERVICES: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut client = support::client().await?;
    let query = "SELECT Name, State FROM Win32_Service WHERE State = 'Running'";
    let mut pages = client.enumerate(Enumeration {
        filter: Some(Filter::of_text(filter::WQL, query)?),
        max_elements: 20,
        ..Enumeration::of(ResourceUri::new(SERVICES))
    });
    let (mut services, mut count) = (0, 0);
    while let Some(page) = pages.next().await? {
        count += 1;
        for service in page.iter().filter_map(Item::object) {
            services += 1;
            let properties: Vec<_> =
                service.element().children().map(winrm_harness::xml::Element::text).collect();
            println!("{}", properties.join(" "));
        }
    }
    println!("{services} services on {count} pages");
    Ok(())
}
