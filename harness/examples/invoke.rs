//! Stops a service by its method and starts it again: `cargo run -p winrm-harness --example invoke [HOST:PORT USER]`.

mod support;

use std::error::Error;

use winrm_harness::client::ExpectMethodOutput;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::cim::ClassUri;
use winrm_harness::wsman::cim::MethodInput;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut client = support::client().await?;
    let services = ClassUri::wmi("root/cimv2", "Win32_Service");
    for method in ["StopService", "StartService"] {
        let selectors = SelectorSet::of("Name", "Spooler");
        let requests = client.requests();
        let (state, outgoing) =
            ExpectMethodOutput::begin(requests, &services, selectors, &MethodInput::new(method))?;
        let (_, output) = state.step(client.exchange(&outgoing).await?)?;
        println!("{method} returned {:?}", output.return_value);
    }
    Ok(())
}
