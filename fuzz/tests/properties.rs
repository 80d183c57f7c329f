//! The oracles over generated inputs: seeds with changes, and envelopes that a generator writes.

#![cfg(test)]

use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::proptest;
use proptest::sample::Index;
use winrm_fuzz::oracles::auth_credssp_ts_request;
use winrm_fuzz::oracles::auth_kerberos_accept;
use winrm_fuzz::oracles::auth_kerberos_unseal;
use winrm_fuzz::oracles::auth_negotiate_step;
use winrm_fuzz::oracles::auth_ntlm_accept;
use winrm_fuzz::oracles::compression_sldc_round_trip;
use winrm_fuzz::oracles::compression_xpress_decode;
use winrm_fuzz::oracles::encryption_message_unseal;
use winrm_fuzz::oracles::encryption_session_hostile;
use winrm_fuzz::oracles::soap_envelope_decode;
use winrm_fuzz::oracles::wsman_wql_parse;
use winrm_fuzz::seeds;

/// What may happen to a seed.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, octet)| Change::Set(at, octet)),
        (any::<Index>(), vec(any::<u8>(), 1..8)).prop_map(|(at, octets)| Change::Insert(at, octets)),
        (any::<Index>(), 1..16_usize).prop_map(|(at, len)| Change::Remove(at, len)),
        (any::<Index>(), 1..64_usize).prop_map(|(at, len)| Change::Repeat(at, len)),
    ]
}

fn apply(octets: &mut Vec<u8>, change: Change) {
    let index = |at: Index, octets: &Vec<u8>| at.index(octets.len() + 1).min(octets.len());
    match change {
        Change::Set(at, octet) if !octets.is_empty() => {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        Change::Set(..) => {}
        Change::Insert(at, new) => {
            let at = index(at, octets);
            octets.splice(at..at, new);
        }
        Change::Remove(at, len) => {
            let at = index(at, octets);
            octets.drain(at..octets.len().min(at + len));
        }
        Change::Repeat(at, len) => {
            let at = index(at, octets);
            let again = octets[at..octets.len().min(at + len)].to_vec();
            octets.splice(at..at, again);
        }
    }
}

fn changed_seed(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<_> = seeds::all().into_iter().filter(|seed| seed.target == target).collect();
    (proptest::sample::select(seeds), vec(change(), 0..6)).prop_map(|(seed, changes)| {
        let mut octets = seed.octets;
        changes.into_iter().for_each(|change| apply(&mut octets, change));
        octets
    })
}

/// The inside of a body: elements in three namespaces under changing prefixes, attributes, references, sections.
fn content() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-z <>&\"'\r\n\t\u{e9}\u{20ac}]{0,12}"
            .prop_map(|text| text.replace('&', "&amp;").replace('<', "&lt;").replace("]]>", "")),
        Just("<![CDATA[ & <x> ]]>".to_owned()),
        Just("&#x9;&#10;&#xD;".to_owned()),
        Just("<!-- - -->".to_owned()),
    ];
    text.prop_recursive(6, 40, 5, |inner| {
        let declarations = proptest::sample::select(vec![
            "",
            " xmlns=''",
            " xmlns='urn:a'",
            " xmlns:p='urn:a'",
            " xmlns:q='urn:b' xmlns:p='urn:b'",
        ]);
        let attributes = proptest::sample::select(vec![
            "",
            " x='1'",
            " p:x='&lt;\t'",
            " x='' p:x=\"'\"",
            " xml:lang='en'",
        ]);
        let name = proptest::sample::select(vec!["a", "p:a", "b", "q:\u{e9}"]);
        (name, declarations, attributes, vec(inner, 0..5)).prop_map(
            |(name, declarations, attributes, inside)| {
                format!("<{name}{declarations}{attributes}>{}</{name}>", inside.concat())
            },
        )
    })
}

proptest! {
    // A failure becomes a file under `corpus/regressions/`, so proptest keeps no list of its own.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn envelopes_that_are_written_by_a_generator_keep_their_meaning(content in content()) {
        let text = format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:p='urn:p' xmlns:q='urn:q'><s:Body>{content}</s:Body></s:Envelope>"
        );
        assert!(winrm_harness::soap::Envelope::decode(text.as_bytes(), None).is_ok(), "{text}");
        soap_envelope_decode(text.as_bytes());
    }

    #[test]
    fn changed_queries_are_refused_or_keep_their_meaning(octets in changed_seed("wsman_wql_parse")) {
        wsman_wql_parse(&octets);
    }

    #[test]
    fn changed_envelopes_are_refused_or_keep_their_meaning(input in changed_seed("soap_envelope_decode")) {
        soap_envelope_decode(&input);
    }

    #[test]
    fn changed_compressed_data_stays_within_its_bounds(
        sldc in changed_seed("compression_sldc_round_trip"),
        xpress in changed_seed("compression_xpress_decode"),
    ) {
        compression_sldc_round_trip(&sldc);
        compression_xpress_decode(&xpress);
    }

    #[test]
    fn changed_bodies_open_to_what_was_sealed_or_not_at_all(input in changed_seed("encryption_message_unseal")) {
        encryption_message_unseal(&input);
    }

    #[test]
    fn sealed_text_opens_again_and_changed_text_does_not(mode in any::<u8>(), rest in vec(any::<u8>(), 0..400)) {
        encryption_message_unseal(&[&[mode | 1], rest.as_slice()].concat());
    }

    #[test]
    fn changed_requests_of_credssp_have_one_form(input in changed_seed("auth_credssp_ts_request")) {
        auth_credssp_ts_request(&input);
    }

    #[test]
    fn changed_tickets_do_not_log_on(input in changed_seed("auth_kerberos_accept")) {
        auth_kerberos_accept(&input);
    }

    #[test]
    fn changed_tokens_of_kerberos_do_not_open(input in changed_seed("auth_kerberos_unseal")) {
        auth_kerberos_unseal(&input);
    }

    #[test]
    fn whatever_is_done_to_a_session_opens_nothing_else(
        kind in 0..encryption_session_hostile::KINDS,
        operations in vec(any::<[u8; 3]>(), 0..8),
    ) {
        encryption_session_hostile(&encryption_session_hostile::input_of(kind, &operations));
    }

    #[test]
    fn changed_negotiations_end_or_both_sides_agree(
        input in changed_seed("auth_negotiate_step"),
        mode in 2..16_u8,
        changes in vec(any::<u8>(), 0..13),
    ) {
        auth_negotiate_step(&input);
        auth_negotiate_step(&[&[mode], changes.as_slice()].concat());
    }

    #[test]
    fn changed_tokens_do_not_log_on(input in changed_seed("auth_ntlm_accept")) {
        auth_ntlm_accept(&input);
    }

    #[test]
    fn changed_fields_do_not_log_on(changes in vec(any::<u8>(), 0..24)) {
        auth_ntlm_accept(&[&[2], changes.as_slice()].concat());
    }

    #[test]
    fn octets_without_any_form_break_nothing(input in vec(any::<u8>(), 0..300)) {
        auth_kerberos_unseal(&input);
        auth_ntlm_accept(&input);
        encryption_message_unseal(&input);
        soap_envelope_decode(&input);
    }
}
