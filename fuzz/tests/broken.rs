//! An oracle that cannot fail is worth nothing: each is run over something that is broken on purpose.

#![cfg(test)]

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use winrm_fuzz::allocation::allocated_by;
use winrm_fuzz::allocation::within;
use winrm_fuzz::oracles::auth_credssp_ts_request;
use winrm_fuzz::oracles::auth_kerberos_accept;
use winrm_fuzz::oracles::auth_kerberos_unseal;
use winrm_fuzz::oracles::auth_negotiate_step;
use winrm_fuzz::oracles::auth_negotiate_step::Ends;
use winrm_fuzz::oracles::auth_negotiate_step::Harness;
use winrm_fuzz::oracles::auth_ntlm_accept;
use winrm_fuzz::oracles::compression_sldc_round_trip;
use winrm_fuzz::oracles::compression_xpress_decode;
use winrm_fuzz::oracles::encryption_message_unseal;
use winrm_fuzz::oracles::encryption_message_unseal::Session;
use winrm_fuzz::oracles::encryption_session_hostile;
use winrm_fuzz::oracles::encryption_session_hostile::ByKerberos;
use winrm_fuzz::oracles::soap_envelope_decode;
use winrm_fuzz::oracles::wsman_eventing_decode;
use winrm_fuzz::oracles::wsman_wql_parse;
use winrm_fuzz::oracles::wsman_xpath_parse;
use winrm_fuzz::seeds;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Established;
use winrm_harness::auth::Principal;
use winrm_harness::auth::Role;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::kerberos::SequenceRule;
use winrm_harness::auth::negotiate::ListMicPolicy;
use winrm_harness::auth::negotiate::Offer;
use winrm_harness::auth::ntlm::AcceptorPolicy;
use winrm_harness::auth::ntlm::MicPolicy;
use winrm_harness::soap::Envelope;

/// What the oracle says about it.
fn complaint(judge: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(judge)).expect_err("the oracle did not notice");
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap()
}

fn seed(target: &str, name: &str) -> Vec<u8> {
    seeds::all().into_iter().find(|seed| seed.target == target && seed.name == name).unwrap().octets
}

#[test]
fn a_writer_that_loses_a_reference_is_noticed() {
    let input = seed("soap_envelope_decode", "references-and-cdata");
    let said = complaint(|| {
        soap_envelope_decode::judge(&input, |envelope| envelope.encode().replacen("&amp;", "", 1));
    });
    assert!(said.contains("an envelope changed when it was written and read"), "{said}");
}

#[test]
fn a_writer_that_leaves_a_prefix_unbound_is_noticed() {
    let input = seed("soap_envelope_decode", "create");
    let said =
        complaint(|| soap_envelope_decode::judge(&input, |e| e.encode().replacen("xmlns:rsp", "xmlns:x", 1)));
    assert!(said.contains("an envelope that was written is not read"), "{said}");
}

#[test]
fn a_writer_that_never_settles_is_noticed() {
    let input = seed("soap_envelope_decode", "create");
    let calls = std::cell::Cell::new(0);
    let blanks = |envelope: &Envelope| {
        calls.set(calls.get() + 1);
        envelope.encode() + &" ".repeat(calls.get())
    };
    let said = complaint(|| soap_envelope_decode::judge(&input, blanks));
    assert!(said.contains("written differently the second time"), "{said}");
}

#[test]
fn a_query_that_is_written_otherwise_is_noticed() {
    let input = seed("wsman_wql_parse", "operators");
    let said = complaint(|| wsman_wql_parse::judge(&input, |query| query.to_string().replace("NOT", "")));
    assert!(said.contains("a query changed when it was written and read"), "{said}");
    let said = complaint(|| wsman_wql_parse::judge(&input, |query| query.to_string().replace("AND", "")));
    assert!(said.contains("a query that was written is not read"), "{said}");
}

#[test]
fn memory_beyond_the_bound_is_noticed() {
    assert_eq!(within(1, 10, || vec![0_u8; 64 * 1024 + 10]).len(), 64 * 1024 + 10);
    let said = complaint(|| drop(within(1, 10, || vec![0_u8; 64 * 1024 + 11])));
    assert!(said.contains("allocated 65547 octets"), "{said}");
}

/// Deciphers and never looks at the signature's checksum, only that there is one.
struct Careless(Session);

impl SecurityContext for Careless {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        self.0.step(token)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.0.seal(message)
    }

    fn unseal(&mut self, _: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        // The sender's key stream, started anew for each message.
        Session::new(Role::Initiator).seal(message).map(drop)
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

#[test]
fn a_receiver_that_checks_no_signature_is_noticed() {
    let careless = || -> Box<dyn SecurityContext> { Box::new(Careless(Session::new(Role::Acceptor))) };
    let input = seed("encryption_message_unseal", "one-octet-changed");
    let said = complaint(|| encryption_message_unseal::judge(&input, &careless));
    assert!(said.contains("a changed body opens to something else"), "{said}");
    let mut input = seed("encryption_message_unseal", "one-message");
    let last = input.len() - 40;
    input[last] ^= 1;
    let said = complaint(|| encryption_message_unseal::judge(&input, &careless));
    assert!(said.contains("something opened that nobody sealed"), "{said}");
}

#[test]
fn a_receiver_that_opens_a_message_twice_is_noticed() {
    let careless = || -> Box<dyn SecurityContext> { Box::new(Careless(Session::new(Role::Acceptor))) };
    let input = seed("encryption_message_unseal", "unchanged");
    let said = complaint(|| encryption_message_unseal::judge(&input, &careless));
    assert!(said.contains("a message was opened twice"), "{said}");
}

/// Takes any message of the session at any time.
fn without_order(kind: u8) -> Box<dyn SecurityContext> {
    let encryption_type = EncryptionType::KNOWN[usize::from(kind) - 1];
    let ByKerberos(seal) = ByKerberos::new(encryption_type, Role::Acceptor, 0x55);
    Box::new(ByKerberos(seal.with_sequence_rule(SequenceRule::Unchecked)))
}

#[test]
fn a_session_in_which_messages_come_twice_in_another_order_or_not_at_all_is_noticed() {
    for seed in ["aes256-again-at-once", "aes128-sha256-left-out"] {
        let input = self::seed("encryption_session_hostile", seed);
        let said = complaint(|| encryption_session_hostile::judge(&input, &without_order));
        assert!(said.contains("not sealed as the next message"), "{said}");
    }
    let input = encryption_session_hostile::input_of(5, &[[3, 0, 1]]);
    let said = complaint(|| encryption_session_hostile::judge(&input, &without_order));
    assert!(said.contains("not sealed as the next message"), "{said}");
}

#[test]
fn a_session_without_signatures_is_noticed() {
    let careless = |_| -> Box<dyn SecurityContext> { Box::new(Careless(Session::new(Role::Acceptor))) };
    let input = seed("encryption_session_hostile", "ntlm-other-connection");
    let said = complaint(|| encryption_session_hostile::judge(&input, &careless));
    assert!(said.contains("not sealed as the next message"), "{said}");
}

#[test]
fn a_session_with_another_key_is_noticed() {
    let other = |kind| encryption_session_hostile::side(kind, Role::Acceptor, 0x66);
    for seed in ["ntlm-unchanged", "aes256-sha384-unchanged"] {
        let input = self::seed("encryption_session_hostile", seed);
        let said = complaint(|| encryption_session_hostile::judge(&input, &other));
        assert!(said.contains("an unchanged session does not open"), "{said}");
    }
}

#[test]
fn a_receiver_with_another_key_is_noticed() {
    let other = || -> Box<dyn SecurityContext> { Box::new(Session::new(Role::Initiator)) };
    let input = seed("encryption_message_unseal", "unchanged");
    let said = complaint(|| encryption_message_unseal::judge(&input, &other));
    assert!(said.contains("an unchanged body does not open"), "{said}");
}

#[test]
fn a_compressor_that_loses_an_octet_is_noticed() {
    let loses =
        |data: &[u8]| winrm_harness::compression::Sldc::encode(data.split_last().map_or(data, |d| d.1));
    let input = seed("compression_sldc_round_trip", "data");
    let said = complaint(|| compression_sldc_round_trip::judge(&input, loses));
    assert!(said.contains("data changed when it was compressed"), "{said}");
    let loses =
        |data: &[u8]| winrm_harness::compression::Xpress::compress(data.split_last().map_or(data, |d| d.1));
    let input = seed("compression_xpress_decode", "huffman");
    let said = complaint(|| compression_xpress_decode::judge(&input, loses));
    assert!(said.contains("data changed when it was compressed"), "{said}");
}

#[test]
fn a_compressor_whose_output_is_cut_is_noticed() {
    let cuts = |data: &[u8]| vec![0xFF; data.len().min(3)];
    let input = seed("compression_sldc_round_trip", "data");
    let said = complaint(|| compression_sldc_round_trip::judge(&input, cuts));
    assert!(said.contains("data that was compressed is not read"), "{said}");
    let said =
        complaint(|| compression_xpress_decode::judge(&seed("compression_xpress_decode", "huffman"), cuts));
    assert!(said.contains("data that was compressed is not read"), "{said}");
}

#[test]
fn a_request_that_loses_a_field_is_noticed() {
    use winrm_harness::auth::credssp::TsRequest;
    use winrm_harness::codec::Encode;
    let forgetful = |request: &TsRequest| TsRequest { client_nonce: None, ..request.clone() }.to_bytes();
    let input = seed("auth_credssp_ts_request", "pub-key-auth");
    let said = complaint(|| auth_credssp_ts_request::judge(&input, forgetful));
    assert!(said.contains("a request changed when it was read and written"), "{said}");
}

#[test]
fn a_server_that_allows_any_clock_is_noticed() {
    use winrm_harness::auth::kerberos::AcceptorPolicy;
    let lax = || {
        auth_kerberos_accept::acceptor(AcceptorPolicy { clock_skew_s_max: u64::MAX, ..Default::default() })
    };
    let said = complaint(|| auth_kerberos_accept::judge(&[5, 5], &lax));
    assert!(said.contains("rule 5"), "{said}");
}

#[test]
fn a_receiver_of_kerberos_that_checks_or_counts_nothing_is_found() {
    let input = seed("auth_kerberos_unseal", "genuine-aes-out-of-turn");
    let said = complaint(|| auth_kerberos_unseal::judge(&input, &mut |_, _| Ok(())));
    assert!(said.contains("something opened that nobody sealed"), "{said}");
    let input = seed("auth_kerberos_unseal", "counts-of-65535");
    let said = complaint(|| auth_kerberos_unseal::judge(&input, &mut |_, _| Err(AuthError::SignatureWrong)));
    assert!(said.contains("a refused token leaves something behind"), "{said}");
    let input = seed("auth_kerberos_unseal", "genuine-aes");
    let said = complaint(|| {
        auth_kerberos_unseal::judge(&input, &mut |_, message| {
            *message = auth_kerberos_unseal::ORIGINALS[0].to_vec();
            Ok(())
        });
    });
    assert!(said.contains("a token counts once"), "{said}");
}

#[test]
fn a_message_of_kerberos_is_opened_where_it_lies() {
    for kind in 0..5 {
        let mut client = auth_kerberos_unseal::seal(kind, Role::Initiator);
        let mut server = auth_kerberos_unseal::seal(kind, Role::Acceptor);
        let mut message = vec![b'a'; 500 * 1024];
        let (header, sealing) = allocated_by(|| client.seal(&mut message).unwrap());
        let (unsealed, unsealing) = allocated_by(|| server.unseal(&header, &mut message));
        assert_eq!(unsealed, Ok(()));
        assert!(sealing < 1024 && unsealing < 1024, "{sealing} and {unsealing} octets");
    }
}

#[test]
fn a_server_that_asks_for_no_mic_is_noticed() {
    let lax = || {
        auth_ntlm_accept::acceptor(AcceptorPolicy { mic: MicPolicy::IfPromised, ..AcceptorPolicy::default() })
    };
    let input = seed("auth_ntlm_accept", "client-without-mic");
    let said = complaint(|| auth_ntlm_accept::judge(&input, &lax));
    assert!(said.contains("rule 1 with password \"wonderland\""), "{said}");
}

#[test]
fn a_server_that_knows_nobody_is_noticed() {
    use winrm_harness::auth::ntlm;
    let empty = || {
        let given =
            ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
        let names = ntlm::ServerNames::workgroup("HOST");
        ntlm::Acceptor::new(ntlm::Accounts::new(Vec::new()), names, AcceptorPolicy::default(), given)
    };
    let said = complaint(|| auth_ntlm_accept::judge(&seed("auth_ntlm_accept", "fields-unchanged"), &empty));
    assert!(said.contains("accepted is not the same as genuine"), "{said}");
}

/// Takes whatever comes for the end, and seals nothing.
struct Credulous;

impl SecurityContext for Credulous {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        Ok(if token.is_empty() { Step::Continue(Vec::new()) } else { Step::Complete(None) })
    }

    fn seal(&mut self, _: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        Err(AuthError::SealingNotNegotiated)
    }

    fn unseal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), AuthError> {
        Err(AuthError::SealingNotNegotiated)
    }

    fn principal(&self) -> Option<&Principal> {
        None
    }
}

struct CredulousEnds;

impl Ends for CredulousEnds {
    fn server(&self, _: ListMicPolicy) -> Box<dyn SecurityContext> {
        Box::new(Credulous)
    }

    fn client(&self, _: Offer) -> Box<dyn SecurityContext> {
        Box::new(Credulous)
    }
}

/// The harness's own ends, but for the keys of the server, which it makes anew after the handshake.
struct Forgetful(Box<dyn SecurityContext>);

impl SecurityContext for Forgetful {
    fn step(&mut self, token: &[u8]) -> Result<Step, AuthError> {
        self.0.step(token)
    }

    fn seal(&mut self, message: &mut Vec<u8>) -> Result<Vec<u8>, AuthError> {
        self.0.seal(message)
    }

    fn unseal(&mut self, header: &[u8], message: &mut Vec<u8>) -> Result<(), AuthError> {
        Session::new(Role::Acceptor).unseal(header, message)
    }

    fn principal(&self) -> Option<&Principal> {
        self.0.principal()
    }

    fn established(&self) -> Option<&Established> {
        self.0.established()
    }
}

struct ForgetfulServer;

impl Ends for ForgetfulServer {
    fn server(&self, policy: ListMicPolicy) -> Box<dyn SecurityContext> {
        Box::new(Forgetful(Harness.server(policy)))
    }

    fn client(&self, offer: Offer) -> Box<dyn SecurityContext> {
        Harness.client(offer)
    }
}

#[test]
fn ends_of_a_negotiation_that_prove_nothing_or_disagree_are_noticed() {
    let judge = |name, ends: &dyn Ends| {
        let input = seed("auth_negotiate_step", name);
        complaint(|| auth_negotiate_step::judge(&input, ends))
    };
    let said = judge("initiator-completed", &CredulousEnds);
    assert!(said.contains("an initiator is complete without"), "{said}");
    let said = judge("acceptor-response-first", &CredulousEnds);
    assert!(said.contains("an acceptor is complete without"), "{said}");
    let said = judge("handshake", &CredulousEnds);
    assert!(said.contains("the handshake does not end"), "{said}");
    let said = judge("handshake", &ForgetfulServer);
    assert!(said.contains("do not understand each other"), "{said}");
}

#[test]
fn a_selection_that_forgets_repeats_or_disorders_is_found() {
    let input = seed("wsman_xpath_parse", "attributes");
    let said = complaint(|| {
        wsman_xpath_parse::judge(&input, |path, root| path.select(root).into_iter().skip(9).collect());
    });
    assert!(said.contains("a match selects something"), "{said}");
    let said = complaint(|| {
        wsman_xpath_parse::judge(&input, |path, root| [path.select(root), path.select(root)].concat());
    });
    assert!(said.contains("something is selected twice"), "{said}");
    let said = complaint(|| {
        wsman_xpath_parse::judge(&input, |path, root| path.select(root).into_iter().rev().collect());
    });
    assert!(said.contains("not in the order of the document"), "{said}");
}

#[test]
fn a_writer_that_asks_for_no_acknowledgement_is_noticed() {
    let input = seed("wsman_eventing_decode", "Events");
    let said = complaint(|| {
        wsman_eventing_decode::judge(&input, |notification| {
            notification.to_envelope().replacen("<w:AckRequested/>", "", 1)
        });
    });
    assert!(said.contains("is_ack_requested"), "{said}");
}
