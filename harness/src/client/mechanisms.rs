//! The contexts that a logon is made of.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::auth::ChannelBindings;
use crate::auth::Mechanism;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::credssp;
use crate::auth::kerberos;
use crate::auth::negotiate;
use crate::auth::negotiate::MechType;
use crate::auth::ntlm;
use crate::auth::policy::Choice;
use crate::client::Logon;
use crate::client::LogonGiven;
use crate::client::SequenceError;
use crate::tls::Channel;

/// Makes the contexts of what was chosen.
pub(super) struct Mechanisms<'a> {
    logon: &'a Logon,
    choice: &'a Choice,
    bindings: Option<ChannelBindings>,
    now: kerberos::Time,
    ticket: Option<kerberos::Credential>,
    forwarded: Option<kerberos::Credential>,
    /// Several contexts draw from it, and each outlives this.
    random: Arc<Mutex<Random>>,
}

impl<'a> Mechanisms<'a> {
    pub(super) fn new(logon: &'a Logon, choice: &'a Choice, given: LogonGiven) -> Self {
        let bindings = match &given.channel {
            Channel::Clear => None,
            Channel::Tls(tls) => Some(ChannelBindings::tls_server_end_point(&tls.end_point_hash)),
        };
        Self {
            logon,
            choice,
            bindings,
            now: given.now,
            ticket: given.ticket,
            forwarded: given.forwarded,
            random: Arc::new(Mutex::new(given.random)),
        }
    }

    /// What was chosen, in SPNEGO, the favourite first. [MS-SPNG 3.1.5.2] Windows offers Kerberos by its legacy number.
    pub(super) fn negotiated(&mut self) -> Result<Box<dyn SecurityContext>, SequenceError> {
        let mut offered = Vec::new();
        for mechanism in &self.choice.mechanisms {
            offered.push(match mechanism {
                Mechanism::Kerberos => (MechType::KERBEROS_LEGACY, self.kerberos()?),
                Mechanism::Ntlm | Mechanism::CredSsp => (MechType::NTLM, self.ntlm()?),
            });
        }
        Ok(Box::new(negotiate::Initiator::offering(offered)))
    }

    pub(super) fn ntlm(&self) -> Result<Box<dyn SecurityContext>, SequenceError> {
        let Logon { domain, user, password, .. } = self.logon;
        let credential = ntlm::Credential::password(domain, user, password);
        Ok(Box::new(ntlm::Initiator::new(credential, self.bindings.clone())?))
    }

    /// [MS-SPNG 3.3.3] Mutual always.
    pub(super) fn kerberos(&mut self) -> Result<Box<dyn SecurityContext>, SequenceError> {
        let ticket =
            self.ticket.take().ok_or(SequenceError::ApiMisuse { what: "Kerberos needs a ticket" })?;
        let options = kerberos::InitiatorOptions {
            delegate: self.forwarded.take().filter(|_| self.choice.delegates),
            channel_bindings: self.bindings.clone(),
            ..kerberos::InitiatorOptions::default()
        };
        let given = kerberos::InitiatorGiven { now: self.now, random: self.random() };
        Ok(Box::new(kerberos::Initiator::new(ticket, options, given)))
    }

    /// [MS-CSSP 3.1.5] SPNEGO with what was chosen inside of TLS inside of HTTP. What is inside is bound to that TLS by
    /// CredSSP itself, and not to one that may be around the connection.
    pub(super) fn credssp(&mut self) -> Result<Box<dyn SecurityContext>, SequenceError> {
        self.bindings = None;
        let credentials = credssp::PasswordCreds {
            domain_name: self.logon.domain.clone(),
            user_name: self.logon.user.clone(),
            password: self.logon.password.clone(),
        };
        let (inner, options) = (self.negotiated()?, credssp::InitiatorOptions::default());
        Ok(Box::new(credssp::Initiator::new(credentials, inner, options, self.random())?))
    }

    fn random(&self) -> Random {
        let random = Arc::clone(&self.random);
        Box::new(move |octets| (random.lock().unwrap_or_else(PoisonError::into_inner))(octets))
    }
}
