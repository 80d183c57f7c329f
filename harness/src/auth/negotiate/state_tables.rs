//! For each state of each role and each kind of message what comes of it. The mechanisms are toys.
//!
//! A column is a state, a row what comes. A cell is `→` and the answer where there is more to come, `■` and the last
//! answer where the context is complete, or an error. In an answer `c`, `i` and `r` are accept-completed,
//! accept-incomplete and request-mic, `n` names the mechanism, `t` is a token and `m` a mechListMIC; `b` is bare. The
//! errors: `M`alformed, `U`nexpectedToken, `N`oCommonMechanism, `W`rongMechanism, out of `S`tep, mech`L`istMicWrong,
//! `P`assword (the mechanism's own refusal), `R`ejected, `F`inished.

use crate::auth::AuthError;
use crate::auth::SecurityContext;
use crate::auth::Step;
use crate::auth::negotiate::toy::Side;
use crate::auth::negotiate::toy::Toy;
use crate::auth::negotiate::toy::mic;
use crate::auth::negotiate::toy::token;
use crate::auth::negotiate::*;
use crate::codec::Decode;
use crate::codec::Encode;

/// A context in some state, with what its peer would send next if all went well.
struct Row {
    name: &'static str,
    context: Box<dyn SecurityContext>,
    /// The next token of the mechanism.
    token: Vec<u8>,
    /// The peer's signature over the list.
    mic: Vec<u8>,
}

type Message = (&'static str, fn(&Row) -> Vec<u8>);

fn table(rows: fn() -> Vec<Row>, messages: &[Message]) -> String {
    let names = rows().into_iter().enumerate().map(|(index, row)| format!("{}: {}\n", index + 1, row.name));
    let mut text: String = names.collect();
    for (name, message) in messages {
        let cells = rows().into_iter().map(|mut row| {
            let received = message(&row);
            format!("{:<7}", cell(row.context.step(&received)))
        });
        text.push_str(format!("{name:<34}{}", cells.collect::<String>()).trim_end());
        text.push('\n');
    }
    text
}

fn cell(step: Result<Step, AuthError>) -> String {
    let error = match step {
        Ok(Step::Continue(token)) => return format!("→{}", told(&token)),
        Ok(Step::Complete(Some(token))) => return format!("■{}", told(&token)),
        Ok(Step::Complete(None)) => return "■".to_owned(),
        Err(error) => error,
    };
    let letter = match error {
        AuthError::Malformed(_) => "M",
        AuthError::UnexpectedToken { .. } => "U",
        AuthError::NoCommonMechanism => "N",
        AuthError::WrongMechanism => "W",
        AuthError::OutOfStep => "S",
        AuthError::MechListMicWrong => "L",
        AuthError::WrongPassword => "P",
        AuthError::Rejected => "R",
        AuthError::Finished => "F",
        other => panic!("no letter for {other:?}"),
    };
    letter.to_owned()
}

fn told(token: &[u8]) -> String {
    let Ok(response) = NegTokenResp::from_bytes(token) else { return "b".to_owned() };
    let state = response.neg_state.map(|state| ["c", "i", "reject", "r"][usize::from(state.0)]);
    let name = response.supported_mech.map(|_| "n");
    let token = response.response_token.map(|_| "t");
    let mic = response.mech_list_mic.map(|_| "m");
    [state, name, token, mic].into_iter().flatten().collect()
}

fn respond(
    neg_state: Option<NegState>,
    response_token: Option<&[u8]>,
    mech_list_mic: Option<&[u8]>,
) -> Vec<u8> {
    respond_with(neg_state, None, response_token, mech_list_mic)
}

fn respond_with(
    neg_state: Option<NegState>,
    supported_mech: Option<MechType>,
    response_token: Option<&[u8]>,
    mech_list_mic: Option<&[u8]>,
) -> Vec<u8> {
    let response_token = response_token.map(<[u8]>::to_vec);
    let mech_list_mic = mech_list_mic.map(<[u8]>::to_vec);
    NegTokenResp { neg_state, supported_mech, response_token, mech_list_mic }.to_bytes().unwrap()
}

fn init(mech_types: &[MechType], mech_token: Option<Vec<u8>>) -> Vec<u8> {
    let mech_types = MechTypes(mech_types.to_vec());
    let init = NegTokenInit { mech_types, req_flags: None, mech_token, hints: None, mech_list_mic: None };
    init.to_bytes().unwrap()
}

fn list(mech_types: &[MechType]) -> Vec<u8> {
    MechTypes(mech_types.to_vec()).to_der()
}

const COMPLETED: Option<NegState> = Some(NegState::ACCEPT_COMPLETED);
const INCOMPLETE: Option<NegState> = Some(NegState::ACCEPT_INCOMPLETE);
const REQUEST_MIC: Option<NegState> = Some(NegState::REQUEST_MIC);
const REJECT: Option<NegState> = Some(NegState::REJECT);
const WRONG: Option<&[u8]> = Some(b"wrong");

fn kerberos_server(count: usize) -> Mechanisms {
    Mechanisms::new(vec![(MechType::KERBEROS, Toy::boxed(MechType::KERBEROS, Side::Acceptor, count))])
}

fn after(mut context: impl SecurityContext + 'static, tokens: &[Vec<u8>]) -> Box<dyn SecurityContext> {
    for token in tokens {
        // What is refused leaves a dead context, which is a state too.
        let _ = context.step(token);
    }
    Box::new(context)
}

fn acceptor_rows() -> Vec<Row> {
    let (kerberos, ntlm) = (MechType::KERBEROS, MechType::NTLM);
    let (first, third) = (token(&kerberos, 0), token(&kerberos, 2));
    let alone = [kerberos.clone()];
    let second = [ntlm, kerberos.clone()];
    let row = |name, context, token: &Vec<u8>, list: &[u8]| Row {
        name,
        context,
        token: token.clone(),
        mic: mic(Side::Initiator, 0, list),
    };
    let both = ListMicPolicy::UnlessFavouriteOfBoth;
    let ntlm_preferred = |count| {
        let mut offered = vec![(MechType::NTLM, Toy::boxed(MechType::NTLM, Side::Acceptor, 3))];
        offered.push((MechType::KERBEROS, Toy::boxed(MechType::KERBEROS, Side::Acceptor, count)));
        Acceptor::new(Mechanisms::new(offered).with_list_mic(both))
    };
    vec![
        row("start, two tokens", after(Acceptor::new(kerberos_server(2)), &[]), &first, &list(&alone)),
        row(
            "favourite chosen, no token yet",
            after(Acceptor::new(kerberos_server(2)), &[init(&alone, None)]),
            &first,
            &list(&alone),
        ),
        row(
            "favourite chosen, third token due",
            after(Acceptor::new(kerberos_server(3)), &[init(&alone, Some(first.clone()))]),
            &third,
            &list(&alone),
        ),
        row(
            "other chosen, ours will be last",
            after(Acceptor::new(kerberos_server(2)), &[init(&second, None)]),
            &first,
            &list(&second),
        ),
        row(
            "other chosen, theirs will be last",
            after(Acceptor::new(kerberos_server(1)), &[init(&second, None)]),
            &first,
            &list(&second),
        ),
        row(
            "mechanism complete, our MIC sent",
            after(
                Acceptor::new(kerberos_server(2)),
                &[init(&second, None), respond(INCOMPLETE, Some(&first), None)],
            ),
            &first,
            &list(&second),
        ),
        row(
            "mechanism complete, our MIC not sent",
            after(ntlm_preferred(1), &[init(&alone, Some(first.clone()))]),
            &first,
            &list(&alone),
        ),
        row(
            "complete",
            after(Acceptor::new(kerberos_server(2)), &[init(&alone, Some(first.clone()))]),
            &first,
            &list(&alone),
        ),
        row("dead", after(Acceptor::new(kerberos_server(2)), &[vec![0]]), &first, &list(&alone)),
    ]
}

const TO_ACCEPTOR: &[Message] = &[
    ("nothing", |_| Vec::new()),
    ("noise", |_| b"noise".to_vec()),
    ("Init of Kerberos, token", |row| init(&[MechType::KERBEROS], Some(row.token.clone()))),
    ("Init of Kerberos", |_| init(&[MechType::KERBEROS], None)),
    ("Init of NTLM and Kerberos, token", |_| {
        init(&[MechType::NTLM, MechType::KERBEROS], Some(token(&MechType::NTLM, 0)))
    }),
    ("Init of NTLM", |_| init(&[MechType::NTLM], Some(token(&MechType::NTLM, 0)))),
    ("bare Kerberos", |row| row.token.clone()),
    ("bare NTLM", |_| token(&MechType::NTLM, 0)),
    ("Resp of nothing", |_| respond(None, None, None)),
    ("incomplete", |_| respond(INCOMPLETE, None, None)),
    ("token", |row| respond(None, Some(&row.token), None)),
    ("completed token", |row| respond(COMPLETED, Some(&row.token), None)),
    ("wrong token", |_| respond(INCOMPLETE, WRONG, None)),
    ("token mic", |row| respond(INCOMPLETE, Some(&row.token), Some(&row.mic))),
    ("token wrong-mic", |row| respond(INCOMPLETE, Some(&row.token), WRONG)),
    ("token, the same as mic", |row| respond(INCOMPLETE, Some(&row.token), Some(&row.token))),
    ("mic", |row| respond(COMPLETED, None, Some(&row.mic))),
    ("empty token, mic", |row| respond(INCOMPLETE, Some(b""), Some(&row.mic))),
    ("wrong-mic", |_| respond(COMPLETED, None, WRONG)),
    ("reject", |_| respond(REJECT, None, None)),
];

#[test]
fn an_acceptor_does_in_each_state_what_its_table_says() {
    insta::assert_snapshot!(table(acceptor_rows, TO_ACCEPTOR), @r"
    1: start, two tokens
    2: favourite chosen, no token yet
    3: favourite chosen, third token due
    4: other chosen, ours will be last
    5: other chosen, theirs will be last
    6: mechanism complete, our MIC sent
    7: mechanism complete, our MIC not sent
    8: complete
    9: dead
    nothing                           U      M      M      M      M      M      M      F      F
    noise                             M      M      M      M      M      M      M      F      F
    Init of Kerberos, token           ■cnt   M      M      M      M      M      M      F      F
    Init of Kerberos                  →in    M      M      M      M      M      M      F      F
    Init of NTLM and Kerberos, token  →rn    M      M      M      M      M      M      F      F
    Init of NTLM                      N      M      M      M      M      M      M      F      F
    bare Kerberos                     ■b     M      M      M      M      M      M      F      F
    bare NTLM                         N      M      M      M      M      M      M      F      F
    Resp of nothing                   M      S      S      S      S      L      L      F      F
    incomplete                        M      S      S      S      S      L      L      F      F
    token                             M      ■ct    ■c     →itm   L      S      S      F      F
    completed token                   M      ■ct    ■c     →itm   L      S      S      F      F
    wrong token                       M      P      P      P      P      S      S      F      F
    token mic                         M      ■ctm   ■cm    ■ctm   ■cm    S      S      F      F
    token wrong-mic                   M      L      L      L      L      S      S      F      F
    token, the same as mic            M      ■ct    ■c     →itm   L      S      S      F      F
    mic                               M      S      S      S      S      ■      ■cm    F      F
    empty token, mic                  M      S      S      S      S      ■      ■cm    F      F
    wrong-mic                         M      S      S      S      S      L      L      F      F
    reject                            M      R      R      R      R      R      R      F      F
    ");
}

fn kerberos_client(count: usize) -> (MechType, Box<dyn SecurityContext>) {
    (MechType::KERBEROS, Toy::boxed(MechType::KERBEROS, Side::Initiator, count))
}

fn other_client() -> (MechType, Box<dyn SecurityContext>) {
    // A mechanism of three tokens that is not NTLM, for which more is demanded.
    (other(), Toy::boxed(other(), Side::Initiator, 3))
}

fn other() -> MechType {
    MechType::parse(&[1, 2, 3]).unwrap()
}

fn initiator_rows() -> Vec<Row> {
    let kerberos = MechType::KERBEROS;
    let both = [kerberos.clone(), other()];
    let second = token(&kerberos, 1);
    let of = |count| Initiator::offering(vec![kerberos_client(count), other_client()]);
    let row = |name, context, token: Vec<u8>| Row {
        name,
        context,
        token,
        mic: mic(Side::Acceptor, 0, &list(&both)),
    };
    let start = Vec::new();
    let chosen = respond_with(INCOMPLETE, Some(kerberos.clone()), Some(&second), None);
    let reselected = respond_with(REQUEST_MIC, Some(other()), None, None);
    let without_ticket = Initiator::of(vec![
        initiator::Offered { mech: kerberos, context: None },
        initiator::Offered { mech: other(), context: Some(other_client().1) },
    ]);
    let other_second = token(&other(), 1);
    vec![
        row("start", after(of(2), &[]), second.clone()),
        row(
            "list sent without token",
            after(without_ticket, std::slice::from_ref(&start)),
            other_second.clone(),
        ),
        row("list sent, first token of two", after(of(2), std::slice::from_ref(&start)), second.clone()),
        row("list sent, first token of three", after(of(3), std::slice::from_ref(&start)), second.clone()),
        row("list sent, the only token", after(of(1), std::slice::from_ref(&start)), second.clone()),
        row(
            "favourite chosen, fourth token due",
            after(of(4), &[start.clone(), chosen.clone()]),
            token(&MechType::KERBEROS, 3),
        ),
        row(
            "other chosen, second token due",
            after(of(2), &[start.clone(), reselected.clone()]),
            other_second.clone(),
        ),
        row(
            "mechanism complete, our MIC sent",
            after(of(2), &[start.clone(), reselected, respond(INCOMPLETE, Some(&other_second), None)]),
            second.clone(),
        ),
        row("mechanism complete, our MIC not sent", after(of(3), &[start.clone(), chosen]), second.clone()),
        row("complete", after(of(2), &[start, respond(COMPLETED, Some(&second), None)]), second.clone()),
        row("dead", after(of(2), &[vec![0]]), second),
    ]
}

const TO_INITIATOR: &[Message] = &[
    ("nothing", |_| Vec::new()),
    ("noise", |_| b"noise".to_vec()),
    ("Init", |_| init(&[MechType::KERBEROS], None)),
    ("Resp of nothing", |_| respond(None, None, None)),
    ("incomplete", |_| respond(INCOMPLETE, None, None)),
    ("request-mic", |_| respond(REQUEST_MIC, None, None)),
    ("incomplete favourite", |_| respond_with(INCOMPLETE, Some(MechType::KERBEROS), None, None)),
    ("incomplete other", |_| respond_with(INCOMPLETE, Some(other()), None, None)),
    ("request-mic other", |_| respond_with(REQUEST_MIC, Some(other()), None, None)),
    ("completed other", |_| respond_with(COMPLETED, Some(other()), None, None)),
    ("incomplete stranger", |_| respond_with(INCOMPLETE, Some(MechType::NTLM), None, None)),
    ("token", |row| respond(None, Some(&row.token), None)),
    ("incomplete token", |row| respond(INCOMPLETE, Some(&row.token), None)),
    ("request-mic token", |row| respond(REQUEST_MIC, Some(&row.token), None)),
    ("completed token", |row| respond(COMPLETED, Some(&row.token), None)),
    ("unknown-state token", |row| respond(Some(NegState(7)), Some(&row.token), None)),
    ("wrong token", |_| respond(INCOMPLETE, WRONG, None)),
    ("incomplete token mic", |row| respond(INCOMPLETE, Some(&row.token), Some(&row.mic))),
    ("completed token mic", |row| respond(COMPLETED, Some(&row.token), Some(&row.mic))),
    ("completed token wrong-mic", |row| respond(COMPLETED, Some(&row.token), WRONG)),
    ("completed token, same as mic", |row| respond(COMPLETED, Some(&row.token), Some(&row.token))),
    ("completed", |_| respond(COMPLETED, None, None)),
    ("mic", |row| respond(None, None, Some(&row.mic))),
    ("incomplete mic", |row| respond(INCOMPLETE, None, Some(&row.mic))),
    ("completed mic", |row| respond(COMPLETED, None, Some(&row.mic))),
    ("completed wrong-mic", |_| respond(COMPLETED, None, WRONG)),
    ("unknown-state mic", |row| respond(Some(NegState(7)), None, Some(&row.mic))),
    ("reject", |_| respond(REJECT, None, None)),
    ("reject wrong token", |_| respond(REJECT, WRONG, None)),
];

#[test]
fn an_initiator_does_in_each_state_what_its_table_says() {
    insta::assert_snapshot!(table(initiator_rows, TO_INITIATOR), @r"
    1: start
    2: list sent without token
    3: list sent, first token of two
    4: list sent, first token of three
    5: list sent, the only token
    6: favourite chosen, fourth token due
    7: other chosen, second token due
    8: mechanism complete, our MIC sent
    9: mechanism complete, our MIC not sent
    10: complete
    11: dead
    nothing                           →b     M      M      M      M      M      M      M      M      F      F
    noise                             U      M      M      M      M      M      M      M      M      F      F
    Init                              U      M      M      M      M      M      M      M      M      F      F
    Resp of nothing                   U      M      M      M      M      S      S      L      ■      F      F
    incomplete                        U      W      S      S      →im    S      S      L      →im    F      F
    request-mic                       U      W      S      S      →im    S      S      L      →im    F      F
    incomplete favourite              U      W      S      S      →im    S      W      W      →im    F      F
    incomplete other                  U      →it    →it    →it    →it    W      S      L      W      F      F
    request-mic other                 U      →it    →it    →it    →it    W      S      L      W      F      F
    completed other                   U      S      S      S      S      W      S      L      W      F      F
    incomplete stranger               U      W      W      W      W      W      W      W      W      F      F
    token                             U      M      M      M      M      ■      →itm   S      S      F      F
    incomplete token                  U      W      →im    →it    S      →im    →itm   S      S      F      F
    request-mic token                 U      W      →im    →itm   S      →im    →itm   S      S      F      F
    completed token                   U      W      ■      S      S      ■      S      S      S      F      F
    unknown-state token               U      W      S      S      S      S      S      S      S      F      F
    wrong token                       U      W      P      P      S      P      P      S      S      F      F
    incomplete token mic              U      W      ■cm    L      S      ■cm    L      S      S      F      F
    completed token mic               U      W      ■      L      S      ■      L      S      S      F      F
    completed token wrong-mic         U      W      L      L      S      L      L      S      S      F      F
    completed token, same as mic      U      W      ■      S      S      ■      S      S      S      F      F
    completed                         U      W      S      S      ■      S      S      L      ■      F      F
    mic                               U      M      M      M      M      S      S      ■      ■cm    F      F
    incomplete mic                    U      W      S      S      ■cm    S      S      S      ■cm    F      F
    completed mic                     U      W      S      S      ■      S      S      ■      ■      F      F
    completed wrong-mic               U      W      S      S      L      S      S      L      L      F      F
    unknown-state mic                 U      W      S      S      S      S      S      S      S      F      F
    reject                            U      R      R      R      R      R      R      R      R      F      F
    reject wrong token                U      R      P      P      R      P      R      R      R      F      F
    ");
}
