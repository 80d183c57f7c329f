//! Tokens of MIT Kerberos 1.20.1, made with `gss_wrap_iov` (HEADER, DATA, PADDING, as pyspnego calls it for WinRM),
//! `gss_wrap` and `gss_get_mic` between an initiator and an acceptor in a realm of a test, which was thrown away.
//!
//! `mit_tokens.txt` has a line for each session, with the type and octets of its key and the first numbers of both sides,
//! and behind it a line for each token: who made it, how, what of, its header, and the message behind it.

use crate::auth::Role;

/// A session: its key is the acceptor's subkey, but that of RC4, which is the one of the context.
pub(crate) struct Session {
    pub(crate) encryption_type: i32,
    pub(crate) key: &'static str,
    /// The first numbers of initiator and acceptor.
    pub(crate) first: [u64; 2],
    pub(crate) tokens: Vec<Token>,
}

/// One token: what it is of, its header, and the message behind it.
pub(crate) struct Token(pub(crate) Role, pub(crate) Kind, pub(crate) [&'static str; 3]);

/// What made a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    WinRm,
    Whole,
    Mic,
}

/// A session of each encryption type, with twelve tokens.
pub(crate) fn sessions() -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for line in include_str!("mit_tokens.txt").lines() {
        match &line.split(' ').collect::<Vec<_>>()[..] {
            ["session", encryption_type, key, initiator, acceptor] => sessions.push(Session {
                encryption_type: encryption_type.parse().unwrap(),
                key,
                first: [initiator.parse().unwrap(), acceptor.parse().unwrap()],
                tokens: Vec::new(),
            }),
            [role, kind, octets @ ..] => sessions.last_mut().unwrap().tokens.push(token(role, kind, octets)),
            _ => panic!("a line of the tokens: {line}"),
        }
    }
    assert!(sessions.len() == 5 && sessions.iter().all(|session| session.tokens.len() == 12));
    sessions
}

fn token(role: &str, kind: &str, octets: &[&'static str]) -> Token {
    let role = if role == "initiator" { Role::Initiator } else { Role::Acceptor };
    let kind = match kind {
        "winrm" => Kind::WinRm,
        "whole" => Kind::Whole,
        _ => Kind::Mic,
    };
    let octets: [&str; 3] = octets.try_into().unwrap();
    Token(role, kind, octets.map(|octets| octets.trim_start_matches('-')))
}
