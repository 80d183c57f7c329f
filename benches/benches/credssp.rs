//! What sealing and unsealing under CredSSP cost on top of the record protection of TLS over the same portions, which
//! is all that the specification asks for.

#![expect(clippy::expect_used, reason = "a bench that can't be set up has nothing to say")]

use std::hint::black_box;
use std::process::ExitCode;

use rustls::ContentType;
use rustls::ProtocolVersion;
use rustls::crypto::cipher::AeadKey;
use rustls::crypto::cipher::InboundOpaqueMessage;
use rustls::crypto::cipher::Iv;
use rustls::crypto::cipher::MessageDecrypter;
use rustls::crypto::cipher::MessageEncrypter;
use rustls::crypto::cipher::OutboundPlainMessage;
use rustls::crypto::ring::cipher_suite::TLS13_AES_256_GCM_SHA384;
use winrm_benches::ratio::Ratio;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::credssp;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Protocol;
use winrm_harness::limits::CREDSSP_PORTION_BYTES_MAX;
use winrm_harness::tls::Identity;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

/// Holds from 16 KiB on; below, the fixed cost of a message shows.
const LIMIT: f64 = 1.3;
const SIZES: [(usize, &str, f64); 4] =
    [(1, "1KiB", f64::INFINITY), (16, "16KiB", LIMIT), (150, "150KiB", LIMIT), (500, "500KiB", LIMIT)];

fn main() -> ExitCode {
    let mut contexts = Contexts::new();
    contexts.there_and_back(&plaintext(1));
    // `cargo test` runs benches without this argument, to see that they still work; then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let mut all_kept = true;
    for (kib, size, limit) in SIZES {
        let (text, mut floor) = (plaintext(kib), Floor::new());
        let name = format!("seal/credssp/{size}");
        let ratio =
            Ratio::measure(name, limit, || contexts.there_and_back(&text), || floor.there_and_back(&text));
        println!("{ratio}");
        all_kept &= ratio.is_kept();
    }
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plaintext(kib: usize) -> Vec<u8> {
    b"<rsp:Stream Name=\"stdout\">aGVsbG8NCg==</rsp:Stream>"
        .iter()
        .copied()
        .cycle()
        .take(kib * 1024)
        .collect()
}

/// A client and a server that have authenticated.
struct Contexts {
    client: credssp::Initiator,
    server: credssp::Acceptor,
}

impl Contexts {
    fn new() -> Self {
        let certified =
            rcgen::generate_simple_self_signed(vec!["host.example.test".to_owned()]).expect("a certificate");
        let key = certified.signing_key.serialize_pem();
        let identity =
            Identity::from_pem(certified.cert.pem().as_bytes(), key.as_bytes()).expect("an identity");
        let tls = SessionServer::new(&identity, Versions::Tls13).expect("a server");
        let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
        let given =
            ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
        let names = ntlm::ServerNames::workgroup("HOST");
        let inner = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
        let server = credssp::Acceptor::new(&tls, Box::new(inner), credssp::AcceptorPolicy::default());
        let credential = ntlm::Credential::password("", "alice", "wonderland");
        let inner = ntlm::Initiator::new(credential, None).expect("a client");
        let creds = credssp::PasswordCreds {
            domain_name: String::new(),
            user_name: "alice".to_owned(),
            password: "wonderland".to_owned().into(),
        };
        let random = Box::new(|octets: &mut [u8]| octets.fill(7));
        let options = credssp::InitiatorOptions::default();
        let client = credssp::Initiator::new(creds, Box::new(inner), options, random).expect("a client");
        let mut contexts = Self { client, server: server.expect("a server") };
        contexts.authenticate();
        contexts
    }

    fn authenticate(&mut self) {
        let mut to_client = Vec::new();
        loop {
            let (Step::Continue(token) | Step::Complete(Some(token))) =
                self.client.step(&to_client).expect("the server is genuine")
            else {
                return;
            };
            match self.server.step(&token).expect("the client is genuine") {
                Step::Continue(token) => to_client = token,
                Step::Complete(_) => return,
            }
        }
    }

    fn there_and_back(&mut self, text: &[u8]) {
        let text = black_box(text).to_vec();
        let len = text.len();
        let opened = EncryptedMessage::seal(&mut self.client, Protocol::CredSsp, Charset::Utf8, text)
            .and_then(|message| message.unseal(&mut self.server));
        assert_eq!(opened.as_ref().map(Vec::len), Ok(len), "the message is genuine");
        let _ = black_box(opened);
    }
}

/// The record protection of rustls alone, with keys that are there: one pass to seal and one to unseal each portion of a
/// text that the sender has, into one that the receiver has in one piece.
struct Floor {
    encrypter: Box<dyn MessageEncrypter>,
    decrypter: Box<dyn MessageDecrypter>,
    sequence: u64,
}

impl Floor {
    fn new() -> Self {
        let suite = TLS13_AES_256_GCM_SHA384.tls13().expect("a suite of TLS 1.3");
        let (key, iv) = (|| AeadKey::from([7; 32]), || Iv::from([9; 12]));
        Self {
            encrypter: suite.aead_alg.encrypter(key(), iv()),
            decrypter: suite.aead_alg.decrypter(key(), iv()),
            sequence: 0,
        }
    }

    fn there_and_back(&mut self, text: &[u8]) {
        let text = black_box(text).to_vec();
        let mut received = Vec::with_capacity(text.len());
        for portion in text.chunks(CREDSSP_PORTION_BYTES_MAX) {
            let plain = OutboundPlainMessage {
                typ: ContentType::ApplicationData,
                version: ProtocolVersion::TLSv1_2,
                payload: portion.into(),
            };
            let mut record = self.encrypter.encrypt(plain, self.sequence).expect("a record").encode();
            let payload = record.get_mut(5..).unwrap_or_default();
            let sealed =
                InboundOpaqueMessage::new(ContentType::ApplicationData, ProtocolVersion::TLSv1_2, payload);
            let opened = self.decrypter.decrypt(sealed, self.sequence).expect("the record is genuine");
            received.extend_from_slice(opened.payload);
            self.sequence += 1;
        }
        black_box(received);
    }
}
