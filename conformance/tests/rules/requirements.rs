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
    "HTTP:unknown-content-encoding",
    "SOAP12:1-5/no-processing-instructions",
    "WSE2004:3.1/subscribe-response",
    "XML10:4.3.3/encoding-precedence",
    "DSP0226:10.1/eventing-minimum",
    "DSP0226:10.2.1/notify-to-reference-parameters",
    "DSP0226:10.2.3/connection-retry",
    "DSP0226:10.2.5/heartbeats-unsupported",
    "DSP0226:10.2.6/bookmark-invalid",
    "DSP0226:10.2.7/delivery-mode-supported",
    "DSP0226:10.2.8/default-event-action",
    "DSP0226:10.2.9/pull-mode-context",
    "DSP0226:10.4/unsubscribe",
    "DSP0226:10.5/renew-may-fail",
    "DSP0226:10.7/ack-headers",
    "DSP0226:11/identify-extensible",
    "DSP0226:11/identify-product-optional",
    "DSP0226:11/identify-unauthenticated",
    "DSP0226:12/http-profile",
    "DSP0226:12/no-open-http",
    "DSP0226:13.1/no-utf8-bom-in-replies",
    "DSP0226:13.1/request-size-limit",
    "DSP0226:13.1/soapaction",
    "DSP0226:13.1/us-ascii-minimum",
    "DSP0226:13.1/utf16-bom",
    "DSP0226:13.4/fault-size",
    "DSP0226:13.4/selector-value-length",
    "DSP0226:13.4/uri-length",
    "DSP0226:13.5/attachment-refusal",
    "DSP0226:14.2/fault-code-values",
    "DSP0226:14.2/fault-subcode",
    "DSP0226:14.4/degenerate",
    "DSP0226:14.5/detail-extensible",
    "DSP0226:14.6/quota-limit",
    "DSP0226:5.1.2.1/resource-uri-syntax",
    "DSP0226:5.1.2.2/ambiguous-selectors",
    "DSP0226:5.2/must-understand-implied",
    "DSP0226:5.4.3/fault-to-address-copied",
    "DSP0226:5.4.5/event-action-unique",
    "DSP0226:6.1/timeout-countdown",
    "DSP0226:6.1/timeout-must-understand",
    "DSP0226:6.4/must-comply",
    "DSP0226:8.4/pull-timeout",
    "DSP0226:C.2/chunked",
    "DSP0226:C.2/no-soap-answer-500",
    "DSP0226:C.2/one-way-202",
    "DSP0226:C.2/url-versus-to",
    "DSP0226:C.3/profile-uris",
    "DSP0226:R10.2.2-51",
    "DSP0226:R10.2.2-52",
    "DSP0226:R10.2.5-2",
    "DSP0226:R10.2.5-3",
    "DSP0226:R10.8-1",
    "DSP0226:R13.1-3",
    "DSP0226:R13.1-5",
    "DSP0226:R5.1.2.2-1",
    "DSP0226:R5.4.2-2",
    "DSP0226:R5.4.2-5",
    "DSP0226:R5.4.3-2",
    "DSP0226:R5.4.3-3",
    "DSP0226:R5.4.3-4",
    "DSP0226:R6.1-3",
    "DSP0226:R6.2-2",
    "DSP0226:R6.2-3",
    "DSP0226:R6.3-1",
    "DSP0226:R6.3-2",
    "DSP0226:R6.3-4",
    "DSP0226:R6.4-3",
    "DSP0226:R6.5-1",
    "DSP0226:R8.1-6",
    "MS-WSMV:2.2.4.10/max-timeout",
    "MS-WSMV:2.2.4.46/sequence-monotonic",
    "MS-WSMV:3.1.4.1.18/fragment-must-understand",
    "MS-WSMV:3.1.4.1.23/profiles-match-config",
    "MS-WSMV:3.1.4.1.25/nonprintable",
    "MS-WSMV:3.1.4.1.28/read-right",
    "MS-WSMV:3.1.4.1.28/root-sddl",
    "MS-WSMV:3.1.4.1.28/shell-needs-execute",
    "MS-WSMV:3.1.4.1.28/write-right",
    "MS-WSMV:3.1.4.1.30.4/renew",
    "MS-WSMV:3.1.4.1.30.5/event-query-dialect",
    "MS-WSMV:3.1.4.1.39/first-sequence-id",
    "MS-WSMV:3.1.4.1.39/operation-id-echo",
    "MS-WSMV:3.1.4.1.39/operation-id-ignored",
    "MS-WSMV:3.1.4.1.6/timeout-default-and-cap",
    "MS-WSMV:3.1.4.2/get-config",
    "MS-WSMV:3.1.4.6/delivery-modes",
    "MS-WSMV:3.1.5.1/enumeration-expiry",
    "MS-WSMV:3.1.5.2/packet-retrieval-timeout",
    "MS-WSMV:3.1.5.5/keepalive",
];
