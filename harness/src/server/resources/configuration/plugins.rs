//! [MS-WSMV] 3.1.4.1.34.2, and the security entries of 3.1.4.1.29.4, which stand in plug-ins and in a table of their own.

use crate::limits::CONFIG_ROWS_MAX;
use crate::server::Config;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::server::resources::configuration::rows;
use crate::server::resources::configuration::rows::Rows;
use crate::wsman::FaultReason;
use crate::wsman::InvalidRepresentation;
use crate::wsman::InvalidSelectors;
use crate::wsman::WsmanErrorCode;
use crate::wsman::config::PluginType;
use crate::wsman::config::Secret;
use crate::wsman::config::SecurityType;
use crate::wsman::config::Table;
use crate::wsman::sddl::SecurityDescriptor;
use crate::xml::Element;

type Result<T> = std::result::Result<T, Refusal>;

pub(super) struct Plugins;

pub(super) struct Securities;

impl Rows for Plugins {
    type Row = PluginType;

    const KEYS: &'static [&'static str] = &["Name"];

    fn rows(config: &Config) -> &[PluginType] {
        &config.plugins
    }

    fn rows_mut(config: &mut Config) -> &mut Vec<PluginType> {
        &mut config.plugins
    }

    fn key(row: &PluginType, _: &str) -> String {
        row.name.clone()
    }

    fn set_key(row: &mut PluginType, _: &str, value: &str) {
        value.clone_into(&mut row.name);
    }

    fn create(config: &mut Config, row: &mut PluginType) -> Result<()> {
        admit(config, row)
    }

    fn change(config: &mut Config, _: &PluginType, after: &mut PluginType) -> Result<()> {
        admit(config, after)
    }

    /// With the security entries of its resources, and without the password that it runs by.
    fn view(config: &Config, row: &PluginType) -> PluginType {
        let mut row = row.clone();
        for resource in &mut row.resources {
            let own = |entry: &&SecurityType| starts_with(&entry.uri, &resource.resource_uri);
            resource.security = config.securities.iter().filter(own).cloned().collect();
        }
        if let Some(Secret(password)) = &mut row.run_as_password {
            password.clear();
        }
        row
    }
}

/// Takes a plug-in apart: its security entries go into their table. "XmlReader … MUST interpret the request as if
/// XmlRenderingType were set to text."
fn admit(config: &mut Config, row: &mut PluginType) -> Result<()> {
    row.check()?;
    if row.name.is_empty() || row.resources.is_empty() {
        return Err(FaultReason::InvalidRepresentation(InvalidRepresentation::MissingValues).into());
    }
    for (_, value) in row.attributes.iter_mut().filter(|(name, _)| *name == "XmlRenderingType") {
        "text".clone_into(value);
    }
    for resource in &mut row.resources {
        for entry in std::mem::take(&mut resource.security) {
            if !starts_with(&entry.uri, &resource.resource_uri) && !entry.uri.is_empty() {
                return Err(FaultReason::InvalidRepresentation(InvalidRepresentation::InvalidValues).into());
            }
            if !entry.uri.is_empty() && !entry.sddl.trim().is_empty() {
                store(config, entry)?;
            }
        }
    }
    Ok(())
}

fn starts_with(uri: &str, prefix: &str) -> bool {
    uri.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

impl Rows for Securities {
    type Row = SecurityType;

    const KEYS: &'static [&'static str] = &["Uri"];

    fn rows(config: &Config) -> &[SecurityType] {
        &config.securities
    }

    fn rows_mut(config: &mut Config) -> &mut Vec<SecurityType> {
        &mut config.securities
    }

    fn key(row: &SecurityType, _: &str) -> String {
        row.uri.clone()
    }

    fn set_key(row: &mut SecurityType, _: &str, value: &str) {
        value.clone_into(&mut row.uri);
    }

    fn create(_: &mut Config, row: &mut SecurityType) -> Result<()> {
        require_sddl(row)
    }

    fn change(_: &mut Config, _: &SecurityType, after: &mut SecurityType) -> Result<()> {
        require_sddl(after)
    }

    fn view(_: &Config, row: &SecurityType) -> SecurityType {
        row.clone()
    }
}

fn require_sddl(row: &SecurityType) -> Result<()> {
    if row.sddl.trim().is_empty() {
        return Ok(());
    }
    SecurityDescriptor::parse(&row.sddl)?;
    Ok(())
}

/// Puts an entry in place of the one for the same URI. An empty SDDL takes it away: `RootSDDL` counts again.
fn store(config: &mut Config, entry: SecurityType) -> Result<()> {
    require_sddl(&entry)?;
    config.securities.retain(|known| !known.uri.eq_ignore_ascii_case(&entry.uri));
    if entry.sddl.trim().is_empty() {
        return Ok(());
    }
    if config.securities.len() >= CONFIG_ROWS_MAX {
        return Err(FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_SYSTEM).into());
    }
    config.securities.push(entry);
    Ok(())
}

/// The example of the text (4.2.4) puts an entry that wasn't there, and is told the plug-in that has it then.
pub(super) fn put_security(
    config: &mut Config,
    call: &Call<'_>,
    representation: Element<'_>,
) -> Result<Instance> {
    let wrong = FaultReason::InvalidSelectors(InvalidSelectors::Unexpected);
    let missing = FaultReason::InvalidSelectors(InvalidSelectors::Insufficient);
    let selectors = &call.header.selector_set;
    let uri = selectors.text("Uri").ok_or(missing)?.trim();
    if selectors.0.len() > 1 {
        return Err(wrong.into());
    }
    let mut entry = SecurityType::read_known(representation)?;
    if !entry.uri.is_empty() && !entry.uri.eq_ignore_ascii_case(uri) {
        return Err(FaultReason::InvalidRepresentation(InvalidRepresentation::InvalidValues).into());
    }
    uri.clone_into(&mut entry.uri);
    require_sddl(&entry)?;
    store(config, entry.clone())?;
    let serves = |plugin: &&PluginType| {
        plugin.resources.iter().any(|resource| starts_with(uri, &resource.resource_uri))
    };
    match config.plugins.iter().find(serves) {
        Some(plugin) => rows::instance::<Plugins>(config, plugin),
        None => rows::instance::<Securities>(config, &entry),
    }
}
