//! What WS-Management demands is tested, or the catalogue says why it can't be.

use winrm_conformance::coverage::Covered;
use winrm_conformance::coverage::coverage;
use winrm_conformance::requirement::Catalogue;
use winrm_conformance::wsx::embedded_cases;

/// The catalogues that are held to it.
const CATALOGUES: [&str; 3] = ["base-specs", "dsp0226", "ms-wsmv-core"];

#[test]
fn every_requirement_of_ws_management_is_tested_or_says_why_not() {
    let catalogue = Catalogue::embedded().unwrap();
    let cases: Vec<_> = embedded_cases().map(|case| case.parse().unwrap()).collect();
    let mut wrong = Vec::new();
    for entry in coverage(&catalogue, &cases) {
        let id = entry.requirement.id.as_str();
        let waits = WAITING.contains(&id);
        let is_held = CATALOGUES.contains(&entry.requirement.catalogue.as_str());
        match entry.covered() {
            Covered::Waiting if is_held && !waits => {
                wrong.push(format!("{id}: write a case, or say in the catalogue why there can be none"));
            }
            Covered::Tested | Covered::Excused(_) if waits => {
                wrong.push(format!("{id}: take its line out of WAITING"));
            }
            Covered::Stale(reason) => wrong.push(format!("{id}: is tested, although: {reason}")),
            Covered::Waiting | Covered::Tested | Covered::Excused(_) => {}
        }
    }
    let unknown = WAITING.iter().filter(|id| !catalogue.iter().any(|known| known.id.as_str() == **id));
    wrong.extend(unknown.map(|id| format!("{id}: is in no catalogue: take its line out of WAITING")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Requirements whose cases are still to be written. This list only shrinks.
const WAITING: &[&str] = &[
    "MS-WSMV:2.2.4.46/sequence-monotonic",
    "MS-WSMV:3.1.4.1.39/first-sequence-id",
    "MS-WSMV:3.1.4.1.39/operation-id-echo",
    "MS-WSMV:3.1.4.1.39/operation-id-ignored",
    "MS-WSMV:3.1.5.5/keepalive",
];
