//! A reference server in a dozen lines: `cargo run --example serve`, then point a client at the address that it prints.

use std::io;

use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let account =
        Account { user: "alice".to_owned(), password: "wonderland".to_owned(), is_administrator: true };
    let basic = std::env::args().nth(2).is_some();
    let config = Config { accounts: vec![account], basic, allow_unencrypted: basic, ..Config::default() };
    let listener = Listener::bind(&std::env::args().nth(1).unwrap_or("127.0.0.1:5985".to_owned())).await?;
    println!("listening on {}", listener.local_address()?);
    listener.serve(config).await
}
