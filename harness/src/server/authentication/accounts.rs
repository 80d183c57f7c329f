use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::Principal;
use crate::auth::SecurityContext;
use crate::auth::basic::BasicCredential;
use crate::auth::credssp::PasswordCreds;
use crate::http::challenge::Challenge;
use crate::http::challenge::ChallengeData;
use crate::server::Account;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::User;

/// The account of somebody who was authenticated by tokens, or nobody's.
pub(super) fn user_of(config: &Config, context: &dyn SecurityContext) -> Option<User> {
    let principal = context.principal()?;
    let mechanism = context.established().map(|established| established.mechanism);
    let account = account(config, &principal.user)?;
    let is_consistent = match context.established().map(|established| &established.delegation) {
        Some(Delegation::Password(credentials)) => is_of(account, credentials),
        _ => true,
    };
    (is_consistent && is_ours(config, principal, mechanism)).then(|| user(account))
}

/// Whether a password that was handed over is that of who handed it over. The server acts with it, so that somebody else's
/// would be a logon as somebody else.
fn is_of(account: &Account, credentials: &PasswordCreds) -> bool {
    let name = credentials.user_name.rsplit('\\').next().unwrap_or_default();
    let name = name.split('@').next().unwrap_or_default();
    name.eq_ignore_ascii_case(&account.user) && *credentials.password == account.password
}

/// Whether the authority that knows a name is one whose names are accounts here. `alice` of another realm is somebody
/// else than `alice`.
fn is_ours(config: &Config, principal: &Principal, mechanism: Option<Mechanism>) -> bool {
    let is_local = principal.domain.eq_ignore_ascii_case(&config.computer);
    let is_of_realm = !config.realm.is_empty() && principal.domain == config.realm;
    match mechanism {
        Some(Mechanism::Kerberos) => is_of_realm || config.is_mutant(Mutant::ForeignRealm),
        Some(Mechanism::CredSsp) => is_local || is_of_realm,
        Some(Mechanism::Ntlm) | None => is_local,
    }
}

/// The user of a Basic credential, if the password is right. Local accounts are named bare or behind the computer's
/// name; any other domain is somebody else's.
pub(super) fn basic_user(config: &Config, challenge: &Challenge) -> Option<User> {
    let ChallengeData::Token68(token) = &challenge.data else { return None };
    let credential = BasicCredential::decode(token).ok()?;
    let (domain, name) = credential.domain_and_user();
    let is_ours = domain.is_empty() || domain == "." || domain.eq_ignore_ascii_case(&config.computer);
    let account = account(config, name).filter(|account| account.password == credential.password())?;
    is_ours.then(|| user(account))
}

/// The account of a name, whatever its case.
pub(super) fn account<'c>(config: &'c Config, name: &str) -> Option<&'c Account> {
    config.accounts.iter().find(|account| account.user.eq_ignore_ascii_case(name))
}

pub(super) fn user(account: &Account) -> User {
    User { name: account.user.clone(), is_administrator: account.is_administrator }
}

/// What the event log says of a logon: how it was done, and whether the server may act in the user's name.
pub(super) fn manner(scheme: &str, established: Option<&Established>) -> String {
    let Some(established) = established else { return scheme.to_owned() };
    let mechanism = match established.mechanism {
        Mechanism::Ntlm => "NTLM",
        Mechanism::Kerberos => "Kerberos",
        Mechanism::CredSsp => "CredSSP",
    };
    format!("{scheme}: {mechanism}, {}, delegation {}", established.cipher, established.delegation.kind())
}
