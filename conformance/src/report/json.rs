use crate::report::Redactor;
use crate::report::RunRecord;

/// The record as JSON, for machines.
pub fn json(record: &RunRecord, redactor: &Redactor) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&redactor.record(record)).map(|text| text + "\n")
}
