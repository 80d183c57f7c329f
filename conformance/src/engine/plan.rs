//! From an `auth` section to what has to be done.

use winrm_harness::auth::credssp::Version;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::tls::Versions;

use crate::engine::EngineError;
use crate::engine::tampers;
use crate::engine::tampers::Tampering;
use crate::engine::tickets::TicketKind;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::subject::TicketSource;
use crate::wsx::AuthScheme;
use crate::wsx::ConnectionId;

/// An `auth` section with its values put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthPlan {
    pub(crate) scheme: AuthScheme,
    pub(crate) logon: Logon,
    /// What proves the user inside of SPNEGO or CredSSP.
    pub(crate) mechanism: Inner,
    pub(crate) form: Form,
    /// Whether envelopes are sealed afterwards; by itself, over HTTP they are and over TLS not.
    pub(crate) seals: Option<bool>,
    pub(crate) bindings: Binding,
    pub(crate) tampering: Option<Tampering>,
    /// The connection whose last token goes out instead of ours.
    pub(crate) replays: Option<ConnectionId>,
    pub(crate) ticket: TicketKind,
    /// The type of the ticket's session key, where we make it.
    pub(crate) etype: Option<EncryptionType>,
    /// What CredSSP says of itself.
    pub(crate) version: Version,
    /// The TLS inside CredSSP.
    pub(crate) tls: Versions,
    /// Whom CredSSP hands over, if that isn't who logs on.
    pub(crate) handed: Option<Logon>,
}

/// What proves a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    Ntlm,
    Kerberos,
}

/// How the tokens are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Spnego,
    /// SPNEGO whose favourite is Kerberos, without a token of it.
    KerberosOffered,
    Raw,
}

/// What an authentication over TLS is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// The connection, if it is over TLS.
    Right,
    /// Another one.
    Wrong,
    /// None.
    None,
}

impl AuthPlan {
    /// By the rules.
    fn of(scheme: AuthScheme, logon: Logon) -> Self {
        let is_raw = matches!(scheme, AuthScheme::Ntlm | AuthScheme::Kerberos);
        let is_kerberos = scheme == AuthScheme::Kerberos;
        Self {
            scheme,
            logon,
            mechanism: if is_kerberos { Inner::Kerberos } else { Inner::Ntlm },
            form: if is_raw { Form::Raw } else { Form::Spnego },
            seals: None,
            bindings: Binding::Right,
            tampering: None,
            replays: None,
            ticket: TicketKind::Good,
            etype: None,
            version: Version::V6,
            tls: Versions::Both,
            handed: None,
        }
    }

    /// As everybody of the run does it.
    pub(crate) fn usual(logon: Logon, subject: &Subject) -> Self {
        // Who has a ticket or a certificate needs no password: where a case means a wrong one, that has to count.
        let needs_known = matches!(subject.scheme, Scheme::Kerberos | Scheme::NegotiatedKerberos);
        let scheme = match subject.scheme {
            Scheme::Certificate if logon != subject.logon => Scheme::Negotiate,
            scheme if needs_known && !subject.knows(&logon) => match scheme {
                _ if matches!(subject.tickets, TicketSource::Kdc { .. }) => scheme,
                _ => Scheme::Negotiate,
            },
            scheme => scheme,
        };
        match scheme {
            Scheme::Negotiate => Self::of(AuthScheme::Negotiate, logon),
            Scheme::NegotiatedKerberos => {
                Self { mechanism: Inner::Kerberos, ..Self::of(AuthScheme::Negotiate, logon) }
            }
            Scheme::Ntlm => Self::of(AuthScheme::Ntlm, logon),
            Scheme::Kerberos => Self::of(AuthScheme::Kerberos, logon),
            Scheme::CredSsp => Self::of(AuthScheme::CredSsp, logon),
            Scheme::Certificate => Self::of(AuthScheme::Certificate, logon),
            Scheme::Digest => Self::of(AuthScheme::Digest, logon),
            Scheme::Basic => Self::of(AuthScheme::Basic, logon),
        }
    }

    /// Reads the options of an `auth` section. `negotiate` that asks for nothing particular is the usual scheme of the run.
    pub(crate) fn new(
        scheme: AuthScheme,
        options: &[(String, String)],
        subject: &Subject,
    ) -> Result<Self, EngineError> {
        let logon = logon(options);
        let seals_anyway = !matches!(subject.scheme, Scheme::Basic | Scheme::Digest | Scheme::Certificate);
        let is_plain = options.iter().all(|(key, value)| match key.as_str() {
            "user" | "domain" | "password" => true,
            "seal" => value == "required" && seals_anyway,
            _ => false,
        });
        let mut plan = match scheme == AuthScheme::Negotiate && is_plain {
            true => Self::usual(logon, subject),
            false => Self::of(scheme, logon),
        };
        for (key, value) in options.iter().filter(|(key, _)| key != "tamper") {
            if !plan.set(key, value) {
                return Err(EngineError::Option { key: key.clone(), value: value.clone() });
            }
        }
        // What a tampering means depends on the mechanism.
        for (key, value) in options.iter().filter(|(key, _)| key == "tamper") {
            if !plan.tamper(value) {
                return Err(EngineError::Option { key: key.clone(), value: value.clone() });
            }
        }
        Ok(plan)
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        match key {
            "user" | "domain" | "password" => true,
            "seal" => put(&mut self.seals, seals(value).map(Some)),
            "form" => put(&mut self.form, form(value)),
            "mechanism" => put(&mut self.mechanism, mechanism(value)),
            "bindings" => put(&mut self.bindings, binding(value)),
            "ticket" => put(&mut self.ticket, TicketKind::parse(value)),
            "etype" => put(&mut self.etype, tampers::encryption_type(value).map(Some)),
            "version" => put(&mut self.version, value.parse().ok().map(Version)),
            "tls" => put(&mut self.tls, versions(value)),
            "handed-user" => {
                self.handed.get_or_insert_with(|| self.logon.clone()).user = value.to_owned();
                true
            }
            "handed-password" => {
                self.handed.get_or_insert_with(|| self.logon.clone()).password = value.to_owned();
                true
            }
            _ => false,
        }
    }

    fn tamper(&mut self, value: &str) -> bool {
        if let Some(connection) = value.strip_prefix("replay-") {
            self.replays = ConnectionId::parse(connection);
            return self.replays.is_some();
        }
        let of_credssp = if self.scheme == AuthScheme::CredSsp { tampers::credssp(value) } else { None };
        self.tampering = of_credssp.or_else(|| match self.mechanism {
            Inner::Ntlm => tampers::ntlm(value),
            Inner::Kerberos => tampers::kerberos(value),
        });
        self.tampering.is_some()
    }

    /// Whether a password or what is made of it goes to the server.
    fn proves_password(&self) -> bool {
        match self.scheme {
            AuthScheme::None | AuthScheme::Certificate => false,
            AuthScheme::Basic | AuthScheme::Digest => true,
            _ => self.mechanism == Inner::Ntlm,
        }
    }

    /// The account that the server, or the KDC, counts a wrong password of, if this is one.
    pub(crate) fn wrong_password_of(&self, subject: &Subject) -> Option<String> {
        let asks_kdc =
            self.mechanism == Inner::Kerberos && matches!(subject.tickets, TicketSource::Kdc { .. });
        if self.logon.user.is_empty() || !(self.proves_password() || asks_kdc) {
            return None;
        }
        let is_tampered = self.tampering.as_ref().is_some_and(Tampering::is_wrong_password);
        let is_replayed = self.replays.is_some() && self.proves_password();
        let is_wrong = !subject.knows(&self.logon) || is_tampered || is_replayed;
        is_wrong.then(|| self.logon.user.to_lowercase())
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> bool {
    let Some(value) = value else { return false };
    *place = value;
    true
}

fn logon(options: &[(String, String)]) -> Logon {
    let option = |name: &str| options.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
    let mut logon = Logon::new(option("user"), option("password"));
    if logon.domain.is_empty() {
        option("domain").clone_into(&mut logon.domain);
    }
    logon
}

fn seals(value: &str) -> Option<bool> {
    match value {
        "required" => Some(true),
        "none" | "off" => Some(false),
        _ => None,
    }
}

fn form(value: &str) -> Option<Form> {
    match value {
        "spnego" => Some(Form::Spnego),
        "spnego-kerberos-first" => Some(Form::KerberosOffered),
        "raw" | "ntlm" => Some(Form::Raw),
        _ => None,
    }
}

fn mechanism(value: &str) -> Option<Inner> {
    match value {
        "ntlm" => Some(Inner::Ntlm),
        "kerberos" => Some(Inner::Kerberos),
        _ => None,
    }
}

fn binding(value: &str) -> Option<Binding> {
    match value {
        "right" => Some(Binding::Right),
        "wrong" => Some(Binding::Wrong),
        "none" => Some(Binding::None),
        _ => None,
    }
}

fn versions(value: &str) -> Option<Versions> {
    match value {
        "1.2" => Some(Versions::Tls12),
        "1.3" => Some(Versions::Tls13),
        _ => None,
    }
}
