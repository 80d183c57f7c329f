//! A small CIM namespace in memory, behind `wmi/root/cimv2/*` and `cim-schema/2/*`.

mod record;
mod schema;
mod selecting;
mod service;

use std::sync::Arc;

use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::resources::Instance;
use crate::server::resources::Resource;
use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Class;
use crate::wsman::ResourceUri;
use crate::wsman::cim::ClassUri;

type Result<T> = std::result::Result<T, Refusal>;

/// Every class that has instances.
const CLASSES: &[&Class] = &[&service::CLASS];

/// The instances of all classes.
#[derive(Debug)]
pub(in crate::server) struct Cim {
    records: Vec<Record>,
}

impl Default for Cim {
    fn default() -> Self {
        Self { records: service::services() }
    }
}

/// One class, or all.
#[derive(Debug)]
pub(in crate::server) struct CimResource<'a> {
    cim: &'a mut Cim,
    uri: ClassUri,
}

impl<'a> CimResource<'a> {
    pub(super) fn at(uri: &ResourceUri, cim: &'a mut Cim) -> Option<Self> {
        ClassUri::parse(uri).map(|uri| Self { cim, uri })
    }
}

impl Resource for CimResource<'_> {
    fn get(&self, call: &Call<'_>) -> Result<Instance> {
        let record = self.cim.select(&self.uri, call)?;
        Ok(record.instance(self.uri.binding, None)?)
    }

    fn enumerate(&self, call: &Call<'_>) -> Result<Vec<Arc<Instance>>> {
        let records = self.cim.all(&self.uri, call)?;
        let instances = records.map(|record| record.instance(self.uri.binding, None).map(Arc::new));
        Ok(instances.collect::<std::result::Result<_, _>>()?)
    }
}
