use std::fmt;

use crate::auth::Mechanism;
use crate::auth::policy::Host;
use crate::auth::policy::Scheme;
use crate::auth::policy::ServicePrincipalName;

/// Why the policy lets nothing leave, and what would have to change. Each is decided by the caller's own values, so none
/// tells anything about the server but [`NotOffered`](Self::NotOffered).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The scheme is switched off.
    SchemeOff {
        /// Which.
        scheme: Scheme,
    },
    /// The server does not offer the scheme. Another one that it does offer is never taken in its place.
    NotOffered {
        /// What was asked for.
        scheme: Scheme,
        /// What the server offers.
        offered: Vec<Scheme>,
    },
    /// The scheme can't prove the server, the connection doesn't either, and the host is not trusted.
    UntrustedHost {
        /// The server.
        host: Host,
        /// The scheme that would have been used.
        scheme: Scheme,
    },
    /// Messages would go in clear.
    Unencrypted {
        /// The scheme that doesn't seal.
        scheme: Scheme,
    },
    /// The scheme is nothing without TLS.
    NeedsTls {
        /// Which.
        scheme: Scheme,
    },
    /// Kerberos needs a name, and there is an address.
    NoPrincipal {
        /// The server.
        host: Host,
    },
    /// Kerberos needs a ticket, and there is none.
    NoTicket {
        /// Whom it has to be for.
        name: ServicePrincipalName,
    },
    /// The ticket is for somebody else, so that it would prove the wrong server.
    OtherTicket {
        /// Whom it is for.
        found: String,
        /// The server.
        host: Host,
    },
    /// There is no user with a password.
    NoPassword {
        /// The scheme that needs one.
        scheme: Scheme,
    },
    /// The TLS connection has no client certificate.
    NoCertificate,
    /// Session keys would be too short.
    KeyTooShort {
        /// Of what.
        mechanism: Mechanism,
        /// Bits that they would have.
        bits: u32,
        /// Bits that the policy demands.
        bits_min: u32,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemeOff { scheme } => {
                write!(f, "{scheme} is switched off in the client: switch it on or use another scheme")
            }
            Self::NotOffered { scheme, offered } => {
                let offered: Vec<_> = offered.iter().map(ToString::to_string).collect();
                let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
                write!(
                    f,
                    "expected the server to offer {scheme}, found {offered}: switch it on there or use another"
                )
            }
            Self::UntrustedHost { host, scheme } => write!(
                f,
                "{scheme} over HTTP does not prove that the server is {host}: use HTTPS or Kerberos, or add the host to TrustedHosts"
            ),
            Self::Unencrypted { scheme } => write!(
                f,
                "{scheme} over HTTP sends messages in clear: use HTTPS or another scheme, or switch AllowUnencrypted on"
            ),
            Self::NeedsTls { scheme } => write!(f, "{scheme} needs TLS: use an address with https"),
            Self::NoPrincipal { host } => {
                write!(f, "Kerberos needs a host name, found {host}: use the name of the server")
            }
            Self::NoTicket { name } => {
                write!(f, "Kerberos needs a ticket for {name}: name a KDC or give the ticket")
            }
            Self::OtherTicket { found, host } => {
                write!(
                    f,
                    "expected a ticket for {host}, found one for {found}: ask for another or use that name"
                )
            }
            Self::NoPassword { scheme } => write!(f, "{scheme} needs a user with a password"),
            Self::NoCertificate => {
                f.write_str("expected a TLS connection with a client certificate: give certificate and key")
            }
            Self::KeyTooShort { mechanism, bits, bits_min } => {
                write!(f, "expected keys of {bits_min} bits, and those of {mechanism:?} would have {bits}")
            }
        }
    }
}

impl std::error::Error for Refusal {}
