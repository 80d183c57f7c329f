use std::fmt;
use std::net::IpAddr;

use x509_parser::asn1_rs::Any;
use x509_parser::asn1_rs::FromDer;
use x509_parser::asn1_rs::Utf8String;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::OidRegistry;
use x509_parser::x509::X509Name;

/// A name of a subject beside its distinguished name: [RFC 5280 4.2.1.6] SubjectAltName. Of the other kinds none means
/// anything to WinRM.
///
/// [RFC 5280 4.2.1.6]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AlternativeName {
    /// dNSName, as it is written: maybe with a `*`.
    Dns(String),
    /// iPAddress.
    Ip(IpAddr),
    /// rfc822Name.
    Email(String),
    /// otherName 1.3.6.1.4.1.311.20.2.3: the user principal name by which Windows knows a user.
    UserPrincipal(String),
}

const USER_PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";
const CONTEXT_0: u32 = 0;

impl AlternativeName {
    pub(crate) fn read(name: &GeneralName<'_>) -> Option<Self> {
        match name {
            GeneralName::DNSName(name) => Some(Self::Dns((*name).to_owned())),
            GeneralName::RFC822Name(name) => Some(Self::Email((*name).to_owned())),
            GeneralName::IPAddress(octets) => address(octets).map(Self::Ip),
            GeneralName::OtherName(oid, value) if oid.to_id_string() == USER_PRINCIPAL_NAME => {
                user_principal(value).map(Self::UserPrincipal)
            }
            _ => None,
        }
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).ok()
}

/// The value of the otherName: a UTF8String inside `[0]`.
fn user_principal(value: &[u8]) -> Option<String> {
    let (rest, tagged) = Any::from_der(value).ok()?;
    if !rest.is_empty() || tagged.header.tag().0 != CONTEXT_0 {
        return None;
    }
    let (rest, name) = Utf8String::from_der(tagged.data).ok()?;
    rest.is_empty().then(|| name.string())
}

/// A distinguished name as text, `CN=host, O=company` in the order of the certificate; empty for an empty one, `None` for
/// one that has no text.
pub(crate) fn distinguished(name: &X509Name<'_>) -> Option<String> {
    let registry = OidRegistry::default().with_x509();
    name.to_string_with_registry(&registry).ok()
}

impl fmt::Display for AlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::UserPrincipal(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}
