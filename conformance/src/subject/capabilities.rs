use std::collections::BTreeSet;

use crate::subject::Scheme;
use crate::subject::SubjectError;
use crate::wsx::NEEDS;

/// What an endpoint has, of [`NEEDS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<String>);

/// What the reference server has, and others may not.
const OF_THE_REFERENCE: [&str; 16] = [
    "auth.basic",
    "auth.certificate",
    "auth.credssp",
    "auth.kerberos",
    "cim",
    "compression",
    "config",
    "eventing",
    "https",
    "minted-tickets",
    "other-user",
    "reference-cim",
    "reference-commands",
    "robust",
    "second-hop",
    "user.ordinary",
];

impl Capabilities {
    /// What every WinRM service over HTTP has as it is installed.
    pub fn usual() -> Self {
        let usual = [
            "http",
            "auth.negotiate",
            "auth.ntlm",
            "default-auth",
            "seal",
            "identify",
            "resource",
            "shell.cmd",
            "slow",
        ];
        Self(usual.into_iter().map(str::to_owned).collect())
    }

    /// What such a service has that is reached so: over HTTPS nothing is sealed by itself, and who logs on by Basic, Digest
    /// or a certificate is not known to take NTLM.
    pub fn of(scheme: Scheme, is_tls: bool) -> Self {
        let mut capabilities = Self::usual();
        let lacks: &[&str] = match scheme {
            Scheme::Basic | Scheme::Digest | Scheme::Certificate => &["auth.negotiate", "auth.ntlm", "seal"],
            _ => &[],
        };
        capabilities.0.retain(|capability| !lacks.contains(&capability.as_str()));
        let has = match scheme {
            Scheme::Negotiate | Scheme::Ntlm | Scheme::Digest => None,
            Scheme::Basic => is_tls.then_some("auth.basic"),
            Scheme::Kerberos | Scheme::NegotiatedKerberos => Some("auth.kerberos"),
            Scheme::CredSsp => Some("auth.credssp"),
            Scheme::Certificate => Some("auth.certificate"),
        };
        capabilities.0.extend(has.map(str::to_owned));
        if matches!(scheme, Scheme::CredSsp | Scheme::Basic | Scheme::Certificate) {
            capabilities.0.remove("default-auth");
        }
        if is_tls {
            capabilities.0.remove("http");
            capabilities.0.remove("seal");
            capabilities.0.insert("https".to_owned());
        }
        capabilities
    }

    /// What the reference server has that is reached so, at its addresses of HTTP and HTTPS. All of its schemes are on.
    pub fn reference(scheme: Scheme, is_tls: bool) -> Self {
        let mut capabilities = Self::of(scheme, is_tls);
        capabilities.0.extend(OF_THE_REFERENCE.map(str::to_owned));
        capabilities.0.remove("default-auth");
        capabilities
    }

    /// What the engine for clients can do itself.
    pub fn of_client_engine() -> Self {
        Self(["http", "auth.basic"].into_iter().map(str::to_owned).collect())
    }

    /// Adds one.
    pub fn add(&mut self, capability: &str) -> Result<(), SubjectError> {
        self.0.insert(known(capability)?.to_owned());
        Ok(())
    }

    /// Takes one away.
    pub fn remove(&mut self, capability: &str) -> Result<(), SubjectError> {
        self.0.remove(known(capability)?);
        Ok(())
    }

    /// Those of `needs` that aren't there.
    pub fn missing<'n>(&self, needs: &'n [String]) -> Vec<&'n str> {
        needs.iter().map(String::as_str).filter(|need| !self.0.contains(*need)).collect()
    }
}

fn known(capability: &str) -> Result<&str, SubjectError> {
    match NEEDS.contains(&capability) {
        true => Ok(capability),
        false => Err(SubjectError::Capability { got: capability.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_capabilities_can_be_had() {
        let mut capabilities = Capabilities::usual();
        capabilities.add("cim").unwrap();
        capabilities.remove("seal").unwrap();
        assert_eq!(capabilities.missing(&["cim".to_owned(), "seal".to_owned()]), ["seal"]);
        assert!(capabilities.add("teleport").is_err());
    }
}
