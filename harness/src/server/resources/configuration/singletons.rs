//! Tables of which there is one. They have no selectors.

use crate::server::Config;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::server::resources::configuration::rows::represent;
use crate::server::resources::configuration::settings;
use crate::soap::Opaque;
use crate::wsman::ActionNotSupported;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::config::ClientAuthType;
use crate::wsman::config::ClientDefaultPortsType;
use crate::wsman::config::ClientType;
use crate::wsman::config::ConfigResource;
use crate::wsman::config::ConfigType;
use crate::wsman::config::ServiceAuthType;
use crate::wsman::config::ServiceDefaultPortsType;
use crate::wsman::config::ServiceType;
use crate::wsman::config::Table;
use crate::wsman::config::WinrsType;
use crate::xml::Element;

type Result<T> = std::result::Result<T, Refusal>;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Singleton {
    Config,
    Client,
    ClientAuth,
    ClientDefaultPorts,
    Service,
    ServiceAuth,
    ServiceDefaultPorts,
    Winrs,
}

const ALL: &[(Singleton, &str)] = &[
    (Singleton::Config, ConfigType::URI),
    (Singleton::Client, ClientType::URI),
    (Singleton::ClientAuth, ClientAuthType::URI),
    (Singleton::ClientDefaultPorts, ClientDefaultPortsType::URI),
    (Singleton::Service, ServiceType::URI),
    (Singleton::ServiceAuth, ServiceAuthType::URI),
    (Singleton::ServiceDefaultPorts, ServiceDefaultPortsType::URI),
    (Singleton::Winrs, WinrsType::URI),
];

impl Singleton {
    pub(super) fn at(uri: &str) -> Option<Self> {
        ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(uri)).map(|(singleton, _)| *singleton)
    }

    fn uri(self) -> &'static str {
        ALL.iter().find(|(known, _)| *known == self).map_or(ConfigType::URI, |(_, uri)| uri)
    }

    /// The table in the whole.
    fn of(self, whole: ConfigType) -> Result<Opaque> {
        let client = whole.client.clone().unwrap_or_default();
        let service = whole.service.clone().unwrap_or_default();
        match self {
            Self::Config => represent(&whole),
            Self::Client => represent(&client),
            Self::ClientAuth => represent(&client.auth.unwrap_or_default()),
            Self::ClientDefaultPorts => represent(&client.default_ports.unwrap_or_default()),
            Self::Service => represent(&service),
            Self::ServiceAuth => represent(&service.auth.unwrap_or_default()),
            Self::ServiceDefaultPorts => represent(&service.default_ports.unwrap_or_default()),
            Self::Winrs => represent(&whole.winrs.unwrap_or_default()),
        }
    }

    /// A whole that has nothing but the table of a representation.
    fn read(self, element: Element<'_>) -> Result<ConfigType> {
        let client = |client| ConfigType { client: Some(client), ..ConfigType::default() };
        let service = |service| ConfigType { service: Some(service), ..ConfigType::default() };
        Ok(match self {
            Self::Config => ConfigType::read_known(element)?,
            Self::Client => client(ClientType::read_known(element)?),
            Self::ClientAuth => client(ClientType {
                auth: Some(ClientAuthType::read_known(element)?),
                ..ClientType::default()
            }),
            Self::ClientDefaultPorts => client(ClientType {
                default_ports: Some(ClientDefaultPortsType::read_known(element)?),
                ..ClientType::default()
            }),
            Self::Service => service(ServiceType::read_known(element)?),
            Self::ServiceAuth => service(ServiceType {
                auth: Some(ServiceAuthType::read_known(element)?),
                ..ServiceType::default()
            }),
            Self::ServiceDefaultPorts => service(ServiceType {
                default_ports: Some(ServiceDefaultPortsType::read_known(element)?),
                ..ServiceType::default()
            }),
            Self::Winrs => {
                ConfigType { winrs: Some(WinrsType::read_known(element)?), ..ConfigType::default() }
            }
        })
    }
}

pub(super) fn get(config: &Config, singleton: Singleton, call: &Call<'_>) -> Result<Instance> {
    require_no_selectors(call)?;
    instance(singleton, settings::whole(config))
}

pub(super) fn put(
    config: &mut Config,
    singleton: Singleton,
    call: &Call<'_>,
    representation: Element<'_>,
) -> Result<Instance> {
    require_no_selectors(call)?;
    if singleton == Singleton::ServiceDefaultPorts {
        // [MS-WSMV] 2.2.4.35: "These values SHOULD be read-only."
        let action = call.header.action.clone();
        return Err(FaultReason::ActionNotSupported { action, why: ActionNotSupported::ReadOnly }.into());
    }
    let asked = singleton.read(representation)?;
    instance(singleton, settings::apply(config, asked)?)
}

fn instance(singleton: Singleton, whole: ConfigType) -> Result<Instance> {
    Ok(Instance {
        resource_uri: ResourceUri::new(singleton.uri()),
        selector_set: SelectorSet::default(),
        representation: singleton.of(whole)?,
    })
}

fn require_no_selectors(call: &Call<'_>) -> Result<()> {
    match call.header.selector_set.0.is_empty() {
        true => Ok(()),
        false => Err(FaultReason::InvalidSelectors(InvalidSelectors::Unexpected).into()),
    }
}
