//! A reference server in a dozen lines: `cargo run -p winrm-harness --example serve`, then point a client at the address
//! that it prints, as user `alice` with the password `wonderland`.

use std::io;

use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let account =
        Account { user: "alice".to_owned(), password: "wonderland".to_owned(), is_administrator: true };
    let listener = Listener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}/wsman", listener.local_address()?);
    listener.serve(Config { accounts: vec![account], ..Config::default() }).await
}
