//! What sealing and unsealing cost on top of cipher and HMAC over the same octets, which is all that the specifications
//! ask for: RC4 and HMAC-MD5 of NTLM, AES-256 in CBC and HMAC-SHA1 of Kerberos.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use aes::Aes256Dec;
use aes::Aes256Enc;
use aes::cipher::BlockModeDecrypt;
use aes::cipher::BlockModeEncrypt;
use aes::cipher::InnerIvInit;
use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::Throughput;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use md5::Md5;
use rc4::Rc4;
use rc4::StreamCipher;
use sha1::Sha1;
use winrm_benches::ratio::Ratio;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Role;
use winrm_harness::auth::SecurityContext;
use winrm_harness::auth::Step;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::ntlm;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::EncryptionError;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;

/// Holds from 16 KiB on; below, the fixed cost of a message shows.
const LIMIT: f64 = 1.3;
const LIMITED_FROM_KIB: usize = 16;

const SIZES: [(usize, &str); 4] = [(1, "1KiB"), (16, "16KiB"), (150, "150KiB"), (500, "500KiB")];

const CONTENT_TYPE: &[u8] =
    br#"multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary""#;

type Work = fn(&mut Session, &[u8]);

/// What is measured, each against the same floor.
const WHATS: [(&str, Work); 2] =
    [("ntlm", Session::there_and_back), ("encrypted_message", Session::there_and_back_in_a_frame)];

fn main() -> ExitCode {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    seal_and_floor(&mut criterion);
    criterion.final_summary();
    // `cargo test` runs benches without this argument, to see that they still work; then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let mut all_kept = true;
    for (name, work) in WHATS {
        for (kib, size) in SIZES {
            let ratio = ratio(format!("seal/{name}/{size}"), kib, work);
            println!("{ratio}");
            all_kept &= ratio.is_kept();
        }
    }
    for (kib, size) in SIZES {
        let ratio = kerberos_ratio(format!("seal/kerberos/{size}"), kib);
        println!("{ratio}");
        all_kept &= ratio.is_kept();
    }
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seal_and_floor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seal");
    for (kib, size) in SIZES {
        let text = plaintext(kib);
        group.throughput(Throughput::Bytes(text.len().saturating_mul(2).try_into().unwrap_or(u64::MAX)));
        for (name, work) in WHATS {
            let mut session = Session::new();
            group.bench_with_input(BenchmarkId::new(name, size), &text, |b, text| {
                b.iter(|| work(&mut session, text));
            });
        }
        let mut kerberos = Kerberos::new();
        group.bench_with_input(BenchmarkId::new("kerberos", size), &text, |b, text| {
            b.iter(|| kerberos.there_and_back(text));
        });
        let floor = AesFloor::new();
        group.bench_with_input(BenchmarkId::new("kerberos_floor", size), &text, |b, text| {
            b.iter(|| floor.there_and_back(text));
        });
        let mut floor = Floor::new();
        group.bench_with_input(BenchmarkId::new("floor", size), &text, |b, text| {
            b.iter(|| floor.there_and_back(text));
        });
    }
}

fn ratio(name: String, kib: usize, work: Work) -> Ratio {
    let (mut session, mut floor, text) = (Session::new(), Floor::new(), plaintext(kib));
    let limit = if kib < LIMITED_FROM_KIB { f64::INFINITY } else { LIMIT };
    Ratio::measure(name, limit, || work(&mut session, &text), || floor.there_and_back(&text))
}

fn kerberos_ratio(name: String, kib: usize) -> Ratio {
    let (mut session, floor, text) = (Kerberos::new(), AesFloor::new(), plaintext(kib));
    let limit = if kib < LIMITED_FROM_KIB { f64::INFINITY } else { LIMIT };
    Ratio::measure(name, limit, || session.there_and_back(&text), || floor.there_and_back(&text))
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
struct Session {
    client: ntlm::FixedInitiator,
    server: ntlm::Acceptor,
}

impl Session {
    fn new() -> Self {
        let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("", "alice", "wonderland")]);
        let names = ntlm::ServerNames::workgroup("HOST");
        let given =
            ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
        let server = ntlm::Acceptor::new(accounts, names, ntlm::AcceptorPolicy::default(), given);
        let given = ntlm::FixedGiven::new([0xAA; 8], ntlm::ExportedSessionKey([0x55; 16]));
        let client = ntlm::FixedInitiator::new(ntlm::Credential::password("", "alice", "wonderland"), given);
        let mut session = Self { client, server };
        assert_eq!(session.authenticate(), Ok(Step::Complete(None)), "the client is genuine");
        session
    }

    fn authenticate(&mut self) -> Result<Step, AuthError> {
        let (Step::Continue(negotiate) | Step::Complete(Some(negotiate))) = self.client.step(&[])? else {
            return Err(AuthError::NotEstablished);
        };
        let Step::Continue(challenge) = self.server.step(&negotiate)? else {
            return Err(AuthError::NotEstablished);
        };
        let Step::Complete(Some(authenticate)) = self.client.step(&challenge)? else {
            return Err(AuthError::NotEstablished);
        };
        self.server.step(&authenticate)
    }

    fn there_and_back(&mut self, text: &[u8]) {
        let mut message = black_box(text).to_vec();
        let unsealed =
            self.client.seal(&mut message).and_then(|token| self.server.unseal(&token, &mut message));
        assert_eq!(unsealed, Ok(()), "the message is genuine");
        black_box(message);
    }

    /// As a client and a server do it, down to the body of the HTTP message.
    fn there_and_back_in_a_frame(&mut self, text: &[u8]) {
        let opened = self.open_and_close(black_box(text));
        assert_eq!(opened.as_ref().map(Vec::len), Ok(text.len()), "the message is genuine");
        let _ = black_box(opened);
    }

    fn open_and_close(&mut self, text: &[u8]) -> Result<Vec<u8>, EncryptionError> {
        let message =
            EncryptedMessage::seal(&mut self.client, Protocol::Spnego, Charset::Utf8, text.to_vec())?;
        let body = message.encode(Form::default());
        let decoded = EncryptedMessage::decode(CONTENT_TYPE, &body, ToleranceSet::SPEC)?;
        Ok(decoded.unseal(&mut self.server)?.plaintext)
    }
}

/// RC4 and HMAC-MD5 with keys that are already expanded: one pass of each to seal and one of each to unseal, over one
/// copy of the text.
struct Floor {
    send: Rc4,
    receive: Rc4,
    mac: Hmac<Md5>,
}

impl Floor {
    #[expect(clippy::expect_used, reason = "both take keys of 16 octets")]
    fn new() -> Self {
        let cipher = || <Rc4 as KeyInit>::new_from_slice(&[0x55; 16]).expect("RC4 takes 16 octets");
        let mac = <Hmac<Md5> as KeyInit>::new_from_slice(&[0x55; 16]).expect("HMAC takes 16 octets");
        Self { send: cipher(), receive: cipher(), mac }
    }

    fn there_and_back(&mut self, text: &[u8]) {
        let mut message = black_box(text).to_vec();
        let mut mac = self.mac.clone();
        mac.update(&message);
        let sent = mac.finalize();
        self.send.apply_keystream(&mut message);
        self.receive.apply_keystream(&mut message);
        let mut mac = self.mac.clone();
        mac.update(&message);
        assert!(mac.finalize() == sent, "RC4 is its own inverse");
        black_box(message);
    }
}

/// A client and a server that share a key.
struct Kerberos {
    client: kerberos::Seal,
    server: kerberos::Seal,
}

impl Kerberos {
    #[expect(clippy::expect_used, reason = "the key has 32 octets")]
    fn new() -> Self {
        let aes = kerberos::EncryptionType::AES256_CTS_HMAC_SHA1_96;
        let key = kerberos::Key::new(aes, &[0x55; 32]).expect("the key has 32 octets");
        let seal = |role| {
            let zeros = Box::new(|octets: &mut [u8]| octets.fill(0));
            kerberos::Seal::new(&key, role, true, 1, 1, zeros).expect("the type is known")
        };
        Self { client: seal(Role::Initiator), server: seal(Role::Acceptor) }
    }

    fn there_and_back(&mut self, text: &[u8]) {
        let mut message = black_box(text).to_vec();
        let unsealed =
            self.client.seal(&mut message).and_then(|token| self.server.unseal(&token, &mut message));
        assert_eq!(unsealed, Ok(()), "the message is genuine");
        black_box(message);
    }
}

/// AES-256 in CBC and HMAC-SHA1 with keys that are already expanded: as many passes as [`Floor`] has.
struct AesFloor {
    encryption: Aes256Enc,
    decryption: Aes256Dec,
    mac: Hmac<Sha1>,
}

impl AesFloor {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn new() -> Self {
        let key = &[0x55_u8; 32];
        let mac = <Hmac<Sha1> as KeyInit>::new_from_slice(key).expect("HMAC takes 32 octets");
        Self { encryption: Aes256Enc::new(key.into()), decryption: Aes256Dec::new(key.into()), mac }
    }

    fn there_and_back(&self, text: &[u8]) {
        let mut message = black_box(text).to_vec();
        let mut mac = self.mac.clone();
        mac.update(&message);
        let sent = mac.finalize();
        let (blocks, _) = aes::Block::slice_as_chunks_mut(&mut message);
        let iv = aes::Block::default();
        cbc::Encryptor::inner_iv_init(&self.encryption, &iv).encrypt_blocks(blocks);
        cbc::Decryptor::inner_iv_init(&self.decryption, &iv).decrypt_blocks(blocks);
        let mut mac = self.mac.clone();
        mac.update(&message);
        assert!(mac.finalize() == sent, "what was encrypted decrypts");
        black_box(message);
    }
}
