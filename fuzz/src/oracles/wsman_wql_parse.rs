//! Text becomes a query or an error, in linear memory; a query is read again as it was written; and it decides about an
//! instance in a number of steps that the lengths of both bound.

use winrm_harness::limits::WQL_BYTES_MAX;
use winrm_harness::limits::WQL_DEPTH_MAX;
use winrm_harness::wsman::filter::Query;
use winrm_harness::xml::Document;

use crate::allocation::allocated_by;
use crate::allocation::within;

/// Octets that reading may allocate for each octet of the query: a token takes some 40, a condition 80, in tables
/// that grow by doubling.
const FACTOR: usize = 256;
/// Octets that deciding about one instance may allocate: text is compared as it stands.
const DECIDING_BYTES_MAX: usize = 4096;

const INSTANCE: &str = concat!(
    r#"<Win32_Service xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Name>WinRM</Name><a>aaaaaaaaaaaaaaa</a>"#,
    r#"<Started>true</Started><ProcessId>1200</ProcessId><Load>0.5</Load><InstallDate xsi:nil="true"/></Win32_Service>"#,
);

/// The oracle.
pub fn wsman_wql_parse(input: &[u8]) {
    judge(input, Query::to_string);
}

/// The oracle over any way to write a query, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], write: impl Fn(&Query) -> String) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let query = match within(FACTOR, text.len(), || Query::parse(text)) {
        Ok(query) => query,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(text.len() <= WQL_BYTES_MAX, "a query of {} octets is read", text.len());
    let is_match = decide(&query);
    let written = write(&query);
    // Escapes make a string longer, parentheses a list: what is written can be past a bound that was kept.
    if written.len() > WQL_BYTES_MAX || written.matches(['(', ')']).count() > WQL_DEPTH_MAX {
        return;
    }
    let again = match Query::parse(&written) {
        Ok(again) => again,
        Err(error) => panic!("a query that was written is not read: {error}: {written}"),
    };
    assert_eq!(again, query, "a query changed when it was written and read: {written}");
    assert_eq!(decide(&again), is_match, "a query decides otherwise once it was written: {written}");
}

fn decide(query: &Query) -> bool {
    let document = match Document::parse(INSTANCE.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("the instance is not read: {error}"),
    };
    let (is_match, allocated) = allocated_by(|| query.is_match(document.root()));
    // A number in a condition is written out once for each comparison with a fraction.
    let allowed = query.to_string().len().saturating_mul(64).saturating_add(DECIDING_BYTES_MAX);
    assert!(allocated <= allowed, "deciding allocated {allocated} octets");
    is_match
}
