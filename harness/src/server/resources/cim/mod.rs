//! A small CIM namespace in memory, behind `wmi/root/cimv2/*` and `cim-schema/2/*`.

mod changing;
mod classes;
mod content;
mod faults;
mod invoking;
mod methods;
mod process;
mod reading;
mod record;
mod schema;
mod selecting;
mod service;

use std::sync::Arc;

use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::resources::Instance;
use crate::server::resources::Resource;
use crate::server::resources::cim::record::Record;
use crate::server::resources::cim::schema::Class;
use crate::wsman::ResourceUri;
use crate::wsman::cim::ClassUri;
use crate::xml::Element;
use crate::xml::XmlError;

type Result<T> = std::result::Result<T, Refusal>;

/// Every class that has instances.
const CLASSES: &[&Class] = &[
    &service::CLASS,
    &process::CLASS,
    &classes::OPERATING_SYSTEM,
    &classes::DEPENDENT_SERVICE,
    &classes::KEYS,
    &classes::VALUES,
    &classes::CHASSIS,
];

/// The instances of all classes.
#[derive(Debug)]
pub(in crate::server) struct Cim {
    records: Vec<Record>,
    /// The machine that errors come from.
    computer: String,
    mutant: Option<Mutant>,
}

impl Cim {
    pub(in crate::server) fn new(config: &Config) -> Self {
        let computer = config.computer.clone();
        let mut records = service::services(&computer);
        records.extend(process::processes());
        records.extend(content::records(&records, &computer));
        Self { records, computer, mutant: config.mutant }
    }

    fn is_mutant(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
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

    fn instance(&self, record: &Record) -> std::result::Result<Instance, XmlError> {
        record.instance(self.uri.binding, self.cim.mutant)
    }
}

impl Resource for CimResource<'_> {
    fn get(&self, call: &Call<'_>) -> Result<Instance> {
        let at = self.cim.select(&self.uri, call)?;
        Ok(self.instance(self.cim.at(at)?)?)
    }

    fn put(&mut self, call: &Call<'_>, representation: Element<'_>) -> Result<Instance> {
        let at = self.cim.put(&self.uri, call, representation)?;
        Ok(self.instance(self.cim.at(at)?)?)
    }

    fn create(&mut self, call: &Call<'_>, representation: Element<'_>) -> Result<Instance> {
        let at = self.cim.create(&self.uri, call, representation)?;
        Ok(self.instance(self.cim.at(at)?)?)
    }

    fn delete(&mut self, call: &Call<'_>) -> Result<()> {
        self.cim.delete(&self.uri, call)
    }

    fn enumerate(&self, call: &Call<'_>) -> Result<Vec<Arc<Instance>>> {
        let records = self.cim.all(&self.uri, call)?;
        let instances = records.map(|record| self.instance(record).map(Arc::new));
        Ok(instances.collect::<std::result::Result<_, _>>()?)
    }

    fn invoke(&mut self, call: &Call<'_>) -> Result<Success> {
        self.cim.invoke(&self.uri, call)
    }
}
