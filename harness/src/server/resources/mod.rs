//! What can be got, put, created, deleted, enumerated and invoked: one face for all kinds of resources.

pub(super) mod cim;
pub(super) mod configuration;
pub(super) mod event_log;

use std::sync::Arc;

use crate::server::Config;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::CimResource;
use crate::server::resources::configuration::Configuration;
use crate::server::resources::event_log::EventLog;
use crate::server::resources::event_log::EventLogResource;
use crate::soap::Opaque;
use crate::wsman::FaultReason;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::xml::Element;

/// One instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    /// What a reference to it names: its own class when the request asked for a class above it.
    pub(super) resource_uri: ResourceUri,
    pub(super) selector_set: SelectorSet,
    pub(super) representation: Opaque,
}

/// The instances of one resource URI. What a resource doesn't do is refused as an action that it doesn't support.
pub(super) trait Resource {
    /// The instance that the selectors name.
    fn get(&self, call: &Call<'_>) -> Result<Instance, Refusal> {
        Err(unsupported(call))
    }

    /// Replaces it, and gives what it is now.
    fn put(&mut self, call: &Call<'_>, _representation: Element<'_>) -> Result<Instance, Refusal> {
        Err(unsupported(call))
    }

    /// Creates an instance.
    fn create(&mut self, call: &Call<'_>, _representation: Element<'_>) -> Result<Instance, Refusal> {
        Err(unsupported(call))
    }

    /// Deletes the instance that the selectors name.
    fn delete(&mut self, call: &Call<'_>) -> Result<(), Refusal> {
        Err(unsupported(call))
    }

    /// Every instance, before any filter.
    fn enumerate(&self, call: &Call<'_>) -> Result<Vec<Arc<Instance>>, Refusal> {
        Err(unsupported(call))
    }

    /// A method of its own, by the action.
    fn invoke(&mut self, call: &Call<'_>) -> Result<Success, Refusal> {
        Err(unsupported(call))
    }
}

/// The refusal of an action that the resource doesn't know.
pub(super) fn unsupported(call: &Call<'_>) -> Refusal {
    FaultReason::action_not_supported(&call.header.action).into()
}

/// Everything that resources stand on.
pub(super) struct Resources<'a> {
    pub(super) config: &'a mut Config,
    pub(super) cim: &'a mut Cim,
    pub(super) events: &'a EventLog,
}

impl<'a> Resources<'a> {
    /// The resource of a URI, if there is one.
    pub(super) fn find(self, uri: &ResourceUri) -> Option<Box<dyn Resource + 'a>> {
        let Self { config, cim, events } = self;
        if let Some(resource) = Configuration::at(uri, config) {
            return Some(Box::new(resource));
        }
        if let Some(resource) = CimResource::at(uri, cim) {
            return Some(Box::new(resource));
        }
        let resource = EventLogResource::at(uri, events)?;
        Some(Box::new(resource))
    }
}
