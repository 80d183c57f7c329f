//! Tokens recorded from other implementations, where they lie beside the checkout.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::auth::Role;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::negotiate::NegTokenResp;
use crate::auth::ntlm::crypto::ResponseKey;
use crate::auth::ntlm::*;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;

/// One recorded token, unwrapped from SPNEGO where it was wrapped.
struct Recorded {
    name: String,
    octets: Vec<u8>,
    record: Value,
}

fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let mut files: Vec<_> = list(&root).iter().flat_map(|group| list(&group.join("_ntlm"))).collect();
    files.sort();
    if files.is_empty() {
        eprintln!("not run: there are no recorded tokens at {}", root.display());
    }
    files
}

#[expect(clippy::disallowed_methods, reason = "a test reads its own data")]
fn recorded(file: &Path) -> Vec<Recorded> {
    let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let records = document.as_array().or_else(|| document["tokens"].as_array()).unwrap();
    let name = |index: usize| format!("{} {index}", file.file_name().unwrap().to_string_lossy());
    let record = |(index, record): (usize, &Value)| Recorded {
        name: name(index),
        octets: unwrap_spnego(hex(record["hex"].as_str().unwrap()), &name(index)),
        record: record.clone(),
    };
    records.iter().enumerate().map(record).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn unwrap_spnego(octets: Vec<u8>, name: &str) -> Vec<u8> {
    const SPNEGO: [u8; 8] = [6, 6, 0x2B, 6, 1, 5, 5, 2];
    let is_spnego =
        octets.iter().take(14).copied().collect::<Vec<_>>().windows(8).any(|window| window == SPNEGO);
    let inner = match octets.first() {
        Some(0x60) if is_spnego => NegTokenInit::from_bytes(&octets).map(|init| init.mech_token),
        Some(0xA1) => NegTokenResp::from_bytes(&octets).map(|response| response.response_token),
        _ => return octets,
    };
    let inner = inner.unwrap_or_else(|error| panic!("{name}: {error}"));
    inner.unwrap_or_default()
}

/// Decodes, encodes and decodes again.
fn check<T: Encode + Decode + PartialEq + std::fmt::Debug>(octets: &[u8]) -> Result<(), CodecError> {
    let value = T::from_bytes(octets)?;
    assert_eq!(T::from_bytes(&value.to_bytes()?)?, value);
    Ok(())
}

/// A list of AV pairs without its end, a negative case of the test it comes from.
const BROKEN: [&str; 1] = ["challenge_message_test.go.tokens.json 5"];

#[test]
fn recorded_tokens_decode_unless_they_are_broken_on_purpose() {
    let (mut count, mut refused) = (0, 0);
    for recorded in files().iter().flat_map(|file| recorded(file)) {
        let decoded = match recorded.octets.get(8) {
            Some(1) => check::<Negotiate>(&recorded.octets),
            Some(2) => check::<Challenge>(&recorded.octets),
            Some(3) => check::<Authenticate>(&recorded.octets),
            _ => continue, // Kerberos, and parts of SPNEGO tokens that are there whole too
        };
        count += 1;
        let is_broken = recorded.record["truncated"] == true || BROKEN.contains(&recorded.name.as_str());
        match decoded {
            Err(error) if !is_broken => panic!("{}: {error}", recorded.name),
            Err(_) => refused += 1,
            Ok(()) => {}
        }
    }
    eprintln!("{count} recorded tokens, {refused} of them broken and refused");
}

#[test]
fn recorded_responses_prove_their_password_and_give_the_recorded_keys() {
    let mut count = 0;
    for file in files() {
        let mut challenge = Vec::new();
        for recorded in recorded(&file) {
            let verified = &recorded.record["verified"];
            if verified["scheme"] == "NTLMv2" {
                let given = verified["server_challenge"].as_str().map(hex);
                let nonce = given.unwrap_or_else(|| challenge.get(24..32).unwrap_or_default().to_vec());
                prove(&recorded, nonce.try_into().unwrap(), verified);
                count += 1;
            }
            if recorded.octets.get(8) == Some(&2) {
                challenge = recorded.octets;
            }
        }
    }
    eprintln!("{count} recorded responses proved");
}

fn prove(recorded: &Recorded, server_challenge: [u8; 8], verified: &Value) {
    let message = Authenticate::from_bytes(&recorded.octets).unwrap();
    let flags = message.flags();
    let text = |text: &WireText| text.to_text(flags, "name").unwrap();
    let hash = NtHash::from_password(verified["password"].as_str().unwrap());
    let key = ResponseKey::new(&hash, &text(&message.user), &text(&message.domain));
    let (proof, client_challenge) = message.nt_response.split_first_chunk::<16>().unwrap();
    assert!(key.verify_proof(&server_challenge, client_challenge, proof), "{}", recorded.name);
    let base = key.session_base_key(proof);
    let exported = match <[u8; 16]>::try_from(message.encrypted_session_key()) {
        Ok(encrypted) if flags.contains(NegotiateFlags::KEY_EXCHANGE) => {
            ExportedSessionKey(base.exchange(encrypted))
        }
        _ => base.into_exported(),
    };
    let expect = |name: &str, key: [u8; 16]| {
        assert_eq!(key[..], hex(verified[name].as_str().unwrap()), "{} {name}", recorded.name);
    };
    expect("exported_session_key", exported.0);
    expect("client_sign", exported.sign_key(Role::Initiator));
    expect("server_sign", exported.sign_key(Role::Acceptor));
    expect("client_seal", exported.seal_key(flags, Role::Initiator));
    expect("server_seal", exported.seal_key(flags, Role::Acceptor));
}

/// The MICs were made by Windows and by gss-ntlmssp.
#[test]
fn recorded_mech_list_mics_fit_the_recorded_lists_and_keys() {
    let mut count = 0;
    for file in files() {
        let (mut list, mut seals) = (Vec::new(), None);
        for Recorded { name, record, .. } in recorded(&file) {
            let octets = hex(record["hex"].as_str().unwrap());
            if let Ok(init) = NegTokenInit::from_bytes(&octets) {
                list = init.mech_types.to_der();
            }
            if let Some(key) = record["verified"]["exported_session_key"].as_str() {
                let key = ExportedSessionKey(hex(key).try_into().unwrap());
                let seal = |role| Seal::new(&key, NegotiateFlags::FULL_STRENGTH, role);
                seals = Some([seal(Role::Acceptor), seal(Role::Initiator)]);
            }
            let mic = NegTokenResp::from_bytes(&octets).ok().and_then(|response| response.mech_list_mic);
            if let (Some(mic), Some([acceptor, initiator])) = (mic, &mut seals) {
                let by_client = acceptor.verify(&mic, &list).is_ok();
                assert!(by_client || initiator.verify(&mic, &list).is_ok(), "{name}");
                count += 1;
            }
        }
    }
    eprintln!("{count} recorded mechListMICs verified");
}
