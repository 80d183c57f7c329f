//! Cells without HTTP: one half of an authentication is ours, the other a process of `conformance/peers/tokens.py`.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;

use crate::contexts;
use crate::table::Cell;
use crate::table::Ours;
use crate::world::DOMAIN;
use crate::world::USER;
use crate::world::World;

/// The most tokens that an authentication has, with a handshake of TLS in it.
const LEGS_MAX: usize = 12;
/// Octets of the messages: below, at and above the sizes of blocks, and a whole portion of CredSSP.
const SIZES: [usize; 7] = [1, 15, 16, 17, 32, 1000, 16_384];

struct Peer {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(world: &World, cell: &Cell) -> Self {
        let role = if cell.ours == Ours::Acceptor { "initiate" } else { "accept" };
        let mut command = world.python("tokens.py");
        command.args([role, &cell.peer, &cell.scheme]);
        if cell.over != "tokens" {
            command.arg(format!("{}.example.test", cell.over));
        }
        let user = if cell.scheme == "kerberos" {
            format!("{USER}@{}", crate::realm::REALM)
        } else {
            // Where tickets are found, they are taken; without a realm there are none.
            if cell.peer == "pyspnego" {
                command.env("KRB5_CONFIG", "/dev/null").env_remove("KRB5_KTNAME");
            }
            format!("{DOMAIN}\\{USER}")
        };
        command.env("PEER_USER", user).env("NTLM_USER_FILE", world.realm.path("ntlm-users"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    /// What a line is answered by: a word and octets.
    fn ask(&mut self, line: &str) -> Result<(String, Vec<Vec<u8>>), String> {
        writeln!(self.input.as_mut().unwrap(), "{line}").map_err(|error| error.to_string())?;
        let mut said = String::new();
        self.output.read_line(&mut said).map_err(|error| error.to_string())?;
        let said = said.trim_end();
        if said.is_empty() || said.starts_with("error") {
            return Err(said.to_owned());
        }
        let mut words = said.split(' ');
        let word = words.next().unwrap_or_default().to_owned();
        Ok((word, words.map(|word| STANDARD.decode(word).unwrap()).collect()))
    }

    /// The octets that a verb makes of others.
    fn make<const N: usize>(&mut self, verb: &str, given: &[&[u8]]) -> Result<[Vec<u8>; N], String> {
        let given: Vec<String> = given.iter().map(|octets| STANDARD.encode(octets)).collect();
        let (word, made) = self.ask(&format!("{verb} {}", given.join(" ")))?;
        made.try_into().map_err(|_| format!("{verb} gives {word}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input is its end.
        self.input = None;
        let _ = self.process.wait();
    }
}

pub(crate) fn play(world: &World, cell: &Cell) -> Result<(), String> {
    let mut ours = contexts::of(world, cell)?;
    let mut peer = Peer::start(world, cell);
    shake_hands(ours.as_mut(), &mut peer, cell.ours == Ours::Initiator)?;
    contexts::expect_outcome(ours.as_ref(), cell)?;
    for size in SIZES {
        let text: Vec<u8> = (0..=255).cycle().take(size).collect();
        let played = exchange(ours.as_mut(), &mut peer, cell, &text);
        played.map_err(|error| format!("{size} octets: {error}"))?;
    }
    Ok(())
}

fn exchange(ours: &mut dyn SecurityContext, peer: &mut Peer, cell: &Cell, text: &[u8]) -> Result<(), String> {
    // CredSSP has none, and the library that is our initiator of NTLM seals only where nothing was signed before.
    let is_library = cell.ours == Ours::Initiator && cell.scheme == "ntlm" && cell.peer == "pyspnego";
    if cell.scheme != "credssp" && !is_library {
        checksums(ours, peer, text)?;
    }
    if cell.peer != "gss-ntlmssp" {
        seals(ours, peer, text)?;
    }
    if cell.peer != "pyspnego" {
        wraps(ours, peer, text, cell.over == "rc4")?;
    }
    Ok(())
}

fn shake_hands(ours: &mut dyn SecurityContext, peer: &mut Peer, ours_begins: bool) -> Result<(), String> {
    let mut to_ours = ours_begins.then(Vec::new);
    let (mut ours_is_done, mut peer_is_done) = (false, false);
    for _ in 0..LEGS_MAX {
        let mut to_peer = Vec::new();
        if let Some(token) = to_ours.take() {
            match ours.step(&token).map_err(|error| format!("we refuse their token: {error}"))? {
                Step::Continue(token) => to_peer = token,
                Step::Complete(token) => {
                    ours_is_done = true;
                    to_peer = token.unwrap_or_default();
                }
            }
        }
        if !(ours_is_done && peer_is_done && to_peer.is_empty()) {
            let (word, mut octets) = peer.ask(&STANDARD.encode(&to_peer))?;
            peer_is_done = word == "complete";
            to_ours = Some(octets.pop().unwrap_or_default());
        }
        if ours_is_done && peer_is_done && to_ours.as_ref().is_none_or(Vec::is_empty) {
            return Ok(());
        }
    }
    Err(format!("no end after {LEGS_MAX} legs: ours {ours_is_done}, theirs {peer_is_done}"))
}

fn expect(what: &str, expected: &[u8], got: &[u8]) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what}: other octets than those sealed")) }
}

/// As WinRM seals: header and message apart, both ways, two in a row each.
fn seals(ours: &mut dyn SecurityContext, peer: &mut Peer, text: &[u8]) -> Result<(), String> {
    for _ in 0..2 {
        let mut message = text.to_vec();
        let header = ours.seal(&mut message).map_err(|error| error.to_string())?;
        // A context of CredSSP leaves its header in front of the message too.
        let message = message.strip_prefix(header.as_slice()).unwrap_or(&message);
        let [opened] = peer.make("unseal", &[&header, message])?;
        expect("unseal", text, &opened)?;
    }
    for _ in 0..2 {
        let [header, mut message] = peer.make("seal", &[text])?;
        ours.unseal(&header, &mut message).map_err(|error| format!("we can't unseal: {error}"))?;
        expect("seal", text, &message)?;
    }
    Ok(())
}

/// As GSS_Wrap gives it: one token.
fn wraps(
    ours: &mut dyn SecurityContext,
    peer: &mut Peer,
    text: &[u8],
    is_padded: bool,
) -> Result<(), String> {
    // [RFC 4757 7.3] GSS_Unwrap takes an octet off that WinRM's messages don't have.
    if !is_padded {
        let mut message = text.to_vec();
        let header = ours.seal(&mut message).map_err(|error| error.to_string())?;
        let [opened] = peer.make("unwrap", &[&[header, message].concat()])?;
        expect("unwrap", text, &opened)?;
    }
    let [token] = peer.make("wrap", &[text])?;
    let (header, message) = token.split_at_checked(16).ok_or("a token below 16 octets")?;
    let mut message = message.to_vec();
    ours.unseal(header, &mut message).map_err(|error| format!("we can't unwrap: {error}"))?;
    expect("wrap", text, &message)
}

fn checksums(ours: &mut dyn SecurityContext, peer: &mut Peer, text: &[u8]) -> Result<(), String> {
    let mic = ours.sign(text).map_err(|error| error.to_string())?;
    let [] = peer.make("verify", &[&mic, text])?;
    let [mic] = peer.make("sign", &[text])?;
    ours.verify(&mic, text).map_err(|error| format!("we can't verify: {error}"))
}
