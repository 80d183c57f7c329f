use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::Random;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::InitiatorOptions;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::ap_req::ApOptions;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::authenticator::Checksum;
use crate::auth::kerberos::authenticator::Extras;
use crate::auth::kerberos::authenticator::KerbApOptions;
use crate::auth::kerberos::authenticator_checksum::GssChecksum;
use crate::auth::kerberos::authenticator_checksum::GssFlags;
use crate::auth::kerberos::krb_cred;
use crate::auth::kerberos::session::first_sequence;
use crate::auth::kerberos::session::fresh_confounder;
use crate::auth::kerberos::ticket::Ticket;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;

/// A rule that an [`Initiator`](crate::auth::kerberos::Initiator) breaks. A replay needs none: the same time and
/// randomness make the same token. Nor does RC4: it is the session key's type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misbehaviour {
    /// The hash is of another channel.
    WrongChannelBindings,
    /// The hash is zeros although there are bindings, and KERB_AP_OPTIONS_CBT says so.
    OmitChannelBindings,
    /// The hash is right, but KERB_AP_OPTIONS_CBT is missing.
    OmitBindingsOption,
    /// The hash is zeros and KERB_AP_OPTIONS_CBT is missing, as if the client knew nothing of channels.
    ForgetChannelBindings,
    /// The ticket has expired, and is sent all the same.
    ExpiredTicket,
    /// The authenticator has no checksum.
    OmitChecksum,
    /// The checksum is of this type.
    ChecksumType(i64),
    /// The checksum ends after this many octets.
    CutChecksum(usize),
    /// The authenticator names another client than the ticket.
    OtherClient,
    /// The authenticator tells a time that is so many seconds later, or earlier.
    Clock(i64),
    /// One bit of the authenticator's ciphertext differs.
    CorruptAuthenticator,
    /// One bit of the ticket's ciphertext differs.
    CorruptTicket,
    /// The ticket says in clear that it is for this service.
    OtherService(PrincipalName),
    /// APOptions has use-session-key.
    UseSessionKey,
    /// Neither APOptions nor the checksum's flags ask for an AP-REP, and the client waits for one.
    NoMutual,
    /// The checksum's flags have neither confidentiality nor integrity, and the client seals all the same.
    NoSealing,
    /// [MS-KILE 3.4.5.1] GSS_C_DCE_STYLE is among the checksum's flags.
    DceStyle,
}

/// An AP-REQ, and what its maker has to remember.
pub(crate) struct Request {
    pub(crate) message: Vec<u8>,
    pub(crate) time: Time,
    pub(crate) subkey: Option<Key>,
    pub(crate) sequence: u32,
    pub(crate) is_mutual: bool,
}

impl Request {
    pub(crate) fn new(
        credential: &Credential,
        options: &InitiatorOptions,
        now: Time,
        random: &mut Random,
    ) -> Result<Self, AuthError> {
        let session_key = &credential.session_key;
        let kind = session_key.encryption_type();
        let subkey = options.subkey.then(|| Key::generate(kind, random)).transpose()?;
        let sequence = first_sequence(random);
        let time = Time { unix_s: options.clock(now.unix_s), ..now };
        let authenticator = Authenticator {
            client_kind: NameType::PRINCIPAL,
            client: options.client(credential),
            checksum: options.checksum(session_key, now, random)?,
            time,
            subkey: subkey.clone(),
            sequence: Some(sequence),
            extras: Extras { options: options.ap_options(), offered: options.encryption_types.clone() },
        };
        let confounder = fresh_confounder(random);
        let cipher = session_key.encrypt(KeyUsage::AUTHENTICATOR, confounder, &authenticator.to_der())?;
        let cipher = options.corrupt(cipher, &Misbehaviour::CorruptAuthenticator);
        let request = ApReq {
            options: options.request_options(),
            ticket: options.ticket(credential)?,
            authenticator: EncryptedData { encryption_type: kind, key_version: None, cipher },
        };
        Ok(Self { message: request.to_der(), time, subkey, sequence, is_mutual: options.mutual })
    }
}

impl InitiatorOptions {
    fn breaks(&self, misbehaviour: &Misbehaviour) -> bool {
        self.misbehaviour.as_ref() == Some(misbehaviour)
    }

    fn clock(&self, now: u64) -> u64 {
        match self.misbehaviour {
            Some(Misbehaviour::Clock(seconds)) => now.saturating_add_signed(seconds),
            _ => now,
        }
    }

    fn client(&self, credential: &Credential) -> PrincipalName {
        let mut client = credential.client.clone();
        if self.breaks(&Misbehaviour::OtherClient) {
            client.components = vec!["somebody-else".to_owned()];
        }
        client
    }

    fn asks_for_answer(&self) -> bool {
        self.mutual && !self.breaks(&Misbehaviour::NoMutual)
    }

    fn request_options(&self) -> ApOptions {
        let mutual = if self.asks_for_answer() { ApOptions::MUTUAL_REQUIRED.0 } else { 0 };
        let session_key =
            if self.breaks(&Misbehaviour::UseSessionKey) { ApOptions::USE_SESSION_KEY.0 } else { 0 };
        ApOptions(mutual | session_key)
    }

    fn flags(&self) -> GssFlags {
        let mut flags = GssFlags::WINRM.0;
        if self.asks_for_answer() {
            flags |= GssFlags::MUTUAL.0;
        }
        if self.delegate.is_some() {
            flags |= GssFlags::DELEGATE.0;
        }
        match self.misbehaviour {
            Some(Misbehaviour::NoSealing) => GssFlags(flags & !GssFlags::SEALED.0),
            Some(Misbehaviour::DceStyle) => GssFlags(flags | GssFlags::DCE_STYLE.0),
            _ => GssFlags(flags),
        }
    }

    /// [MS-KILE 3.2.5.8] "The presence of this element indicates that the client expects the applications running on it
    /// to include channel binding information".
    fn ap_options(&self) -> KerbApOptions {
        let is_silent = matches!(
            self.misbehaviour,
            Some(Misbehaviour::OmitBindingsOption | Misbehaviour::ForgetChannelBindings)
        );
        match self.channel_bindings.is_some() && !is_silent {
            true => KerbApOptions::CBT,
            false => KerbApOptions::default(),
        }
    }

    fn bindings(&self) -> [u8; 16] {
        let bindings = self.channel_bindings.as_ref().map(ChannelBindings::md5).unwrap_or_default();
        match self.misbehaviour {
            Some(Misbehaviour::OmitChannelBindings | Misbehaviour::ForgetChannelBindings) => [0; 16],
            Some(Misbehaviour::WrongChannelBindings) => bindings.map(|octet| !octet),
            _ => bindings,
        }
    }

    fn checksum(
        &self,
        session_key: &Key,
        now: Time,
        random: &mut Random,
    ) -> Result<Option<Checksum>, AuthError> {
        if self.breaks(&Misbehaviour::OmitChecksum) {
            return Ok(None);
        }
        let hand_over = |credential| krb_cred::seal(credential, session_key, fresh_confounder(random), now);
        let delegation = self.delegate.as_ref().map(hand_over).transpose()?;
        let checksum = GssChecksum { bindings: self.bindings(), flags: self.flags(), delegation };
        let mut checksum = checksum.to_checksum()?;
        match self.misbehaviour {
            Some(Misbehaviour::ChecksumType(kind)) => checksum.kind = kind,
            Some(Misbehaviour::CutChecksum(len)) => checksum.octets.truncate(len),
            _ => {}
        }
        Ok(Some(checksum))
    }

    /// The ticket as the KDC made it, unless its outside has to lie.
    fn ticket(&self, credential: &Credential) -> Result<Vec<u8>, AuthError> {
        let service = match &self.misbehaviour {
            Some(Misbehaviour::OtherService(service)) => Some(service),
            Some(Misbehaviour::CorruptTicket) => None,
            _ => return Ok(credential.ticket.clone()),
        };
        let ticket = Ticket::parse(&credential.ticket)?;
        let server = service.unwrap_or(&ticket.server);
        let mut enc_part = ticket.enc_part.clone();
        enc_part.cipher = self.corrupt(enc_part.cipher, &Misbehaviour::CorruptTicket);
        let fields = [
            field(0, &integer(5)),
            field(1, &general_string(&server.realm)),
            field(2, &name_to_der(NameType::SERVICE, server)),
            field(3, &enc_part.to_der()),
        ];
        Ok(message(Ticket::TAG, &fields))
    }

    fn corrupt(&self, mut cipher: Vec<u8>, misbehaviour: &Misbehaviour) -> Vec<u8> {
        if self.breaks(misbehaviour)
            && let Some(octet) = cipher.last_mut()
        {
            *octet ^= 1;
        }
        cipher
    }
}
