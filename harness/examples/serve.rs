//! A reference server in a dozen lines: `cargo run -p winrm-harness --example serve`, then point a client at the address
//! that it prints, as user `alice` with the password `wonderland`.
//!
//! With `--https` it listens over TLS too, with a certificate that it makes and prints; with `--certificates` it asks
//! clients for theirs as well.

use std::io;

use rcgen::CertifiedKey;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::tls::ClientCertificates;
use winrm_harness::tls::ClientTrust;
use winrm_harness::tls::Identity;
use winrm_harness::tls::Pin;
use winrm_harness::tls::ServerTls;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let account =
        Account { user: "alice".to_owned(), password: "wonderland".to_owned(), is_administrator: true };
    let config = Config { accounts: vec![account], ..Config::default() };
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    let http = Listener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}/wsman", http.local_address()?);
    if !has("--https") {
        return http.serve(config).await;
    }
    let mut tls = ServerTls::new(self_made().map_err(io::Error::other)?);
    if has("--certificates") {
        tls.client_certificates = ClientCertificates::Requested(ClientTrust::Mapped);
    }
    println!("pin {}", Pin(tls.identity.certificate().sha256()));
    let https = Listener::bind_tls("127.0.0.1:0", tls).await?;
    println!("listening on https://{}/wsman", https.local_address()?);
    Listener::serve_all(vec![http, https], config).await
}

/// A certificate that nobody signed, for names of this computer.
fn self_made() -> Result<Identity, Box<dyn std::error::Error + Send + Sync>> {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
    println!("{}", cert.pem());
    Ok(Identity::from_pem(cert.pem().as_bytes(), signing_key.serialize_pem().as_bytes())?)
}
