//! Messages that CredSSP seals, in the frame of MS-WSMV 2.2.9.1.3, at the sizes where they are cut.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this file is a test")]

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::cell::Cell;

use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::credssp;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "the trait is unsafe; every call is handed to the system's allocator as it came"
)]
// SAFETY: layout and pointer contracts are those of `System`, to which each call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get().wrapping_add(1)));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get().wrapping_add(1)));
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

fn allocations_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.with(Cell::get);
    let result = work();
    (result, ALLOCATIONS.with(Cell::get).wrapping_sub(before))
}

fn server(versions: Versions) -> SessionServer {
    let certified = rcgen::generate_simple_self_signed(vec!["host.example.test".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_pem();
    let identity = Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).unwrap();
    SessionServer::new(&identity, versions).unwrap()
}

fn established(versions: Versions) -> (credssp::Initiator, credssp::Acceptor) {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
    let names = ntlm::ServerNames::workgroup("HOST");
    let inner = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
    let policy = credssp::AcceptorPolicy::default();
    let mut acceptor = credssp::Acceptor::new(&server(versions), Box::new(inner), policy).unwrap();
    let inner = ntlm::Initiator::new(ntlm::Credential::password("", "alice", "wonderland"), None).unwrap();
    let password = "wonderland".to_owned().into();
    let credentials =
        credssp::PasswordCreds { domain_name: String::new(), user_name: "alice".to_owned(), password };
    let options = credssp::InitiatorOptions::default();
    let random = Box::new(|octets: &mut [u8]| octets.fill(7));
    let mut initiator = credssp::Initiator::new(credentials, Box::new(inner), options, random).unwrap();
    let mut to_client = Vec::new();
    loop {
        let (is_last, token) = match initiator.step(&to_client).unwrap() {
            Step::Continue(token) => (false, token),
            Step::Complete(token) => (true, token.unwrap()),
        };
        match acceptor.step(&token).unwrap() {
            Step::Continue(token) => to_client = token,
            Step::Complete(None) if is_last => return (initiator, acceptor),
            Step::Complete(token) => panic!("complete too early with {token:?}"),
        }
    }
}

fn text(len: usize) -> Vec<u8> {
    b"\r\n--Encrypted Boundary\r\n<s:Envelope/> ".iter().copied().cycle().take(len).collect()
}

fn sealed(context: &mut dyn SecurityContext, text: &[u8]) -> EncryptedMessage {
    EncryptedMessage::seal(context, Protocol::CredSsp, Charset::Utf8, text.to_vec()).unwrap()
}

const KIB: usize = 1024;

#[test]
fn messages_of_every_size_cross_both_ways_in_portions_of_16_kib() {
    for (versions, trailer_len) in [(Versions::Tls12, 16), (Versions::Tls13, 17)] {
        let (mut client, mut server) = established(versions);
        for (len, portions) in [
            (1, 1),
            (16_383, 1),
            (16_384, 1),
            (16_385, 2),
            (32_768, 2),
            (32_769, 3),
            (49_153, 4),
            (500 * KIB, 32),
        ] {
            let message = sealed(&mut client, &text(len));
            assert_eq!(message.portions.len(), portions, "{len}");
            assert!(message.portions.iter().all(|portion| portion.length_field == trailer_len));
            let kind = if portions > 1 { "multipart/x-multi-encrypted" } else { "multipart/encrypted" };
            let content_type = message.content_type();
            assert_eq!(content_type.essence(), kind, "{len}");
            let body = message.encode(Form::default());
            let decoded =
                EncryptedMessage::decode(content_type.to_string().as_bytes(), &body, ToleranceSet::SPEC)
                    .unwrap();
            let lens: usize = decoded.message.portions.iter().map(|portion| portion.plaintext_len).sum();
            assert_eq!(lens, len, "Length is that of the text of its portion");
            assert_eq!(decoded.message.unseal(&mut server).unwrap(), text(len));
            let answer = sealed(&mut server, &text(len));
            assert_eq!(answer.unseal(&mut client).unwrap(), text(len));
        }
    }
}

#[test]
fn portions_in_another_order_or_with_one_missing_are_refused() {
    type Change = fn(&mut EncryptedMessage);
    let changes: [Change; 2] =
        [|message| message.portions.swap(0, 1), |message| drop(message.portions.remove(0))];
    for change in changes {
        let (mut client, mut server) = established(Versions::Both);
        let mut message = sealed(&mut client, &text(50 * KIB));
        change(&mut message);
        assert!(message.unseal(&mut server).is_err());
    }
}

#[test]
fn a_length_field_that_is_wrong_changes_nothing() {
    for length_field in [0, 1, 1 << 31, u32::MAX] {
        let (mut client, mut server) = established(Versions::Both);
        let mut message = sealed(&mut client, &text(20 * KIB));
        message.portions.iter_mut().for_each(|portion| portion.length_field = length_field);
        let body = message.encode(Form::default());
        let content_type = message.content_type().to_string();
        let decoded = EncryptedMessage::decode(content_type.as_bytes(), &body, ToleranceSet::SPEC).unwrap();
        assert_eq!(decoded.message.unseal(&mut server).unwrap(), text(20 * KIB));
    }
}

/// Allocations that rustls makes for each record: it copies the text out of it.
const TLS_ALLOCATIONS_PER_RECORD: usize = 1;

#[test]
fn unsealing_500_kib_allocates_twice_beside_what_tls_does() {
    for versions in [Versions::Tls12, Versions::Tls13] {
        let (mut client, mut server) = established(versions);
        let message = sealed(&mut client, &text(500 * KIB));
        let records = message.portions.len();
        let (unsealed, count) = allocations_of(|| message.unseal(&mut server).unwrap());
        assert_eq!(unsealed.len(), 500 * KIB);
        assert!(
            count <= records * TLS_ALLOCATIONS_PER_RECORD + 2,
            "{count} allocations for {records} records"
        );
    }
}
