//! What other implementations made, opened and made again.

use super::*;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::crypto::Parts;
use crate::auth::kerberos::seal::mit::Kind;
use crate::auth::kerberos::seal::mit::Session;
use crate::auth::kerberos::seal::mit::Token;
use crate::auth::kerberos::seal::mit::sessions;

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

impl Session {
    fn key(&self) -> Key {
        Key::new(EncryptionType(self.encryption_type), &hex(self.key)).unwrap()
    }

    fn seal(&self, role: Role, random: Random) -> Seal {
        let [initiator, acceptor] = self.first;
        let [send, receive] =
            if role == Role::Initiator { [initiator, acceptor] } else { [acceptor, initiator] };
        let seal = Seal::new(&self.key(), role, true, send, receive, random).unwrap();
        seal.with_sequence_rule(SequenceRule::Counted)
    }

    fn tokens_of(&self, sender: Role) -> impl Iterator<Item = (Kind, [Vec<u8>; 3])> {
        let of_sender = self.tokens.iter().filter(move |Token(of, ..)| *of == sender);
        of_sender.map(|Token(_, kind, texts)| (*kind, texts.map(hex)))
    }

    /// The confounder in a token that `sender` made.
    fn confounder(&self, sender: Role, number: u64, header: &[u8], message: &[u8]) -> Vec<u8> {
        let suite = self.key().encryption_type().suite().unwrap();
        if suite == Suite::Rc4 {
            let number = u32::try_from(number).unwrap().to_be_bytes();
            let mut confounder = header[header.len() - 8..].to_vec();
            self.key().rc4().unwrap().local().subkey(&[0; 4]).subkey(&number).apply(&mut confounder);
            return confounder;
        }
        let usage = if sender == Role::Initiator { KeyUsage(24) } else { KeyUsage(22) };
        let keys = self.key().message_keys(suite, usage).unwrap();
        let mut rest = [&header[16..], message].concat();
        rest.rotate_left(header.len() - 32);
        let checksum = rest.split_off(rest.len() - keys.checksum_len());
        let (confounder, body) = rest.split_first_chunk_mut().unwrap();
        keys.decrypt(Parts { confounder, body, tail: &mut [] }, &checksum).unwrap();
        confounder.to_vec()
    }
}

#[test]
fn tokens_of_mit_are_understood_in_their_order() {
    for session in sessions() {
        for sender in [Role::Initiator, Role::Acceptor] {
            let mut receiver = session.seal(sender.peer(), Box::new(|_| ()));
            for (kind, [text, header, mut message]) in session.tokens_of(sender) {
                if kind == Kind::Mic {
                    assert_eq!(receiver.verify(&header, &text), Ok(()), "{}", session.encryption_type);
                    continue;
                }
                let unsealed = receiver.unseal(&header, &mut message);
                assert_eq!((unsealed, message), (Ok(()), text), "{} {kind:?}", session.encryption_type);
            }
        }
    }
}

#[test]
fn of_the_same_confounder_we_make_the_tokens_of_mit() {
    for session in sessions() {
        let padding = if session.encryption_type == 23 { &[1][..] } else { &[] };
        for sender in [Role::Initiator, Role::Acceptor] {
            let first = session.first[usize::from(sender == Role::Acceptor)];
            let tokens = session.tokens_of(sender).filter(|(kind, _)| *kind == Kind::WinRm);
            for ((_, [text, header, message]), number) in tokens.zip(first..) {
                let confounder = session.confounder(sender, number, &header, &message);
                let random: Random = Box::new(move |octets| octets.copy_from_slice(&confounder));
                let mut session = session.seal(sender, random);
                session.send = SendSequence::new(number, Width::Bits64);
                let mut made = [&text, padding].concat();
                assert_eq!(session.seal(&mut made), Ok(header));
                assert_eq!(made, message);
            }
            let (_, [text, mic, _]) = session.tokens_of(sender).find(|(kind, _)| *kind == Kind::Mic).unwrap();
            let mut session = session.seal(sender, Box::new(|_| ()));
            session.send = SendSequence::new(first + 5, Width::Bits64);
            assert_eq!(session.sign(&text), Ok(mic));
        }
    }
}

/// Recorded hosts, whose keys nobody has: how they count, and what is in clear.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its own data")]
fn recorded_windows_hosts_count_every_message_and_turn_by_what_follows_it() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/fixtures/OTRF+Security-Datasets/pcap");
    let Ok(captures) = std::fs::read_dir(&folder) else {
        println!("no recordings beside this checkout");
        return;
    };
    let mut headers_len = 0;
    for capture in captures.map(Result::unwrap).filter(|capture| capture.path().is_dir()) {
        let mut messages =
            std::fs::read_dir(capture.path()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
        messages.sort();
        let mut last = std::collections::BTreeMap::new();
        for path in messages {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let octets = std::fs::read(&path).unwrap();
            let connection = name.split('_').next().unwrap().to_owned();
            // A connection that is authenticated anew begins to count anew.
            if octets.windows(14).any(|window| window == b"Authorization:") {
                last.retain(|(other, _), _| *other != connection);
            }
            for at in 0..octets.len().saturating_sub(20) {
                if octets[at..at + 4] != [60, 0, 0, 0] || octets[at + 4..at + 6] != [5, 4] {
                    continue;
                }
                let header = &octets[at + 4..at + 20];
                let sender = if header[2] & 1 == 1 { Role::Acceptor } else { Role::Initiator };
                assert_eq!(header[2..8], [if sender == Role::Acceptor { 7 } else { 6 }, 0xFF, 0, 0, 0, 28]);
                let number = u64::from_be_bytes(header[8..].try_into().unwrap());
                assert_ne!(number, 0, "{name}");
                let before = last.insert((connection.clone(), header[2] & 1), number);
                assert!(before.is_none_or(|before| number == before + 1), "{name}: {before:?} {number}");
                headers_len += 1;
            }
        }
    }
    assert!(headers_len >= 40, "{headers_len} headers");
}
