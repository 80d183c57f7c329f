//! [MS-WSMV 2.2.4.10] `winrm/config`, which is the configuration that the server runs by.

use crate::server::Config;
use crate::server::resources::Resource;
use crate::wsman::ResourceUri;

/// A table of the configuration.
#[derive(Debug)]
pub(in crate::server) struct Configuration<'a> {
    _config: &'a mut Config,
}

impl<'a> Configuration<'a> {
    pub(super) fn at(_uri: &ResourceUri, _config: &'a mut Config) -> Option<Self> {
        None
    }
}

impl Resource for Configuration<'_> {}
