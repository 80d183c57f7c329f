use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::auth::ChannelBindingPolicy;
use crate::auth::ChannelBindings;
use crate::auth::Protection;
use crate::auth::Random;
use crate::auth::SecurityContext;
use crate::auth::credssp;
use crate::auth::kerberos;
use crate::auth::kerberos::AcceptorCredentials;
use crate::auth::kerberos::AcceptorPolicy;
use crate::auth::negotiate;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::Mechanisms;
use crate::auth::ntlm;
use crate::server::CbtHardeningLevel;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::Given;
use crate::server::authentication::Scheme;
use crate::tls::Channel;

/// What the contexts of all connections have in common.
pub(in crate::server) struct Shared {
    random: Arc<Mutex<Random>>,
    /// The service's keys, and the authenticators that came: one memory for all connections, or a replay is one.
    kerberos: Arc<AcceptorCredentials>,
}

impl Shared {
    pub(in crate::server) fn new(random: Random, config: &Config) -> Self {
        let kerberos = Arc::new(AcceptorCredentials::new(config.service_keys.clone()));
        Self { random: Arc::new(Mutex::new(random)), kerberos }
    }

    /// The server's randomness, for somebody who keeps it.
    pub(in crate::server) fn random(&self) -> Random {
        let random = Arc::clone(&self.random);
        // A source that panicked is asked again: it has no state that could be half changed but its own.
        Box::new(move |octets| random.lock().unwrap_or_else(PoisonError::into_inner)(octets))
    }
}

/// A context for a handshake that begins; `None` where nothing could come of it.
pub(super) fn acceptor(scheme: Scheme, given: &Given<'_>) -> Option<Box<dyn SecurityContext>> {
    match scheme {
        Scheme::Negotiate => negotiate(given),
        Scheme::Kerberos => Some(Box::new(kerberos(given))),
        Scheme::CredSsp => credssp(given),
    }
}

/// SPNEGO over what is on. "Kerberos" alone is enough for SPNEGO and not for NTLM in it; "Negotiate" is for both.
fn negotiate(given: &Given<'_>) -> Option<Box<dyn SecurityContext>> {
    let mut offered: Vec<(MechType, Box<dyn SecurityContext>)> = Vec::new();
    if given.config.knows_kerberos() {
        offered.push((MechType::KERBEROS, Box::new(kerberos(given))));
    }
    if given.config.negotiate || given.config.is_mutant(Mutant::NtlmUnasked) {
        offered.push((MechType::NTLM, Box::new(ntlm(given))));
    }
    if offered.is_empty() {
        return None;
    }
    Some(Box::new(negotiate::Acceptor::new(Mechanisms::new(offered))))
}

fn kerberos(given: &Given<'_>) -> kerberos::Acceptor {
    let Given { config, channel, moment, shared } = given;
    let credentials = match config.is_mutant(Mutant::ApReqReplayed) {
        true => Arc::new(AcceptorCredentials::new(config.service_keys.clone())),
        false => Arc::clone(&shared.kerberos),
    };
    let policy = AcceptorPolicy {
        channel_bindings: channel_bindings(config, channel),
        protection: protection(config, channel),
        ..AcceptorPolicy::default()
    };
    let given = kerberos::AcceptorGiven { now: moment.time(), random: shared.random() };
    kerberos::Acceptor::new(credentials, policy, given)
}

/// What is inside is bound by the key of the TLS inside, so that bindings to the connection's own add nothing, and it has
/// to seal. Whatever the settings of Negotiate, it may be NTLM.
fn credssp(given: &Given<'_>) -> Option<Box<dyn SecurityContext>> {
    let Given { config, moment, shared, .. } = *given;
    let server = config.credssp_server.as_ref()?;
    let inside = Given { config, channel: &Channel::Clear, moment, shared };
    let mut offered: Vec<(MechType, Box<dyn SecurityContext>)> = Vec::new();
    if config.knows_kerberos() {
        offered.push((MechType::KERBEROS, Box::new(kerberos(&inside))));
    }
    offered.push((MechType::NTLM, Box::new(ntlm(&inside))));
    let inner = negotiate::Acceptor::new(Mechanisms::new(offered));
    let mut policy = credssp::AcceptorPolicy::default();
    if config.is_mutant(Mutant::OldCredSsp) {
        policy.version_min = credssp::Version::V2;
    }
    let acceptor = credssp::Acceptor::new(server, Box::new(inner), policy).ok()?;
    Some(Box::new(acceptor))
}

fn ntlm(given: &Given<'_>) -> ntlm::Acceptor {
    let Given { config, channel, moment, shared } = given;
    let mut server_challenge = [0; 8];
    shared.random()(&mut server_challenge);
    let accounts = config
        .accounts
        .iter()
        .map(|account| ntlm::Account::new(&config.computer, &account.user, &account.password))
        .collect();
    let names = ntlm::ServerNames::workgroup(&config.computer);
    let now = ntlm::FileTime(moment.filetime);
    let given = ntlm::AcceptorGiven { server_challenge, now };
    ntlm::Acceptor::new(ntlm::Accounts::new(accounts), names, ntlm_policy(config, channel), given)
}

fn ntlm_policy(config: &Config, channel: &Channel) -> ntlm::AcceptorPolicy {
    let is_mic_needed = !config.is_mutant(Mutant::NoMicNeeded);
    ntlm::AcceptorPolicy {
        protection: protection(config, channel),
        mic: if is_mic_needed { ntlm::MicPolicy::Required } else { ntlm::MicPolicy::IfPromised },
        channel_bindings: channel_bindings(config, channel),
    }
}

/// What TLS protects needs no seal, and neither does what may go in clear.
fn protection(config: &Config, channel: &Channel) -> Protection {
    match channel {
        Channel::Clear if !config.allow_unencrypted && !config.is_mutant(Mutant::WeakFlags) => {
            Protection::Sealed
        }
        Channel::Clear | Channel::Tls(_) => Protection::Elsewhere,
    }
}

/// [MS-WSMV 2.2.4.34] "The value of this element is relevant only when the connection is over HTTPS": over HTTP whatever
/// the client sends is ignored.
fn channel_bindings(config: &Config, channel: &Channel) -> ChannelBindingPolicy {
    let Channel::Tls(tls) = channel else { return ChannelBindingPolicy::None };
    let bindings = ChannelBindings::tls_server_end_point(&tls.end_point_hash);
    let is = |mutant| config.is_mutant(mutant);
    match config.cbt_hardening_level {
        _ if is(Mutant::WrongBindingsAccepted) => ChannelBindingPolicy::None,
        CbtHardeningLevel::None => ChannelBindingPolicy::None,
        CbtHardeningLevel::Strict if !is(Mutant::StrictWithoutBindings) => {
            ChannelBindingPolicy::Strict(bindings)
        }
        CbtHardeningLevel::Relaxed | CbtHardeningLevel::Strict => ChannelBindingPolicy::Relaxed(bindings),
    }
}
