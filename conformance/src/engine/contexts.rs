//! The security contexts that a plan is made of.

use winrm_harness::auth::AuthError;
use winrm_harness::auth::ChannelBindings;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::credssp;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::negotiate;
use winrm_harness::auth::negotiate::MechType;
use winrm_harness::auth::negotiate::Offer;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Protocol;
use winrm_harness::net::random_octets;

use crate::engine::plan::AuthPlan;
use crate::engine::plan::Binding;
use crate::engine::plan::Form;
use crate::engine::plan::Inner;
use crate::engine::random::Random;
use crate::engine::tampers::Tampering;
use crate::engine::tickets;
use crate::engine::tickets::TicketKind;
use crate::subject::Logon;
use crate::wsx::AuthScheme;

/// What a context needs beside the plan.
pub(crate) struct Given {
    /// The connection's, if it is over TLS.
    pub(crate) bindings: Option<ChannelBindings>,
    /// If Kerberos is used.
    pub(crate) ticket: Option<kerberos::Credential>,
}

/// The hash of a certificate that nobody has.
const OTHER_CHANNEL: [u8; 32] = [0xEE; 32];

impl AuthPlan {
    /// The protocol of the handshake's scheme.
    pub(crate) fn protocol(&self) -> Protocol {
        match (self.scheme, self.form) {
            (AuthScheme::CredSsp, _) => Protocol::CredSsp,
            (AuthScheme::Kerberos, Form::Raw) => Protocol::Kerberos,
            _ => Protocol::Spnego,
        }
    }

    /// The client's side.
    pub(crate) fn context(
        &self,
        mut given: Given,
        random: &mut Random,
    ) -> Result<Box<dyn SecurityContext>, AuthError> {
        given.bindings = match self.bindings {
            Binding::Right => given.bindings,
            Binding::Wrong => Some(ChannelBindings::tls_server_end_point(&OTHER_CHANNEL)),
            Binding::None => None,
        };
        match self.scheme {
            AuthScheme::CredSsp => self.credssp(given, random),
            _ => self.wrapped(given, random),
        }
    }

    fn wrapped(&self, given: Given, random: &mut Random) -> Result<Box<dyn SecurityContext>, AuthError> {
        let (mech, inner) = match self.mechanism {
            Inner::Ntlm => (MechType::NTLM, self.ntlm(given.bindings, random)?),
            Inner::Kerberos => (MechType::KERBEROS_LEGACY, self.kerberos(given)?),
        };
        Ok(match self.form {
            Form::Raw => inner,
            Form::Spnego => Box::new(negotiate::Initiator::offering(vec![(mech, inner)])),
            Form::KerberosOffered => {
                let initiator = negotiate::Initiator::offering(vec![(mech, inner)]);
                Box::new(initiator.with_offer(Offer::KerberosThenNtlm))
            }
        })
    }

    fn ntlm(
        &self,
        bindings: Option<ChannelBindings>,
        random: &mut Random,
    ) -> Result<Box<dyn SecurityContext>, AuthError> {
        let Logon { domain, user, password } = &self.logon;
        let credential = ntlm::Credential::password(domain, user, password);
        let Some(Tampering::Ntlm(misbehaviour)) = &self.tampering else {
            return Ok(Box::new(ntlm::Initiator::new(credential, bindings)?));
        };
        let given = ntlm::FixedGiven::new(nonce(random), ntlm::ExportedSessionKey(key(random)));
        let initiator = ntlm::FixedInitiator::new(credential, given).misbehaving(*misbehaviour);
        Ok(Box::new(bindings.into_iter().fold(initiator, ntlm::FixedInitiator::bound_to)))
    }

    fn kerberos(&self, given: Given) -> Result<Box<dyn SecurityContext>, AuthError> {
        let ticket = given.ticket.ok_or(AuthError::NotEstablished)?;
        let misbehaviour = match (&self.tampering, self.ticket) {
            (Some(Tampering::Kerberos(misbehaviour)), _) => Some(misbehaviour.clone()),
            (_, TicketKind::Expired) => Some(kerberos::Misbehaviour::ExpiredTicket),
            _ => None,
        };
        let options = kerberos::InitiatorOptions {
            channel_bindings: given.bindings,
            misbehaviour,
            ..kerberos::InitiatorOptions::default()
        };
        let given = kerberos::InitiatorGiven { now: tickets::now(), random: Box::new(random_octets) };
        Ok(Box::new(kerberos::Initiator::new(ticket, options, given)))
    }

    /// What is inside is bound to the key of the TLS inside, and not to the connection's.
    fn credssp(&self, given: Given, random: &mut Random) -> Result<Box<dyn SecurityContext>, AuthError> {
        let inner = self.wrapped(Given { bindings: None, ..given }, random)?;
        let handed = self.handed.as_ref().unwrap_or(&self.logon);
        let credentials = credssp::PasswordCreds {
            domain_name: handed.domain.clone(),
            user_name: handed.user.clone(),
            password: handed.password.clone().into(),
        };
        let options = credssp::InitiatorOptions {
            version: self.version,
            // Who is under test is the server: it is taken as it is.
            version_min: credssp::Version::V2,
            tls: self.tls,
        };
        let random = Box::new(random_octets);
        let initiator = credssp::Initiator::new(credentials, inner, options, random)?;
        Ok(match &self.tampering {
            Some(Tampering::CredSsp(misbehaviour)) => Box::new(initiator.misbehaving(*misbehaviour)),
            _ => Box::new(initiator),
        })
    }
}

fn nonce(random: &mut Random) -> [u8; 8] {
    random.next().to_be_bytes()
}

fn key(random: &mut Random) -> [u8; 16] {
    let wide = (u128::from(random.next()) << 64) | u128::from(random.next());
    wide.to_be_bytes()
}
