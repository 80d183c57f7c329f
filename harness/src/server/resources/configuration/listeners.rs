//! [MS-WSMV] 3.1.4.1.29.5

use std::net::IpAddr;

use crate::server::Config;
use crate::server::dispatch::Refusal;
use crate::server::resources::configuration::rows::Rows;
use crate::server::resources::configuration::settings;
use crate::wsman::FaultReason;
use crate::wsman::WsmanErrorCode;
use crate::wsman::config::ListenerAddress;
use crate::wsman::config::ListenerType;
use crate::wsman::config::Setting;
use crate::wsman::config::Transport;
use crate::wsman::config::filter_allows;

type Result<T> = std::result::Result<T, Refusal>;

pub(super) struct Listeners;

impl Rows for Listeners {
    type Row = ListenerType;

    const KEYS: &'static [&'static str] = &["Address", "Transport"];

    fn rows(config: &Config) -> &[ListenerType] {
        &config.listeners
    }

    fn rows_mut(config: &mut Config) -> &mut Vec<ListenerType> {
        &mut config.listeners
    }

    fn key(row: &ListenerType, name: &str) -> String {
        let key = if name == "Address" { &row.address } else { &row.transport };
        key.as_ref().map(|key| key.value.clone()).unwrap_or_default()
    }

    fn set_key(row: &mut ListenerType, name: &str, value: &str) {
        let key = if name == "Address" { &mut row.address } else { &mut row.transport };
        *key = Some(value.to_owned().into());
    }

    /// The defaults are those of the table of properties.
    fn create(config: &mut Config, row: &mut ListenerType) -> Result<()> {
        row.check()?;
        require_addresses(config, row)?;
        require_no_certificate(row)?;
        require_not_listening_on(row)?;
        let ports = config
            .kept
            .service
            .as_ref()
            .and_then(|service| service.default_ports.clone())
            .unwrap_or_default();
        row.port.get_or_insert(ports.http.unwrap_or(5985.into()));
        row.hostname.get_or_insert(String::new().into());
        row.enabled.get_or_insert(true.into());
        row.url_prefix.get_or_insert("wsman".to_owned().into());
        row.certificate_thumbprint.get_or_insert(String::new().into());
        Ok(())
    }

    fn change(_: &mut Config, _: &ListenerType, after: &mut ListenerType) -> Result<()> {
        after.check()?;
        require_no_certificate(after)?;
        require_not_listening_on(after)
    }

    fn forget_computed(row: &mut ListenerType) {
        row.listening_on.clear();
    }

    fn view(config: &Config, row: &ListenerType) -> ListenerType {
        ListenerType { listening_on: listening_on(config, row), ..row.clone() }
    }
}

/// "MUST return a wsman:InternalError fault in response to a Create request if an invalid IP address or an invalid MAC
/// address is specified", and valid are those that the host has. No network card is known by its address here.
fn require_addresses(config: &Config, row: &ListenerType) -> Result<()> {
    let is_there = match address(row) {
        Some(ListenerAddress::Any) => true,
        Some(ListenerAddress::Ip(address)) => config.addresses.contains(&address),
        Some(ListenerAddress::Mac(_)) | None => false,
    };
    match is_there {
        true => Ok(()),
        false => Err(FaultReason::InternalError(WsmanErrorCode::WIN32_INVALID_PARAMETER).into()),
    }
}

/// "MUST return a wsman:InternalError fault … if the Transport property is HTTPS and the certificate … does not exist":
/// there is none here. With HTTP there is nothing to have one for.
fn require_no_certificate(row: &ListenerType) -> Result<()> {
    let transport = row.transport.as_ref().and_then(|transport| Transport::parse(&transport.value).ok());
    if transport == Some(Transport::Https) {
        return Err(FaultReason::InternalError(WsmanErrorCode::CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME).into());
    }
    match row.certificate_thumbprint.as_ref().is_none_or(|thumbprint| thumbprint.value.is_empty()) {
        true => Ok(()),
        false => Err(FaultReason::InternalError(WsmanErrorCode::CONFIG_THUMBPRINT_SHOULD_BE_EMPTY).into()),
    }
}

/// "MUST return a wsman:InternalError fault in response to a Put request if the ListeningOn property is present."
fn require_not_listening_on(row: &ListenerType) -> Result<()> {
    match row.listening_on.is_empty() {
        true => Ok(()),
        false => Err(FaultReason::InternalError(WsmanErrorCode::CONFIG_READONLY_PROPERTY).into()),
    }
}

fn address(row: &ListenerType) -> Option<ListenerAddress> {
    ListenerAddress::parse(&row.address.as_ref()?.value).ok()
}

/// [MS-WSMV] note <83>: the addresses that `Address` means, without those that the filters forbid.
fn listening_on(config: &Config, row: &ListenerType) -> Vec<String> {
    let service = settings::whole(config).service.unwrap_or_default();
    let text = |setting: Option<Setting<String>>| setting.map(|setting| setting.value).unwrap_or_default();
    let (ipv4_filter, ipv6_filter) = (text(service.ipv4_filter), text(service.ipv6_filter));
    let meant = |known: &&IpAddr| match address(row) {
        Some(ListenerAddress::Any) => true,
        Some(ListenerAddress::Ip(address)) => address == **known,
        Some(ListenerAddress::Mac(_)) | None => false,
    };
    let allowed = |known: &&IpAddr| match known {
        IpAddr::V4(_) => filter_allows(&ipv4_filter, **known),
        IpAddr::V6(_) => filter_allows(&ipv6_filter, **known),
    };
    config.addresses.iter().filter(meant).filter(allowed).map(IpAddr::to_string).collect()
}
