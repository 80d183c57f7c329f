//! Which instances a request names.

use crate::server::dispatch::Call;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::record::Record;
use crate::wsman::FaultReason;
use crate::wsman::InvalidSelectors;
use crate::wsman::cim::ClassUri;

impl Cim {
    /// Every instance of the class.
    pub(super) fn all<'a>(
        &'a self,
        uri: &'a ClassUri,
        _call: &Call<'_>,
    ) -> Result<impl Iterator<Item = &'a Record>> {
        Ok(self.records.iter().filter(|record| record.class.is_a(uri.class.as_str())))
    }

    /// The one instance that the selectors name.
    pub(super) fn select<'a>(&'a self, uri: &'a ClassUri, call: &Call<'_>) -> Result<&'a Record> {
        let name = call
            .header
            .selector_set
            .text("Name")
            .ok_or(FaultReason::InvalidSelectors(InvalidSelectors::Insufficient))?;
        let found = self
            .all(uri, call)?
            .find(|record| record.text("Name").is_some_and(|n| n.eq_ignore_ascii_case(name)));
        Ok(found.ok_or(FaultReason::InvalidResourceUri)?)
    }
}
