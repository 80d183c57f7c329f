//! What WS-Management demands is tested, or the catalogue says why it can't be.

use winrm_conformance::coverage::Covered;
use winrm_conformance::coverage::coverage;
use winrm_conformance::requirement::Catalogue;
use winrm_conformance::requirement::Level;
use winrm_conformance::requirement::Testable;
use winrm_conformance::wsx::embedded_cases;

/// The catalogues that are held to it.
const CATALOGUES: [&str; 3] = ["base-specs", "dsp0226", "ms-wsmv-core"];

/// What a replay could show if a case had a listener for what a server sends by itself. The catalogue names the tests
/// that hold these.
const OF_A_LISTENER: [&str; 3] =
    ["DSP0226:10.2.1/notify-to-reference-parameters", "DSP0226:10.7/ack-headers", "DSP0226:10.7/ack-message"];

#[test]
fn every_requirement_of_ws_management_is_tested_or_says_why_not() {
    let catalogue = Catalogue::embedded().unwrap();
    let cases: Vec<_> = embedded_cases().map(|case| case.parse().unwrap()).collect();
    let mut wrong = Vec::new();
    for entry in coverage(&catalogue, &cases) {
        let requirement = entry.requirement;
        let id = requirement.id.as_str();
        let is_held = CATALOGUES.contains(&requirement.catalogue.as_str());
        let is_due = requirement.level == Level::Must && requirement.testable == Testable::Replay;
        match entry.covered() {
            Covered::Waiting if is_held => {
                wrong.push(format!("{id}: write a case, or say in the catalogue why there can be none"));
            }
            Covered::Excused(reason) if is_held && is_due && !OF_A_LISTENER.contains(&id) => {
                wrong.push(format!("{id}: a replay can test it; the catalogue says: {reason}"));
            }
            Covered::Stale(reason) => wrong.push(format!("{id}: is tested, although: {reason}")),
            Covered::Waiting | Covered::Tested | Covered::Excused(_) => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
