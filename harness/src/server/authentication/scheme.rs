use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::encryption::Protocol;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::Challenge;
use crate::server::Config;
use crate::server::Mutant;
use crate::tls::Channel;

/// [MS-WSMV 2.2.9.1] A scheme of HTTP whose tokens lead to keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Scheme {
    /// [RFC 4559] SPNEGO, or what is inside it without the frame.
    Negotiate,
    /// A ticket without SPNEGO.
    Kerberos,
    /// [MS-CSSP]
    CredSsp,
}

impl Scheme {
    /// The scheme that a challenge names.
    pub(super) fn of(challenge: &Challenge) -> Option<Self> {
        [Self::Negotiate, Self::Kerberos, Self::CredSsp]
            .into_iter()
            .find(|scheme| challenge.is(scheme.name()))
    }

    /// As HTTP spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Negotiate => "Negotiate",
            Self::Kerberos => "Kerberos",
            Self::CredSsp => "CredSSP",
        }
    }

    /// Whether the configuration has it on, and the server what it takes. A computer that is in no realm offers no
    /// Kerberos, whatever its settings.
    pub(super) fn is_on(self, config: &Config) -> bool {
        match self {
            Self::Negotiate => config.takes_spnego(),
            Self::Kerberos => config.takes_kerberos(),
            Self::CredSsp => config.takes_credssp(),
        }
    }

    /// [MS-WSMV 2.2.9.1] Whether a body may be sealed under that protocol by keys of this scheme. What a Windows client
    /// says under `Kerberos` was recorded; under `Negotiate` Windows takes SPNEGO alone, Kerberos inside it or not. Under
    /// `Kerberos` clients that know one protocol only say SPNEGO, and are let.
    pub(in crate::server) fn admits(self, protocol: &Protocol) -> bool {
        match self {
            Self::Negotiate => *protocol == Protocol::Spnego,
            Self::Kerberos => matches!(protocol, Protocol::Kerberos | Protocol::Spnego),
            Self::CredSsp => *protocol == Protocol::CredSsp,
        }
    }

    /// The header that carries a token to the client; the name alone where there is nothing to say, as after the last flight
    /// of a TLS handshake inside CredSSP.
    pub(super) fn header(self, token: &[u8]) -> String {
        match token {
            [] => self.name().to_owned(),
            token => format!("{} {}", self.name(), STANDARD.encode(token)),
        }
    }
}

/// The last token of a handshake, which goes with the first answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct LastToken {
    pub(super) scheme: Scheme,
    pub(super) octets: Vec<u8>,
}

impl LastToken {
    /// Adds the token to an answer.
    pub(in crate::server) fn add_to(token: Option<Self>, response: Response) -> Response {
        match token {
            Some(token) => response.with_header("WWW-Authenticate", token.scheme.header(&token.octets)),
            None => response,
        }
    }
}

/// Whether Basic counts on a connection: [MS-WSMV 3.1.4.1.29.1] never where the envelope would be in clear and that is
/// not allowed.
pub(super) fn takes_basic(config: &Config, channel: &Channel) -> bool {
    config.is_mutant(Mutant::BasicInClear)
        || (config.basic && (config.allow_unencrypted || matches!(channel, Channel::Tls(_))))
}

/// The 401 that lists every scheme that is switched on, and no other ([MS-WSMV] 3.1.4.1.29.2), in the order in which
/// services were seen to list them. A certificate is no matter of HTTP's.
pub(in crate::server) fn unauthorized(config: &Config, channel: &Channel) -> Response {
    let is_basic = takes_basic(config, channel) || config.is_mutant(Mutant::OffersBasic);
    let offers = [
        (Scheme::Negotiate.is_on(config), Scheme::Negotiate.name()),
        (Scheme::Kerberos.is_on(config), Scheme::Kerberos.name()),
        (is_basic, "Basic realm=\"WSMAN\""),
        (Scheme::CredSsp.is_on(config), Scheme::CredSsp.name()),
    ];
    let offered = offers.into_iter().filter(|(is_on, _)| *is_on);
    offered.fold(Response::new(Status::UNAUTHORIZED), |response, (_, offer)| {
        response.with_header("WWW-Authenticate", offer)
    })
}
