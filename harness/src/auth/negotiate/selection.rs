//! Which mechanism is chosen, and what both sides owe each other then. Kerberos is a toy of two tokens, NTLM is real.

use crate::auth::AuthError;
use crate::auth::Mechanism;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::negotiate::tests::acceptor_of_ntlm;
use crate::auth::negotiate::tests::alice;
use crate::auth::negotiate::tests::exchange;
use crate::auth::negotiate::tests::handshake;
use crate::auth::negotiate::tests::inner_fixed;
use crate::auth::negotiate::toy::Side;
use crate::auth::negotiate::toy::Toy;
use crate::auth::negotiate::toy::token;
use crate::auth::negotiate::*;
use crate::auth::ntlm;
use crate::codec::Decode;
use crate::codec::Encode;

type Offers = Vec<(MechType, Box<dyn SecurityContext>)>;

fn kerberos(side: Side) -> (MechType, Box<dyn SecurityContext>) {
    (MechType::KERBEROS, Toy::boxed(MechType::KERBEROS, side, 2))
}

fn ntlm_client() -> (MechType, Box<dyn SecurityContext>) {
    (MechType::NTLM, Box::new(inner_fixed()))
}

fn ntlm_server() -> (MechType, Box<dyn SecurityContext>) {
    (MechType::NTLM, Box::new(acceptor_of_ntlm()))
}

fn both_servers() -> Offers {
    vec![kerberos(Side::Acceptor), ntlm_server()]
}

fn server(offers: Offers) -> Acceptor {
    Acceptor::new(Mechanisms::new(offers))
}

fn proved(context: &dyn SecurityContext) -> Option<Mechanism> {
    context.established().map(|established| established.mechanism)
}

fn answer(server: &mut Acceptor, init: &NegTokenInit) -> Result<NegTokenResp, AuthError> {
    let (Step::Continue(token) | Step::Complete(Some(token))) = server.step(&init.to_bytes()?)? else {
        panic!("SPNEGO is answered");
    };
    Ok(NegTokenResp::from_bytes(&token)?)
}

fn init(mech_types: &[MechType], mech_token: Option<Vec<u8>>) -> NegTokenInit {
    let mech_types = MechTypes(mech_types.to_vec());
    NegTokenInit { mech_types, req_flags: None, mech_token, hints: None, mech_list_mic: None }
}

fn continued(step: Result<Step, AuthError>) -> NegTokenResp {
    let Ok(Step::Continue(token)) = step else { panic!("{step:?}") };
    NegTokenResp::from_bytes(&token).unwrap()
}

#[test]
fn what_the_client_likes_best_is_chosen_and_done_in_one_round_trip() {
    let mut client = Initiator::offering(vec![kerberos(Side::Initiator), ntlm_client()]);
    let mut server = server(both_servers());
    assert_eq!(handshake(&mut client, &mut server), Ok(2));
    assert_eq!([proved(&client), proved(&server)], [Some(Mechanism::Kerberos); 2]);
    assert_eq!(server.principal().unwrap().domain, "TOY");
}

#[test]
fn a_server_of_ntlm_alone_leads_a_client_of_both_there_with_mics_of_both() {
    let mut client = Initiator::offering(vec![kerberos(Side::Initiator), ntlm_client()]);
    let mut server = server(vec![ntlm_server()]);
    assert_eq!(handshake(&mut client, &mut server), Ok(6));
    assert_eq!([proved(&client), proved(&server)], [Some(Mechanism::Ntlm); 2]);
    assert_eq!(client.established(), server.established());
    exchange(&mut client, &mut server);
}

#[test]
fn kerberos_as_second_choice_takes_another_leg_for_the_mics() {
    let mut client = Initiator::offering(vec![ntlm_client(), kerberos(Side::Initiator)]);
    let mut server = server(vec![kerberos(Side::Acceptor)]);
    assert_eq!(handshake(&mut client, &mut server), Ok(5));
    assert_eq!([proved(&client), proved(&server)], [Some(Mechanism::Kerberos); 2]);
}

#[test]
fn the_answer_spells_kerberos_as_the_client_did() {
    let (standard, legacy) = (MechType::KERBEROS, MechType::KERBEROS_LEGACY);
    for list in [
        vec![standard.clone()],
        vec![legacy.clone()],
        vec![legacy.clone(), standard.clone(), MechType::NTLM],
        vec![standard, legacy],
    ] {
        let init = init(&list, Some(token(&MechType::KERBEROS, 0)));
        let answer = answer(&mut server(both_servers()), &init).unwrap();
        assert_eq!(answer.supported_mech.as_ref(), list.first());
        assert_eq!(answer.neg_state, Some(NegState::ACCEPT_COMPLETED));
    }
}

#[test]
fn under_the_legacy_spelling_both_are_offered_and_either_may_be_named() {
    for named in [MechType::KERBEROS_LEGACY, MechType::KERBEROS] {
        let context = Toy::boxed(MechType::KERBEROS, Side::Initiator, 2);
        let mut client = Initiator::offering(vec![(MechType::KERBEROS_LEGACY, context), ntlm_client()]);
        let Ok(Step::Continue(init)) = client.step(&[]) else { panic!("a NegTokenInit") };
        let list = NegTokenInit::from_bytes(&init).unwrap().mech_types.0;
        assert_eq!(list, [MechType::KERBEROS_LEGACY, MechType::KERBEROS, MechType::NTLM]);
        let answer = NegTokenResp {
            neg_state: Some(NegState::ACCEPT_COMPLETED),
            supported_mech: Some(named),
            response_token: Some(token(&MechType::KERBEROS, 1)),
            mech_list_mic: None,
        };
        assert_eq!(client.step(&answer.to_bytes().unwrap()), Ok(Step::Complete(None)));
    }
}

#[test]
fn bare_kerberos_is_taken_and_answered_bare() {
    let mut client = Toy::new(MechType::KERBEROS, Side::Initiator, 2);
    let mut server = server(both_servers());
    assert_eq!(handshake(&mut client, &mut server), Ok(2));
    assert_eq!([proved(&client), proved(&server)], [Some(Mechanism::Kerberos); 2]);
}

#[test]
fn nobody_is_known_and_nothing_sealed_between_two_bare_tokens() {
    let mut server = server(vec![(MechType::KERBEROS, Toy::boxed(MechType::KERBEROS, Side::Acceptor, 3))]);
    assert!(matches!(server.step(&token(&MechType::KERBEROS, 0)), Ok(Step::Continue(_))));
    assert_eq!((server.principal(), server.established()), (None, None));
    assert_eq!(server.seal(&mut b"early".to_vec()), Err(AuthError::NotEstablished));
}

#[test]
fn a_mechanism_nobody_here_knows_is_passed_over_with_its_token() {
    let list = [MechType::NEGOEX, MechType::KERBEROS, MechType::NTLM];
    let init = init(&list, Some(b"NEGOEXTS".to_vec()));
    let answer = answer(&mut server(both_servers()), &init).unwrap();
    assert_eq!(answer.supported_mech, Some(MechType::KERBEROS));
    assert_eq!((answer.neg_state, answer.response_token), (Some(NegState::REQUEST_MIC), None));
}

#[test]
fn a_mechanism_named_twice_counts_once() {
    let list = [MechType::KERBEROS, MechType::KERBEROS, MechType::NTLM];
    let answer =
        answer(&mut server(both_servers()), &init(&list, Some(token(&MechType::KERBEROS, 0)))).unwrap();
    assert_eq!(answer.neg_state, Some(NegState::ACCEPT_COMPLETED));
}

#[test]
fn hints_of_the_server_initiated_form_change_nothing() {
    let plain = init(&[MechType::KERBEROS], Some(token(&MechType::KERBEROS, 0)));
    let hints = b"\xA0\x03\x1B\x01x".to_vec();
    let hinted = NegTokenInit { hints: Some(hints), ..plain.clone() };
    let expected = answer(&mut server(both_servers()), &plain);
    assert_eq!(answer(&mut server(both_servers()), &hinted), expected);
}

/// What somebody in the middle does who wants NTLM: Kerberos is not in the list that arrives.
#[test]
fn a_shortened_list_is_noticed_by_both_sides() {
    let mut client = Initiator::offering(vec![kerberos(Side::Initiator), ntlm_client()]);
    let mut server = server(both_servers());
    assert!(matches!(client.step(&[]), Ok(Step::Continue(_))));
    let choice = answer(&mut server, &init(&[MechType::NTLM], None)).unwrap();
    let negotiate = continued(client.step(&choice.to_bytes().unwrap()));
    let challenge = continued(server.step(&negotiate.to_bytes().unwrap()));
    let authenticate = continued(client.step(&challenge.to_bytes().unwrap()));
    assert!(authenticate.mech_list_mic.is_some());
    // The server sees a MIC over another list, or, if that is taken away, the client sees none.
    let without_mic = NegTokenResp { mech_list_mic: None, ..authenticate };
    let Ok(Step::Complete(Some(last))) = server.step(&without_mic.to_bytes().unwrap()) else { panic!() };
    assert_eq!(client.step(&last), Err(AuthError::MechListMicWrong));
    assert_eq!(client.established(), None);
}

#[test]
fn a_server_that_prefers_kerberos_can_demand_a_mic_of_whoever_likes_ntlm_best() {
    let strict = || {
        let mechanisms = Mechanisms::new(both_servers());
        Acceptor::new(mechanisms.with_list_mic(ListMicPolicy::UnlessFavouriteOfBoth))
    };
    let (mut client, mut server) = (Initiator::offering(vec![ntlm_client()]), strict());
    assert_eq!(handshake(&mut client, &mut server), Ok(4));
    exchange(&mut client, &mut server);

    let (mut client, mut server) = (Initiator::offering(vec![ntlm_client()]), strict());
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!("a NegTokenInit") };
    let challenge = continued(server.step(&init));
    assert_eq!(challenge.neg_state, Some(NegState::REQUEST_MIC));
    let authenticate = continued(client.step(&challenge.to_bytes().unwrap()));
    let without_mic = NegTokenResp { mech_list_mic: None, ..authenticate };
    assert_eq!(server.step(&without_mic.to_bytes().unwrap()), Err(AuthError::MechListMicWrong));
}

#[test]
fn a_refused_client_of_spnego_can_be_told_and_understands() {
    let mut client = Initiator::offering(vec![kerberos(Side::Initiator)]);
    let mut refusing = server(vec![ntlm_server()]);
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!("a NegTokenInit") };
    assert_eq!(refusing.refusal(), None);
    assert_eq!(refusing.step(&init), Err(AuthError::NoCommonMechanism));
    let refusal = refusing.refusal().unwrap();
    assert_eq!(NegTokenResp::from_bytes(&refusal).unwrap().neg_state, Some(NegState::REJECT));
    assert_eq!(client.step(&refusal), Err(AuthError::Rejected));

    let mut client = Initiator::offering(vec![(MechType::NTLM, Box::new(inner_fixed()))]);
    let mut refusing = server(both_servers());
    let Ok(Step::Continue(init)) = client.step(&[]) else { panic!("a NegTokenInit") };
    refusing.step(&init).unwrap();
    assert_eq!(refusing.refusal(), None);
    assert_eq!(refusing.step(b"noise").map_err(|_| refusing.refusal().is_some()), Err(true));

    let mut refusing = server(vec![ntlm_server()]);
    assert!(refusing.step(&token(&MechType::KERBEROS, 0)).is_err());
    assert_eq!(refusing.refusal(), None);
}

#[test]
fn the_librarys_ntlm_signs_and_seals_alike_but_not_after_it_sealed_by_itself() {
    let pair = || {
        let mut client = ntlm::Initiator::new(alice(), None).unwrap();
        let mut server = acceptor_of_ntlm();
        handshake(&mut client, &mut server).unwrap();
        (client, server)
    };
    let (mut client, mut server) = pair();
    let mic = client.sign(b"list").unwrap();
    server.verify(&mic, b"list").unwrap();
    let mic = server.sign(b"list").unwrap();
    client.verify(&mic, b"list").unwrap();
    client.restart();
    server.restart();
    exchange(&mut client, &mut server);

    let (mut client, mut server) = pair();
    exchange(&mut client, &mut server);
    assert_eq!(client.sign(b"list"), Err(AuthError::Finished));
    exchange(&mut client, &mut server);
}

#[test]
fn nobody_signs_before_the_end() {
    let mut contexts: Vec<Box<dyn SecurityContext>> = vec![
        Box::new(ntlm::Initiator::new(alice(), None).unwrap()),
        Box::new(inner_fixed()),
        Box::new(acceptor_of_ntlm()),
        Box::new(Initiator::offering(vec![ntlm_client()])),
        Box::new(server(both_servers())),
    ];
    for context in &mut contexts {
        assert_eq!(context.sign(b"list"), Err(AuthError::NotEstablished));
        assert_eq!(context.verify(&[0; 16], b"list"), Err(AuthError::NotEstablished));
        assert_eq!(context.established(), None);
    }
}
