//! Who may do what ([MS-WSMV] 3.1.4.1.28).

use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::User;
use crate::server::dispatch::Call;
use crate::wsman::ResourceUri;
use crate::wsman::config::SecurityType;
use crate::wsman::enumeration;
use crate::wsman::eventing;
use crate::wsman::sddl::Right;
use crate::wsman::sddl::SecurityDescriptor;
use crate::wsman::sddl::Sid;
use crate::wsman::transfer;

/// The first account that somebody made has this relative identifier; the others follow.
const FIRST_ACCOUNT: u32 = 1000;

/// Who a user is, and which groups the user is in. Nobody logs on to a service interactively, so nobody is in `IU`.
fn sids(config: &Config, user: &User) -> Vec<Sid> {
    let place = config.accounts.iter().position(|account| account.user == user.name);
    let relative = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
    let mut sids = vec![
        Sid::of_account(FIRST_ACCOUNT.saturating_add(relative)),
        Sid::EVERYONE,
        Sid::NETWORK,
        Sid::AUTHENTICATED_USERS,
        Sid::USERS,
    ];
    if user.is_administrator {
        sids.push(Sid::ADMINISTRATORS);
    }
    sids
}

/// Whether the user of a call may do what it asks.
pub(super) fn allows(config: &Config, call: &Call<'_>) -> bool {
    if config.is_mutant(Mutant::AdmitsEverybody) {
        return true;
    }
    let uri = call.header.resource_uri.as_ref().map_or("", ResourceUri::as_str);
    let right = match right(config, uri, call.header.action.as_str()) {
        Right::Write if config.is_mutant(Mutant::ReadersWrite) => Right::Read,
        right => right,
    };
    grants(config, uri, right, call.user)
}

/// Whether a user may execute what no security entry is about.
pub(super) fn allows_at_all(config: &Config, user: &User) -> bool {
    config.is_mutant(Mutant::AdmitsEverybody) || config.root_sddl.grants(Right::Execute, &sids(config, user))
}

/// [MS-WSMV] 3.1.4.1.29.4: the security entry of a resource counts, and where there is none `RootSDDL`. An entry that
/// can't be read lets nobody in.
fn grants(config: &Config, uri: &str, right: Right, user: &User) -> bool {
    let sids = sids(config, user);
    let Some(security) = security_of(config, uri) else { return config.root_sddl.grants(right, &sids) };
    SecurityDescriptor::parse(&security.sddl).is_ok_and(|descriptor| descriptor.grants(right, &sids))
}

/// The right that an action needs.
fn right(config: &Config, uri: &str, action: &str) -> Right {
    if is_shell(config, uri) {
        return Right::Execute;
    }
    match action {
        transfer::GET
        | enumeration::ENUMERATE
        | enumeration::PULL
        | enumeration::RELEASE
        | eventing::SUBSCRIBE
        | eventing::UNSUBSCRIBE => Right::Read,
        transfer::PUT | transfer::CREATE | transfer::DELETE => Right::Write,
        _ => Right::Execute,
    }
}

/// "The request's associated plugin exposes that resource with Shell as a capability", or it is one of Windows' own.
fn is_shell(config: &Config, uri: &str) -> bool {
    let resources = config.plugins.iter().flat_map(|plugin| &plugin.resources);
    let of_plugins = resources.filter(|resource| covers(&resource.resource_uri, resource.exact_match, uri));
    let mut capabilities = of_plugins.flat_map(|resource| &resource.capability);
    starts_with(uri, ResourceUri::SHELL) || capabilities.any(|capability| capability.kind == "Shell")
}

/// The entry for exactly this resource, else the one for the longest beginning of it. An empty SDDL is no entry: a
/// plug-in that leaves the matter to `RootSDDL` lists one.
fn security_of<'c>(config: &'c Config, uri: &str) -> Option<&'c SecurityType> {
    let entries = config.securities.iter().filter(|entry| !entry.sddl.trim().is_empty());
    let fitting = entries.filter(|entry| covers(&entry.uri, entry.exact_match, uri));
    fitting.max_by_key(|entry| (entry.exact_match, entry.uri.len()))
}

fn covers(configured: &str, is_exact: bool, uri: &str) -> bool {
    match is_exact {
        true => configured.eq_ignore_ascii_case(uri),
        false => starts_with(uri, configured),
    }
}

fn starts_with(uri: &str, prefix: &str) -> bool {
    uri.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
