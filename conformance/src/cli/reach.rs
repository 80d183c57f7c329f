use std::fs;

use clap::Args;
use winrm_harness::auth::kerberos::CredentialCache;
use winrm_harness::net::Kdc;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::Identity;
use winrm_harness::tls::Pin;
use winrm_harness::tls::ServerTrust;

use crate::cli::error::CliError;
use crate::subject::Certificates;
use crate::subject::EndpointUrl;
use crate::subject::SubjectError;
use crate::subject::TicketSource;
use crate::subject::TlsMeans;

/// How an endpoint is reached: TLS and tickets.
#[derive(Debug, Args)]
pub(crate) struct ReachArguments {
    /// The HTTPS address of the same server, beside an http one
    #[arg(long, value_name = "URL", requires = "url")]
    pub(crate) https: Option<String>,
    /// Believe servers whose certificates these have signed, a PEM file
    #[arg(long, value_name = "FILE", requires = "url", conflicts_with = "pin")]
    ca: Option<String>,
    /// Believe the server with the certificate of this SHA-256 alone
    #[arg(long, value_name = "SHA256", requires = "url")]
    pin: Option<String>,
    /// The client certificate of --user, a PEM file, with those that lead to a trusted one
    #[arg(long, value_name = "FILE", requires_all = ["url", "key"])]
    certificate: Option<String>,
    /// Its private key, a PEM file
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<String>,
    /// Get Kerberos tickets here for user and password
    #[arg(long, value_name = "HOST:PORT", requires = "url", conflicts_with = "ccache")]
    kdc: Option<String>,
    /// The realm of the users; what is behind the @ of --user if it is left out
    #[arg(long, value_name = "REALM", requires = "kdc")]
    realm: Option<String>,
    /// Take the ticket from this file, as kinit leaves one; with --auth kerberos, $KRB5CCNAME by itself
    #[arg(long, value_name = "FILE", requires = "url")]
    ccache: Option<String>,
    /// Whom the ticket is for; HTTP and the host of the address if it is left out
    #[arg(long, value_name = "SERVICE/HOST", requires = "url")]
    spn: Option<String>,
}

impl ReachArguments {
    /// Whether it is said where tickets come from.
    pub(crate) fn has_tickets(&self) -> bool {
        self.kdc.is_some() || self.ccache.is_some()
    }

    /// How to reach the HTTPS address, if there is one.
    pub(crate) fn tls(&self, https: Option<&EndpointUrl>) -> Result<TlsMeans, CliError> {
        let trust = match (&self.ca, &self.pin) {
            (Some(file), _) => {
                let roots = Certificate::parse_pem(&read(file)?).map_err(|error| usage(file, &error))?;
                Some(ServerTrust::Roots(roots))
            }
            (None, Some(pin)) => {
                let unreadable = || CliError::Usage(format!("expected 64 hexadecimal digits, found `{pin}`"));
                Some(ServerTrust::Pin(Pin::parse(pin).ok_or_else(unreadable)?))
            }
            (None, None) => None,
        };
        if https.is_some() && trust.is_none() {
            return Err(SubjectError::NoTrust.into());
        }
        let mapped = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Some(
                Identity::from_pem(&read(certificate)?, &read(key)?)
                    .map_err(|error| usage(certificate, &error))?,
            ),
            _ => None,
        };
        let certificates = Certificates { mapped, ..Certificates::default() };
        Ok(TlsMeans { trust, expected_name: None, certificates })
    }

    /// Where tickets for the endpoint come from. Who `looks` and is told nothing takes what `kinit` has left.
    pub(crate) fn tickets(
        &self,
        url: &EndpointUrl,
        user: &str,
        looks: bool,
    ) -> Result<TicketSource, CliError> {
        let spn = self.spn.clone().unwrap_or_else(|| format!("HTTP/{}", url.host()));
        let service: Vec<String> = spn.split('/').map(str::to_owned).collect();
        if let Some(kdc) = &self.kdc {
            let behind = user.split_once('@').map(|(_, realm)| realm.to_uppercase());
            let unknown = || CliError::Usage("expected `--realm REALM` with `--kdc`".to_owned());
            let realm = self.realm.clone().or(behind).ok_or_else(unknown)?;
            return Ok(TicketSource::Kdc { kdc: Kdc::at(kdc), realm, service });
        }
        let variable = std::env::var("KRB5CCNAME").ok().filter(|_| looks);
        let Some(file) = self.ccache.clone().or(variable) else { return Ok(TicketSource::None) };
        let path = file.strip_prefix("FILE:").unwrap_or(&file);
        let cache = CredentialCache::parse(&read(path)?).map_err(|error| usage(path, &error))?;
        Ok(TicketSource::Cache { cache, service })
    }
}

/// The octets of a file.
pub(crate) fn read(file: &str) -> Result<Vec<u8>, CliError> {
    fs::read(file).map_err(|error| CliError::File(file.to_owned(), error))
}

/// What is wrong with a file.
pub(crate) fn usage(file: &str, error: &dyn std::fmt::Display) -> CliError {
    CliError::Usage(format!("{file}: {error}"))
}
