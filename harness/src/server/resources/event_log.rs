//! The event log: what an administrator looks at after an intrusion.

use crate::server::resources::Resource;
use crate::wsman::ResourceUri;

/// Every event that is still kept.
#[derive(Debug, Default)]
pub(in crate::server) struct EventLog {}

/// The log as a resource.
#[derive(Debug)]
pub(in crate::server) struct EventLogResource<'a> {
    _events: &'a EventLog,
}

impl<'a> EventLogResource<'a> {
    pub(super) fn at(_uri: &ResourceUri, _events: &'a EventLog) -> Option<Self> {
        None
    }
}

impl Resource for EventLogResource<'_> {}
