//! Cases at random, for the round trip. Test only.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::wsx::case::*;
use crate::wsx::matcher::Matcher;
use crate::wsx::path::Path;
use crate::wsx::template::Piece;
use crate::wsx::template::Template;
use crate::wsx::template::VariableName;
use crate::wsx::tls::CERTIFICATES;
use crate::wsx::tls::TlsDirective;
use crate::wsx::tls::TlsVersion;
use crate::wsx::tls::VERSIONS;
use crate::wsx::words::COMPARISONS;
use crate::wsx::words::PARTS;
use crate::wsx::words::SCHEMES;
use crate::wsx::words::TEXT_COMPARISONS;

fn slug() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,3})?"
}

fn variable() -> impl Strategy<Value = VariableName> {
    "v[a-z0-9-]{0,5}(\\.[a-z]{1,3})?".prop_map(|name| VariableName::parse(&name).unwrap())
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => "[-a{}<>'\"\\\\ #=|\t\r\n\u{e9}]{1,8}".prop_map(Piece::Text),
        2 => variable().prop_map(Piece::Use),
        1 => (option::of(variable()), select(&Matcher::ALL[..]))
            .prop_map(|(name, matcher)| Piece::Match { name, matcher }),
        1 => option::of(variable()).prop_map(|name| Piece::NewUuid { name }),
        1 => Just(Piece::Prefixes),
        1 => Just(Piece::Absent),
    ]
}

pub(crate) fn template() -> impl Strategy<Value = Template> {
    let repeat = option::of((0_usize..9, "[-a{}'\\\\ \t\r\n]{0,4}"));
    (vec(piece(), 0..6), repeat).prop_map(|(pieces, repeat)| {
        let mut template = Template::default();
        pieces.into_iter().for_each(|piece| template.push(piece));
        if let Some((count, text)) = repeat {
            template.push(Piece::Repeat { count, text });
        }
        template
    })
}

fn envelope() -> impl Strategy<Value = Template> {
    template().prop_filter("an envelope has some text", |envelope| !envelope.is_empty())
}

fn header() -> impl Strategy<Value = (String, Template)> {
    ("[A-Z][A-Za-z-]{0,6}", template())
}

fn ids() -> impl Strategy<Value = Vec<RequirementId>> {
    vec("[A-Z]{2,4}:[A-Z0-9.]{1,4}(/[a-z-]{1,4})?".prop_map(|id| RequirementId::parse(&id).unwrap()), 1..3)
}

fn auth() -> impl Strategy<Value = AuthDirective> {
    let options = proptest::collection::btree_map(slug(), template(), 0..3);
    (select(&SCHEMES[..]), options)
        .prop_map(|((_, scheme), options)| AuthDirective { scheme, options: options.into_iter().collect() })
}

fn tls() -> impl Strategy<Value = TlsDirective> {
    (0..=VERSIONS.len(), select(&CERTIFICATES[..])).prop_map(|(version, (_, certificate))| TlsDirective {
        version: VERSIONS.get(version).map_or(TlsVersion::default(), |(_, version)| *version),
        certificate,
    })
}

fn tamper() -> impl Strategy<Value = Tamper> {
    prop_oneof![
        (select(&PARTS[..]), any::<u32>()).prop_map(|((_, part), octet)| Tamper::Flip { part, octet }),
        slug().prop_map(Tamper::Frame),
        any::<i32>().prop_map(Tamper::Length),
        any::<i32>().prop_map(Tamper::Sequence),
        "[a-zA-Z/-]{0,9}".prop_map(Tamper::Protocol),
        (1_u8..).prop_map(|number| Tamper::Context(ConnectionId(number))),
        (1_u16..9999).prop_map(|number| Tamper::Replay(StepNumber(number))),
        any::<u32>().prop_map(Tamper::Truncate),
        Just(Tamper::Utf16),
        (1_u32..).prop_map(Tamper::Chunked),
        slug().prop_map(Tamper::EndsWith),
        slug().prop_map(Tamper::Contains),
    ]
}

fn send() -> impl Strategy<Value = Send> {
    let request = (envelope(), vec(header(), 0..3), template())
        .prop_map(|(start, headers, body)| HttpRequest { start, headers, body });
    prop_oneof![
        tls().prop_map(Send::Tls),
        auth().prop_map(Send::Auth),
        request.prop_map(Send::Http),
        envelope().prop_map(Send::Soap),
        vec(tamper(), 0..4).prop_map(Send::Sealed),
        vec(any::<u8>(), 0..70).prop_map(Send::Bytes),
        Just(Send::Closed),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let status = prop_oneof![
        (100_u16..600).prop_map(StatusPattern::Exactly),
        (1_u8..6).prop_map(StatusPattern::Class),
    ];
    let line = prop_oneof![
        header().prop_map(|(name, value)| HttpLine::Field(name, value)),
        "[A-Z][A-Za-z-]{0,6}".prop_map(HttpLine::Absent),
        Just(HttpLine::Empty),
    ];
    let http =
        (vec(status, 1..3), vec(line, 0..3)).prop_map(|(statuses, lines)| HttpPattern { statuses, lines });
    let names = || vec("[a-z]:[A-Z][a-z]{0,4}", 0..3);
    let fault = (names(), names(), names(), vec(any::<u32>(), 0..3)).prop_map(
        |(codes, subcodes, details, wsmanfaults)| FaultPattern { codes, subcodes, details, wsmanfaults },
    );
    prop_oneof![
        select(&[AuthOutcome::Accepted, AuthOutcome::Refused][..]).prop_map(Answer::Tls),
        select(&[AuthOutcome::Accepted, AuthOutcome::Refused][..]).prop_map(Answer::Auth),
        http.prop_map(Answer::Http),
        select(&[SealRule::Required, SealRule::Forbidden][..]).prop_map(Answer::Sealed),
        Just(Answer::Soap(SoapPattern::Absent)),
        envelope().prop_map(|envelope| Answer::Soap(SoapPattern::Like(envelope))),
        fault.prop_map(Answer::Fault),
        vec(any::<u8>(), 0..70).prop_map(Answer::Bytes),
        Just(Answer::Closed),
    ]
}

fn blame() -> impl Strategy<Value = Blame> {
    prop_oneof![Just(Blame::Required), Just(Blame::Setup), ids().prop_map(Blame::Only)]
}

fn sent() -> impl Strategy<Value = Sent> {
    (blame(), send()).prop_map(|(blame, send)| Sent { blame, send })
}

fn expect() -> impl Strategy<Value = Expect> {
    (blame(), option::of(slug()), answer()).prop_map(|(blame, any_of, answer)| Expect {
        blame,
        any_of,
        answer,
    })
}

fn assertion() -> impl Strategy<Value = Assertion> {
    const PATHS: [&str; 3] = ["//w:Selector[@Name='ShellId']", "count(//a:To)", "/s:Envelope/*[2]/@xml:lang"];
    let look = prop_oneof![
        select(&PATHS[..]).prop_map(|path| Look::Path(Path::parse(path).unwrap())),
        Just(Look::Status),
        "[A-Z][a-z-]{0,5}".prop_map(Look::Header),
        slug().prop_map(Look::Auth),
        slug().prop_map(Look::Tls),
    ];
    let condition = prop_oneof![
        Just(Condition::Exists),
        Just(Condition::Absent),
        select(&Matcher::ALL[..]).prop_map(Condition::Is),
        (select(&COMPARISONS[..]), any::<i64>()).prop_map(|((_, by), number)| Condition::Number(by, number)),
        (select(&TEXT_COMPARISONS[..]), template()).prop_map(|((_, by), text)| Condition::Text(by, text)),
    ];
    let level = select(&[Level::Must, Level::Should, Level::May][..]);
    (level, ids(), 1_u16..99, look, condition).prop_map(|(level, mut ids, step, look, condition)| Assertion {
        level,
        requirement: ids.remove(0),
        step: StepNumber(step),
        look,
        condition,
    })
}

fn body() -> impl Strategy<Value = StepBody> {
    let sections = (vec(sent(), 0..3), vec(expect(), 0..3))
        .prop_filter("a step has a section", |(sends, expects)| !sends.is_empty() || !expects.is_empty());
    let exchange =
        (1_u8.., 1_u16..=1000, sections).prop_map(|(connection, attempts_max, (sends, expects))| {
            StepBody::Exchange(Exchange {
                connection: ConnectionId(connection),
                attempts_max,
                sends,
                expects,
            })
        });
    prop_oneof![3 => exchange, 1 => vec(assertion(), 1..3).prop_map(StepBody::Assert)]
}

fn front() -> impl Strategy<Value = FrontMatter> {
    let words = || vec("[a-z.-]{1,6}", 0..3);
    let safety = select(&[Safety::Normal, Safety::Load, Safety::Lockout, Safety::Destructive][..]);
    let roles = vec(select(&[Role::Server, Role::Client, Role::Capture][..]), 0..3);
    ("[a-z.-]{1,12}", "[^\u{7f}]{0,12}", ids(), words(), roles, words(), safety, words()).prop_map(
        |(id, title, requires, profiles, roles, needs, safety, tolerates)| FrontMatter {
            wsx: 1,
            id,
            title,
            requires,
            profiles,
            roles,
            needs,
            safety,
            tolerates,
        },
    )
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let finally = option::of((vec(variable().prop_map(CleanUp::DeleteShell), 0..2), vec(body(), 0..2)));
    (front(), vec(body(), 1..5), finally).prop_map(|(front, bodies, finally)| {
        let mut numbers = (1..).map(StepNumber);
        let mut number = |bodies: Vec<StepBody>| -> Vec<Step> {
            bodies.into_iter().zip(&mut numbers).map(|(body, number)| Step { number, body }).collect()
        };
        let steps = number(bodies);
        let finally = finally.map(|(actions, bodies)| Finally { actions, steps: number(bodies) });
        Case { front, steps, finally }
    })
}
