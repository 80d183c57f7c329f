use crate::auth::Mechanism;
use crate::auth::kerberos::EncryptionType;
use crate::auth::policy::Choice;
use crate::auth::policy::Means;
use crate::auth::policy::Protection;
use crate::auth::policy::Refusal;
use crate::auth::policy::Scheme;
use crate::auth::policy::ServiceClass;
use crate::auth::policy::ServicePrincipalName;
use crate::auth::policy::Target;
use crate::auth::policy::TrustedHosts;

/// Bits of a session key below which nothing is sealed. NTLM has never more than that.
pub const KEY_BITS_MIN: u32 = 128;

/// [MS-WSMV 2.2.4.6], [MS-WSMV 2.2.4.4] What a client is allowed to do. [`ClientPolicy::default`] has the values of Windows.
///
/// What isn't a switch can't be switched on: LM, NTLMv1, an unsealed session over HTTP after NTLM or Kerberos, and a scheme
/// that was not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPolicy {
    /// `TrustedHosts`: servers that need not prove who they are.
    pub trusted_hosts: TrustedHosts,
    /// `AllowUnencrypted`: whether messages may go in clear over HTTP. It makes nothing go in clear by itself.
    pub allow_unencrypted: bool,
    /// `Basic`. Over HTTP it needs `allow_unencrypted` too.
    pub basic: bool,
    /// `Digest`. Over HTTP it needs `allow_unencrypted` too.
    pub digest: bool,
    /// `Negotiate`: NTLM, and Kerberos in SPNEGO.
    pub negotiate: bool,
    /// `Kerberos`, in SPNEGO and by itself.
    pub kerberos: bool,
    /// `CredSSP`
    pub credssp: bool,
    /// `Certificate`
    pub certificate: bool,
    /// Whether Kerberos forwards a ticket to the server, which may then do anything in the user's name.
    pub delegate: bool,
    /// Bits that a session key has at least.
    pub key_bits_min: u32,
}

impl Default for ClientPolicy {
    fn default() -> Self {
        Self {
            trusted_hosts: TrustedHosts::NOBODY,
            allow_unencrypted: false,
            basic: true,
            digest: true,
            negotiate: true,
            kerberos: true,
            credssp: false,
            certificate: true,
            delegate: false,
            key_bits_min: KEY_BITS_MIN,
        }
    }
}

impl ClientPolicy {
    /// Windows' defaults, with these hosts trusted.
    #[must_use]
    pub fn trusting(trusted_hosts: TrustedHosts) -> Self {
        Self { trusted_hosts, ..Self::default() }
    }

    /// How to log on at `target` with what there is. Whatever is refused is refused before the first octet.
    pub fn choose(&self, target: &Target, means: &Means) -> Result<Choice, Refusal> {
        self.require_on(means.scheme)?;
        target.require_offered(means.scheme)?;
        let mechanisms = match means.scheme {
            Scheme::Negotiate => self.negotiated(target, means)?,
            Scheme::Ntlm => vec![self.ntlm(target, means)?],
            Scheme::Kerberos => vec![self.kerberos(target, means)?],
            Scheme::CredSsp => vec![self.inside_credssp(target, means)?],
            Scheme::Certificate => return certificate(target, means),
            Scheme::Digest | Scheme::Basic => return self.without_seal(target, means),
        };
        let protection = match (target.is_tls, means.seals_in_tls) {
            (false, _) => Protection::Sealed,
            (true, false) => Protection::Tls,
            (true, true) => Protection::SealedInTls,
        };
        let delegates = self.delegate && mechanisms.first() == Some(&Mechanism::Kerberos);
        Ok(Choice { scheme: means.scheme, mechanisms, protection, delegates })
    }

    /// Whom a ticket is to be asked for before [`Self::choose`]; `None` where none would be used: an address has no
    /// principal, and neither Basic nor NTLM needs one.
    #[must_use]
    pub fn wanted_ticket(
        &self,
        target: &Target,
        scheme: Scheme,
        class: ServiceClass,
    ) -> Option<ServicePrincipalName> {
        let takes_tickets = matches!(scheme, Scheme::Negotiate | Scheme::Kerberos | Scheme::CredSsp);
        match takes_tickets && self.require_on(scheme).is_ok() {
            true => ServicePrincipalName::of(class, &target.host),
            false => None,
        }
    }

    /// [MS-WSMV 3.2.4.1.22.2] "MUST NOT use … if both the Negotiate property and the Kerberos property … are false", and the
    /// like for each other scheme.
    fn require_on(&self, scheme: Scheme) -> Result<(), Refusal> {
        let is_on = match scheme {
            Scheme::Negotiate => self.negotiate || self.kerberos,
            Scheme::Ntlm => self.negotiate,
            Scheme::Kerberos => self.kerberos,
            Scheme::CredSsp => self.credssp,
            Scheme::Certificate => self.certificate,
            Scheme::Digest => self.digest,
            Scheme::Basic => self.basic,
        };
        if is_on { Ok(()) } else { Err(Refusal::SchemeOff { scheme }) }
    }

    /// Kerberos first. NTLM stands behind it only where it may be used: a server that picks the weaker mechanism must not
    /// find it in the offer by accident.
    fn negotiated(&self, target: &Target, means: &Means) -> Result<Vec<Mechanism>, Refusal> {
        match (self.kerberos(target, means), self.ntlm(target, means)) {
            (Ok(kerberos), Ok(ntlm)) => Ok(vec![kerberos, ntlm]),
            (Ok(kerberos), Err(_)) => Ok(vec![kerberos]),
            (Err(_), Ok(ntlm)) => Ok(vec![ntlm]),
            // With NTLM switched off, what keeps Kerberos from working is the reason.
            (Err(refusal), Err(Refusal::SchemeOff { .. })) => Err(refusal),
            (Err(_), Err(refusal)) => Err(refusal),
        }
    }

    /// One mechanism: what proves the server to CredSSP must be known before the password is handed over.
    fn inside_credssp(&self, target: &Target, means: &Means) -> Result<Mechanism, Refusal> {
        if !means.has_password {
            return Err(Refusal::NoPassword { scheme: Scheme::CredSsp });
        }
        self.kerberos(target, means).or_else(|_| self.ntlm(target, means))
    }

    fn kerberos(&self, target: &Target, means: &Means) -> Result<Mechanism, Refusal> {
        let Some(name) = ServicePrincipalName::of(ServiceClass::default(), &target.host) else {
            return Err(Refusal::NoPrincipal { host: target.host.clone() });
        };
        let Some(session_key) = means.ticket else { return Err(Refusal::NoTicket { name }) };
        self.require_bits(Mechanism::Kerberos, key_bits(session_key))
    }

    fn ntlm(&self, target: &Target, means: &Means) -> Result<Mechanism, Refusal> {
        self.require_on(Scheme::Ntlm)?;
        if !means.has_password {
            return Err(Refusal::NoPassword { scheme: Scheme::Ntlm });
        }
        self.require_trust(target, Scheme::Ntlm)?;
        self.require_bits(Mechanism::Ntlm, 128)
    }

    /// [MS-WSMV 3.2.4.1.22.1] "MUST NOT send the request if the selected protocol would result in sending the SOAP message
    /// unencrypted if the AllowUnencrypted property of the cfg:ClientType is false."
    fn without_seal(&self, target: &Target, means: &Means) -> Result<Choice, Refusal> {
        let scheme = means.scheme;
        if !means.has_password {
            return Err(Refusal::NoPassword { scheme });
        }
        if !target.is_tls && !self.allow_unencrypted {
            return Err(Refusal::Unencrypted { scheme });
        }
        self.require_trust(target, scheme)?;
        let protection = if target.is_tls { Protection::Tls } else { Protection::Clear };
        Ok(Choice { scheme, mechanisms: Vec::new(), protection, delegates: false })
    }

    /// [MS-WSMV 3.2.4.1.22.1] "MUST NOT send the request if the selected protocol cannot authenticate the server and the
    /// server name is not allowed by the TrustedHosts property of the cfg:ClientType."
    fn require_trust(&self, target: &Target, scheme: Scheme) -> Result<(), Refusal> {
        match target.is_tls || self.trusted_hosts.contains(&target.host) {
            true => Ok(()),
            false => Err(Refusal::UntrustedHost { host: target.host.clone(), scheme }),
        }
    }

    fn require_bits(&self, mechanism: Mechanism, bits: u32) -> Result<Mechanism, Refusal> {
        match bits >= self.key_bits_min {
            true => Ok(mechanism),
            false => Err(Refusal::KeyTooShort { mechanism, bits, bits_min: self.key_bits_min }),
        }
    }
}

fn certificate(target: &Target, means: &Means) -> Result<Choice, Refusal> {
    let scheme = means.scheme;
    if !target.is_tls {
        return Err(Refusal::NeedsTls { scheme });
    }
    if !means.has_certificate {
        return Err(Refusal::NoCertificate);
    }
    Ok(Choice { scheme, mechanisms: Vec::new(), protection: Protection::Tls, delegates: false })
}

/// [RFC 3961 8] Bits of strength, not octets of the key: triple DES has 112, and a type that is unknown is as good as none.
fn key_bits(session_key: EncryptionType) -> u32 {
    match session_key {
        EncryptionType::AES256_CTS_HMAC_SHA1_96 | EncryptionType::AES256_CTS_HMAC_SHA384_192 => 256,
        EncryptionType::AES128_CTS_HMAC_SHA1_96
        | EncryptionType::AES128_CTS_HMAC_SHA256_128
        | EncryptionType::RC4_HMAC => 128,
        EncryptionType(16) => 112,
        EncryptionType(1..=3 | 24) => 56,
        _ => 0,
    }
}
