use std::fmt;

use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::kerberos::EncryptionType;
use crate::auth::policy::Host;
use crate::auth::policy::Refusal;

/// How a client proves who it is: what its user asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Kerberos where that can be, else NTLM, in SPNEGO.
    #[default]
    Negotiate,
    /// NTLM without SPNEGO, under the name of `Negotiate`.
    Ntlm,
    /// Kerberos and nothing else, under its own name.
    Kerberos,
    /// [MS-CSSP] Proves the password and then hands it over. Only ever because somebody asked for it.
    CredSsp,
    /// A TLS client certificate, which the server maps to a user.
    Certificate,
    /// A proof of the password on each request, and envelopes in clear: what Openwsman and Intel AMT take.
    Digest,
    /// User and password in clear on each request, and envelopes in clear: for tests on loopback and under TLS.
    Basic,
}

/// The server, as far as it is known before anything is sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As its user named it.
    pub host: Host,
    /// Whether a TLS connection to it stands, its certificate checked.
    pub is_tls: bool,
    /// The schemes of a 401 of its own, if one came.
    pub offered: Option<Vec<Scheme>>,
}

/// What a client asks for and has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// The scheme that was asked for.
    pub scheme: Scheme,
    /// Whether there is a user with a password. The harness never has the credentials of whoever runs it, so all of its
    /// credentials are explicit in the sense of Windows.
    pub has_password: bool,
    /// The type of the session key in the ticket for the server, if there is one.
    pub ticket: Option<EncryptionType>,
    /// Whether the TLS connection was made with a client certificate.
    pub has_certificate: bool,
    /// Whether to seal messages inside TLS too.
    pub seals_in_tls: bool,
}

/// What may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The scheme, as asked for.
    pub scheme: Scheme,
    /// The mechanisms inside, the favourite first; none for schemes that have none.
    pub mechanisms: Vec<Mechanism>,
    /// What protects the messages.
    pub protection: Protection,
    /// Whether the ticket may be forwarded.
    pub delegates: bool,
}

/// What keeps messages from being read and changed on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// The seal of the security context, over HTTP.
    Sealed,
    /// TLS alone.
    Tls,
    /// The seal of the security context, inside TLS.
    SealedInTls,
    /// Nothing.
    Clear,
}

/// What is known of the server behind a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerIdentity {
    /// It proved to have the key of the service that the ticket is for.
    Kerberos,
    /// Its certificate fits the name and was signed by somebody trusted, or is the one that was pinned.
    Tls,
    /// Nothing: it may be anybody.
    Unverified {
        /// Why.
        why: Unproven,
    },
}

/// Why nothing is known of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unproven {
    /// NTLM over HTTP: whoever can ask the user's domain, or sits between, passes for the server.
    Ntlm,
    /// Digest over HTTP proves the client alone.
    Digest,
    /// Basic over HTTP proves nothing.
    Basic,
    /// Nobody logged on.
    NotAsked,
}

impl Scheme {
    /// The name of the HTTP scheme, as a `WWW-Authenticate` field offers it; a certificate is offered by none.
    #[must_use]
    pub fn http_name(self) -> Option<&'static str> {
        match self {
            Self::Negotiate | Self::Ntlm => Some("Negotiate"),
            Self::Kerberos => Some("Kerberos"),
            Self::CredSsp => Some("CredSSP"),
            Self::Digest => Some("Digest"),
            Self::Basic => Some("Basic"),
            Self::Certificate => None,
        }
    }

    /// The scheme that a server offers by that name, compared without case.
    #[must_use]
    pub fn offered_as(name: &str) -> Option<Self> {
        let known = [Self::Negotiate, Self::Kerberos, Self::CredSsp, Self::Digest, Self::Basic];
        known.into_iter().find(|scheme| scheme.http_name().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}

impl Target {
    /// A server over HTTP that nothing is known of.
    #[must_use]
    pub fn http(host: Host) -> Self {
        Self { host, is_tls: false, offered: None }
    }

    /// A server over HTTPS whose certificate was checked.
    #[must_use]
    pub fn https(host: Host) -> Self {
        Self { host, is_tls: true, offered: None }
    }

    pub(super) fn require_offered(&self, scheme: Scheme) -> Result<(), Refusal> {
        let (Some(offered), Some(name)) = (&self.offered, scheme.http_name()) else { return Ok(()) };
        match offered.iter().any(|offer| offer.http_name() == Some(name)) {
            true => Ok(()),
            false => Err(Refusal::NotOffered { scheme, offered: offered.clone() }),
        }
    }
}

impl Means {
    /// A user with a password and nothing else.
    #[must_use]
    pub fn password(scheme: Scheme) -> Self {
        Self { scheme, has_password: true, ticket: None, has_certificate: false, seals_in_tls: false }
    }

    /// The same with a ticket for the server.
    #[must_use]
    pub fn with_ticket(self, session_key: EncryptionType) -> Self {
        Self { ticket: Some(session_key), ..self }
    }
}

impl Choice {
    /// What is known of the server once `proved` is what the authentication proved; `None` where there is no such thing,
    /// as with Basic.
    #[must_use]
    pub fn identity(&self, proved: Option<&Established>) -> ServerIdentity {
        if matches!(self.protection, Protection::Tls | Protection::SealedInTls) {
            return ServerIdentity::Tls;
        }
        let why = match self.scheme {
            Scheme::Digest => Unproven::Digest,
            Scheme::Basic | Scheme::Certificate => Unproven::Basic,
            Scheme::Negotiate | Scheme::Ntlm | Scheme::Kerberos | Scheme::CredSsp => {
                if proved.is_some_and(|proved| proved.is_mutual && self.is_kerberos(proved.mechanism)) {
                    return ServerIdentity::Kerberos;
                }
                Unproven::Ntlm
            }
        };
        ServerIdentity::Unverified { why }
    }

    /// CredSSP binds the key of its TLS to the mechanism inside, which is what proves the server.
    fn is_kerberos(&self, mechanism: Mechanism) -> bool {
        match mechanism {
            Mechanism::Kerberos => true,
            Mechanism::CredSsp => self.mechanisms == [Mechanism::Kerberos],
            Mechanism::Ntlm => false,
        }
    }
}

impl Protection {
    /// Whether the security context seals each message.
    #[must_use]
    pub fn seals(self) -> bool {
        matches!(self, Self::Sealed | Self::SealedInTls)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negotiate => "Negotiate",
            Self::Ntlm => "NTLM",
            Self::Kerberos => "Kerberos",
            Self::CredSsp => "CredSSP",
            Self::Certificate => "Certificate",
            Self::Digest => "Digest",
            Self::Basic => "Basic",
        })
    }
}

/// What a report says of it.
impl fmt::Display for ServerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kerberos => f.write_str("server identity verified by Kerberos"),
            Self::Tls => f.write_str("server identity verified by its certificate"),
            Self::Unverified { why } => write!(f, "server identity not verified: {why}"),
        }
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ntlm => "NTLM over HTTP does not prove the server",
            Self::Digest => "Digest over HTTP does not prove the server",
            Self::Basic => "Basic over HTTP does not prove the server",
            Self::NotAsked => "nobody logged on",
        })
    }
}
