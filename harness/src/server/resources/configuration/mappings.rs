//! [MS-WSMV] 3.1.4.1.29.3

use crate::server::Config;
use crate::server::dispatch::Refusal;
use crate::server::resources::configuration::rows::Rows;
use crate::wsman::FaultReason;
use crate::wsman::InvalidRepresentation;
use crate::wsman::config::CertMappingType;
use crate::wsman::config::Secret;
use crate::wsman::config::Setting;

type Result<T> = std::result::Result<T, Refusal>;

pub(super) struct CertMappings;

impl Rows for CertMappings {
    type Row = CertMappingType;

    const KEYS: &'static [&'static str] = &["URI", "Subject", "Issuer"];

    fn rows(config: &Config) -> &[CertMappingType] {
        &config.cert_mappings
    }

    fn rows_mut(config: &mut Config) -> &mut Vec<CertMappingType> {
        &mut config.cert_mappings
    }

    fn key(row: &CertMappingType, name: &str) -> String {
        let key = match name {
            "URI" => &row.uri,
            "Subject" => &row.subject,
            _ => &row.issuer,
        };
        key.as_ref().map(|key| key.value.clone()).unwrap_or_default()
    }

    fn set_key(row: &mut CertMappingType, name: &str, value: &str) {
        let key = match name {
            "URI" => &mut row.uri,
            "Subject" => &mut row.subject,
            _ => &mut row.issuer,
        };
        *key = Some(value.to_owned().into());
    }

    fn create(_: &mut Config, row: &mut CertMappingType) -> Result<()> {
        row.check()?;
        require_account(row)?;
        if !has_password(row) {
            return Err(FaultReason::InvalidRepresentation(InvalidRepresentation::MissingValues).into());
        }
        row.enabled.get_or_insert(true.into());
        row.pass_cert_to_plugin.get_or_insert(false.into());
        Ok(())
    }

    /// An empty password is what a Get tells of any, so it changes nothing.
    fn change(_: &mut Config, before: &CertMappingType, after: &mut CertMappingType) -> Result<()> {
        after.check()?;
        require_account(after)?;
        if !has_password(after) {
            after.password.clone_from(&before.password);
        }
        Ok(())
    }

    /// Nobody is told a password.
    fn view(_: &Config, row: &CertMappingType) -> CertMappingType {
        CertMappingType { password: Some(Secret::default().into()), ..row.clone() }
    }
}

fn has_password(row: &CertMappingType) -> bool {
    row.password.as_ref().is_some_and(|password| !password.value.0.is_empty())
}

/// "Domain credentials are not allowed."
fn require_account(row: &CertMappingType) -> Result<()> {
    let name = row.user_name.as_ref().map_or("", |Setting { value, .. }| value.as_str());
    if name.is_empty() {
        return Err(FaultReason::InvalidRepresentation(InvalidRepresentation::MissingValues).into());
    }
    match name.contains(['\\', '@']) {
        true => Err(FaultReason::InvalidRepresentation(InvalidRepresentation::InvalidValues).into()),
        false => Ok(()),
    }
}
