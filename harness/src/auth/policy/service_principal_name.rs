use std::fmt;

use crate::auth::kerberos::PrincipalName;
use crate::auth::policy::Host;
use crate::auth::policy::HostName;

/// [MS-WSMV 2.1] Whom a ticket for a server is asked for: `HTTP/server.example.test`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServicePrincipalName {
    /// Which service of the host.
    pub service_class: ServiceClass,
    /// The host.
    pub host: HostName,
}

/// The first part of a principal's name. Which of them a server has a key for depends on who else runs there: where
/// another web server owns `HTTP`, only `WSMAN` or `host` is the computer's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ServiceClass {
    /// `HTTP`, what Windows asks for.
    #[default]
    Http,
    /// `WSMAN`
    Wsman,
    /// `host`
    Host,
}

impl ServicePrincipalName {
    /// The principal of a service of `host`; an address has none.
    #[must_use]
    pub fn of(service_class: ServiceClass, host: &Host) -> Option<Self> {
        Some(Self { service_class, host: host.name()?.clone() })
    }

    /// The same in a realm.
    #[must_use]
    pub fn in_realm(&self, realm: &str) -> PrincipalName {
        let components = vec![self.service_class.as_str().to_owned(), self.host.as_str().to_owned()];
        PrincipalName { realm: realm.to_owned(), components }
    }
}

impl ServiceClass {
    /// As it stands in a name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Wsman => "WSMAN",
            Self::Host => "host",
        }
    }
}

impl fmt::Display for ServicePrincipalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service_class.as_str(), self.host.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_principal_of_each_class_and_an_address_has_none() {
        let name = Host::parse("Server.Example.TEST").unwrap();
        let of = |class| ServicePrincipalName::of(class, &name).map(|name| name.to_string());
        assert_eq!(of(ServiceClass::default()).as_deref(), Some("HTTP/server.example.test"));
        assert_eq!(of(ServiceClass::Wsman).as_deref(), Some("WSMAN/server.example.test"));
        assert_eq!(of(ServiceClass::Host).as_deref(), Some("host/server.example.test"));
        for address in ["10.0.0.5", "[::1]"] {
            let address = Host::parse(address).unwrap();
            assert_eq!(ServicePrincipalName::of(ServiceClass::Http, &address), None);
        }
        let in_realm = ServicePrincipalName::of(ServiceClass::Http, &name).unwrap().in_realm("EXAMPLE.TEST");
        assert_eq!(in_realm.components, ["HTTP", "server.example.test"]);
        assert_eq!(in_realm.realm, "EXAMPLE.TEST");
    }
}
