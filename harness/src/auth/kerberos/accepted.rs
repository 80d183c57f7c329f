//! [RFC 4120 3.2.3] Receipt of KRB_AP_REQ Message: every check, in order.

use crate::auth::AuthError;
use crate::auth::Delegation;
use crate::auth::Principal;
use crate::auth::Protection;
use crate::auth::Random;
use crate::auth::Role;
use crate::auth::acceptance::TokenBindings;
use crate::auth::kerberos::AcceptorCredentials;
use crate::auth::kerberos::AcceptorPolicy;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::TicketFacts;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::ap_rep::ApRep;
use crate::auth::kerberos::ap_rep::EncApRepPart;
use crate::auth::kerberos::ap_req::ApOptions;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::authenticator::KerbApOptions;
use crate::auth::kerberos::authenticator_checksum::GssChecksum;
use crate::auth::kerberos::authenticator_checksum::GssFlags;
use crate::auth::kerberos::krb_cred;
use crate::auth::kerberos::session::Session;
use crate::auth::kerberos::session::SessionKey;
use crate::auth::kerberos::session::first_sequence;
use crate::auth::kerberos::session::fresh_confounder;
use crate::auth::kerberos::ticket::EncTicketPart;
use crate::auth::kerberos::wire::EncryptedData;

/// What a request that holds leads to.
pub(crate) struct Accepted {
    pub(crate) session: Session,
    pub(crate) facts: TicketFacts,
    pub(crate) principal: Principal,
    /// The AP-REP, if the client wants one.
    pub(crate) answer: Option<Vec<u8>>,
}

pub(crate) fn accept(
    credentials: &AcceptorCredentials,
    policy: &AcceptorPolicy,
    now: Time,
    mut random: Random,
    request: &ApReq,
) -> Result<Accepted, AuthError> {
    if request.options.contains(ApOptions::USE_SESSION_KEY) {
        return Err(KerberosError::UseSessionKey.into());
    }
    let ticket = request.ticket()?;
    policy.permit(ticket.enc_part.encryption_type)?;
    let part = credentials.open(&ticket)?;
    policy.check_times(&part, now)?;
    policy.permit(part.key.encryption_type())?;
    let authenticator = open_authenticator(request, &part)?;
    let acceptable_until = policy.check_clock(&authenticator, now)?;
    credentials.admit(&request.authenticator.cipher, acceptable_until, now.unix_s)?;
    let checksum = policy.check_checksum(&authenticator)?;
    let delegation = delegation(&checksum, &part, &authenticator)?;
    let subkey = policy.subkey(&part, &authenticator, &mut random)?;
    let is_mutual =
        request.options.contains(ApOptions::MUTUAL_REQUIRED) || checksum.flags.contains(GssFlags::MUTUAL);
    let subkey = subkey.filter(|_| is_mutual);
    let facts = TicketFacts {
        server: ticket.server,
        ticket: ticket.enc_part.encryption_type,
        session_key: part.key.encryption_type(),
        acceptor_subkey: subkey.as_ref().map(Key::encryption_type),
        flags: part.flags,
        end_time: part.end_time,
    };
    let principal = Principal { domain: part.client.realm.clone(), user: part.client.components.join("/") };
    let initiators = authenticator.sequence.unwrap_or_default();
    let mut session_key = SessionKey {
        key: authenticator.subkey.clone().unwrap_or_else(|| part.key.clone()),
        is_acceptors: false,
        send: initiators,
        receive: initiators,
    };
    let mut answer = None;
    if is_mutual {
        session_key.send = first_sequence(&mut random);
        answer = Some(answer_to(&authenticator, &part.key, subkey.as_ref(), session_key.send, &mut random)?);
    }
    if let Some(key) = subkey {
        session_key = SessionKey { key, is_acceptors: true, ..session_key };
    }
    let is_sealed = checksum.flags.contains(GssFlags::SEALED);
    let session = Session::new(Role::Acceptor, &session_key, random, is_mutual, is_sealed, delegation)?;
    Ok(Accepted { session, facts, principal, answer })
}

impl AcceptorPolicy {
    fn permit(&self, found: EncryptionType) -> Result<(), AuthError> {
        match self.encryption_types.contains(&found) {
            true => Ok(()),
            false => Err(KerberosError::EncryptionTypeExcluded { found }.into()),
        }
    }

    fn check_times(&self, part: &EncTicketPart, now: Time) -> Result<(), AuthError> {
        let EncTicketPart { flags, start_time, end_time, .. } = *part;
        let (now, skew) = (now.unix_s, self.clock_skew_s_max);
        if flags.contains(TicketFlags::INVALID) {
            return Err(KerberosError::TicketInvalid.into());
        }
        if start_time > now.saturating_add(skew) {
            return Err(KerberosError::TicketNotYetValid { start_time, now }.into());
        }
        if now > end_time.saturating_add(skew) {
            return Err(KerberosError::TicketExpired { end_time, now }.into());
        }
        Ok(())
    }

    /// Until when the authenticator is acceptable.
    fn check_clock(&self, authenticator: &Authenticator, now: Time) -> Result<u64, AuthError> {
        let (client, now) = (authenticator.time.unix_s, now.unix_s);
        match client.abs_diff(now) <= self.clock_skew_s_max {
            true => Ok(client.saturating_add(self.clock_skew_s_max)),
            false => Err(KerberosError::ClockSkew { client, now }.into()),
        }
    }

    /// [MS-KILE 3.4.5] A request without checksum counts as one without flags and bindings.
    fn check_checksum(&self, authenticator: &Authenticator) -> Result<GssChecksum, AuthError> {
        let checksum = authenticator.checksum.as_ref().map(GssChecksum::parse).transpose()?;
        let checksum = checksum.unwrap_or_default();
        if checksum.flags.contains(GssFlags::DCE_STYLE) {
            return Err(KerberosError::DceStyle.into());
        }
        if self.protection == Protection::Sealed && !checksum.flags.contains(GssFlags::SEALED) {
            return Err(KerberosError::SealingNotRequested.into());
        }
        self.channel_bindings.check(bindings(&checksum, authenticator))?;
        Ok(checksum)
    }

    /// [RFC 4537 3] The first of our types that the client offers; a client that offers none has the type of its own
    /// key. [RFC 4757] RC4's tokens can't say whose subkey they use, so that there is none.
    fn subkey(
        &self,
        part: &EncTicketPart,
        authenticator: &Authenticator,
        random: &mut Random,
    ) -> Result<Option<Key>, AuthError> {
        let base = authenticator.subkey.as_ref().unwrap_or(&part.key).encryption_type();
        self.permit(base)?;
        let is_offered = |kind: &&EncryptionType| authenticator.extras.offered.contains(kind);
        let chosen = self.encryption_types.iter().filter(|kind| kind.is_known()).find(is_offered);
        match chosen.copied().unwrap_or(base) {
            EncryptionType::RC4_HMAC => Ok(None),
            chosen => Key::generate(chosen, random).map(Some),
        }
    }
}

fn open_authenticator(request: &ApReq, part: &EncTicketPart) -> Result<Authenticator, AuthError> {
    let EncryptedData { encryption_type, cipher, .. } = &request.authenticator;
    if *encryption_type != part.key.encryption_type() {
        return Err(KerberosError::AuthenticatorModified.into());
    }
    let opened = part.key.decrypt(KeyUsage::AUTHENTICATOR, cipher);
    let authenticator = Authenticator::parse(&opened.map_err(|_| KerberosError::AuthenticatorModified)?)?;
    match authenticator.client == part.client {
        true => Ok(authenticator),
        false => Err(KerberosError::ClientMismatch.into()),
    }
}

fn bindings<'a>(checksum: &'a GssChecksum, authenticator: &Authenticator) -> TokenBindings<'a> {
    match checksum.bindings == [0; 16] {
        false => TokenBindings::Hash(&checksum.bindings),
        true if authenticator.extras.options.contains(KerbApOptions::CBT) => TokenBindings::Withheld,
        true => TokenBindings::Absent,
    }
}

fn delegation(
    checksum: &GssChecksum,
    part: &EncTicketPart,
    authenticator: &Authenticator,
) -> Result<Delegation, AuthError> {
    let Some(octets) = &checksum.delegation else { return Ok(Delegation::None) };
    let keys: Vec<&Key> = std::iter::once(&part.key).chain(&authenticator.subkey).collect();
    let credential = krb_cred::open(octets, &keys).map_err(|_| KerberosError::DelegationMalformed)?;
    Ok(Delegation::Ticket(Box::new(credential)))
}

/// [RFC 4120 3.2.4] The proof that we could open the ticket: the time that was in the authenticator.
fn answer_to(
    authenticator: &Authenticator,
    session_key: &Key,
    subkey: Option<&Key>,
    sequence: u32,
    random: &mut Random,
) -> Result<Vec<u8>, AuthError> {
    let part = EncApRepPart { time: authenticator.time, subkey: subkey.cloned(), sequence: Some(sequence) };
    let cipher = session_key.encrypt(KeyUsage::AP_REP, fresh_confounder(random), &part.to_der())?;
    let encryption_type = session_key.encryption_type();
    Ok(ApRep { enc_part: EncryptedData { encryption_type, key_version: None, cipher } }.to_der())
}
