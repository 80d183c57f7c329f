//! A small CIM namespace in memory, behind `wmi/root/cimv2/*` and `cim-schema/2/*`.

use crate::server::resources::Resource;
use crate::wsman::ResourceUri;

/// The instances of all classes.
#[derive(Debug, Default)]
pub(in crate::server) struct Cim {}

/// One class, or all.
#[derive(Debug)]
pub(in crate::server) struct CimResource<'a> {
    _cim: &'a mut Cim,
}

impl<'a> CimResource<'a> {
    pub(super) fn at(_uri: &ResourceUri, _cim: &'a mut Cim) -> Option<Self> {
        None
    }
}

impl Resource for CimResource<'_> {}
