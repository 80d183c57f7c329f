//! How a service is configured, typed: `cargo run -p winrm-harness --example get_config [HOST:PORT USER]`.

mod support;

use std::error::Error;

use winrm_harness::client::get_config;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::config::ConfigType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut client = support::client().await?;
    let (state, outgoing) = get_config::<ConfigType>(client.requests(), SelectorSet::default());
    let (_, config) = state.step(client.exchange(&outgoing).await?)?;
    println!("{config:#?}");
    Ok(())
}
