//! [MS-WSMV 2.2.4.10] `winrm/config`, which is the configuration that the server runs by: what a Put changes counts
//! from the next request on.
//!
//! A Put that switches every scheme off is carried out: no fault of the text refuses it, and administrators of Windows
//! do lock themselves out that way. The connection that sent it stays authenticated, so it can take it back.

mod listeners;
mod mappings;
mod plugins;
mod rows;
mod settings;
mod singletons;

use std::sync::Arc;

use crate::server::Config;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::server::resources::Resource;
use crate::server::resources::configuration::listeners::Listeners;
use crate::server::resources::configuration::mappings::CertMappings;
use crate::server::resources::configuration::plugins::Plugins;
use crate::server::resources::configuration::plugins::Securities;
use crate::server::resources::configuration::singletons::Singleton;
use crate::server::resources::unsupported;
use crate::wsman::FaultReason;
use crate::wsman::InvalidRepresentation;
use crate::wsman::ResourceUri;
use crate::wsman::WsmanErrorCode;
use crate::wsman::config::CertMappingType;
use crate::wsman::config::ConfigError;
use crate::wsman::config::ConfigResource;
use crate::wsman::config::ListenerType;
use crate::wsman::config::PluginType;
use crate::wsman::config::SecurityType;
use crate::wsman::sddl::SddlError;
use crate::xml::Element;

type Result<T> = std::result::Result<T, Refusal>;

const CUSTOM_REMOTE_SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/config/winrs/customremoteshell";

/// A table of the configuration.
#[derive(Debug)]
pub(in crate::server) struct Configuration<'a> {
    config: &'a mut Config,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// There is one, without selectors.
    Singleton(Singleton),
    Listener,
    CertMapping,
    Security,
    Plugin,
    /// [MS-WSMV] note <12>: what was there once answers everything with a fault of its own.
    CustomRemoteShell,
}

impl<'a> Configuration<'a> {
    pub(super) fn at(uri: &ResourceUri, config: &'a mut Config) -> Option<Self> {
        let is = |known: &str| uri.as_str().eq_ignore_ascii_case(known);
        let rows = [
            (ListenerType::URI, Kind::Listener),
            (CertMappingType::URI, Kind::CertMapping),
            (SecurityType::URI, Kind::Security),
            (PluginType::URI, Kind::Plugin),
            (CUSTOM_REMOTE_SHELL, Kind::CustomRemoteShell),
        ];
        let row = rows.into_iter().find(|(known, _)| is(known)).map(|(_, kind)| kind);
        let kind = row.or_else(|| Singleton::at(uri.as_str()).map(Kind::Singleton))?;
        Some(Self { config, kind })
    }
}

impl Resource for Configuration<'_> {
    fn get(&self, call: &Call<'_>) -> Result<Instance> {
        match self.kind {
            Kind::Singleton(singleton) => singletons::get(self.config, singleton, call),
            Kind::Listener => rows::get::<Listeners>(self.config, call),
            Kind::CertMapping => rows::get::<CertMappings>(self.config, call),
            Kind::Security => rows::get::<Securities>(self.config, call),
            Kind::Plugin => rows::get::<Plugins>(self.config, call),
            Kind::CustomRemoteShell => Err(deprecated_shell()),
        }
    }

    fn put(&mut self, call: &Call<'_>, representation: Element<'_>) -> Result<Instance> {
        match self.kind {
            Kind::Singleton(singleton) => singletons::put(self.config, singleton, call, representation),
            Kind::Listener => rows::put::<Listeners>(self.config, call, representation),
            Kind::CertMapping => rows::put::<CertMappings>(self.config, call, representation),
            Kind::Security => plugins::put_security(self.config, call, representation),
            Kind::Plugin => rows::put::<Plugins>(self.config, call, representation),
            Kind::CustomRemoteShell => Err(deprecated_shell()),
        }
    }

    fn create(&mut self, call: &Call<'_>, representation: Element<'_>) -> Result<Instance> {
        match self.kind {
            Kind::Listener => rows::create::<Listeners>(self.config, call, representation),
            Kind::CertMapping => rows::create::<CertMappings>(self.config, call, representation),
            Kind::Plugin => rows::create::<Plugins>(self.config, call, representation),
            Kind::CustomRemoteShell => Err(deprecated_shell()),
            Kind::Singleton(_) | Kind::Security => Err(unsupported(call)),
        }
    }

    fn delete(&mut self, call: &Call<'_>) -> Result<()> {
        match self.kind {
            Kind::Listener => rows::delete::<Listeners>(self.config, call),
            Kind::CertMapping => rows::delete::<CertMappings>(self.config, call),
            Kind::Plugin => rows::delete::<Plugins>(self.config, call),
            Kind::CustomRemoteShell => Err(deprecated_shell()),
            Kind::Singleton(_) | Kind::Security => Err(unsupported(call)),
        }
    }

    fn enumerate(&self, call: &Call<'_>) -> Result<Vec<Arc<Instance>>> {
        match self.kind {
            Kind::Listener => rows::enumerate::<Listeners>(self.config),
            Kind::CertMapping => rows::enumerate::<CertMappings>(self.config),
            Kind::Plugin => rows::enumerate::<Plugins>(self.config),
            Kind::CustomRemoteShell => Err(deprecated_shell()),
            Kind::Singleton(_) | Kind::Security => Err(unsupported(call)),
        }
    }
}

fn deprecated_shell() -> Refusal {
    FaultReason::InternalError(WsmanErrorCode::CUSTOMREMOTESHELL_DEPRECATED).into()
}

/// "If a request attempts to set this to a value that is less than the minimum, the server SHOULD return a
/// wsman:SchemaValidationError fault": said of one setting, and done for all.
impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::told(FaultReason::SchemaValidationError, &error.to_string())
    }
}

/// To the schema it is a text like any other.
impl From<SddlError> for Refusal {
    fn from(error: SddlError) -> Self {
        let reason = FaultReason::InvalidRepresentation(InvalidRepresentation::InvalidValues);
        Self::told(reason, &error.to_string())
    }
}
