//! What real peers sent, if the recordings lie beside the checkout.

use std::path::Path;
use std::path::PathBuf;

use crate::encryption::EncryptedMessage;
use crate::encryption::Protocol;
use crate::encryption::Tolerance;
use crate::encryption::ToleranceSet;
use crate::http::Framer;
use crate::http::Headers;
use crate::limits::HTTP_BODY_BYTES_MAX;

fn recordings() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if !folder.is_dir() {
        eprintln!("not run: no recordings at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[expect(clippy::disallowed_methods, reason = "tests read recordings from files")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// The recorded HTTP messages, in the order of their names.
fn exchanges(folder: &Path) -> Vec<PathBuf> {
    let captures = std::fs::read_dir(folder.join("OTRF+Security-Datasets/pcap")).unwrap();
    let folders = captures.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files =
        folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ext| ext == "http")).collect();
    files.sort();
    files
}

/// Headers and chunks of one recorded message, which must come back octet by octet unless the capture ended inside it.
fn parse(path: &Path) -> (Headers, Vec<Vec<u8>>) {
    let octets = read(path);
    let name = path.display();
    if path.to_string_lossy().ends_with("request.http") {
        let mut framer = Framer::requests(HTTP_BODY_BYTES_MAX);
        framer.push(&octets);
        let request = framer.next().unwrap().unwrap();
        assert_eq!(request.raw(), octets, "{name}");
        return (request.headers, request.body.chunks().map(<[u8]>::to_vec).collect());
    }
    let mut framer = Framer::responses(HTTP_BODY_BYTES_MAX);
    framer.push(&octets);
    if let Some(response) = framer.next().unwrap() {
        assert_eq!(response.raw(), octets, "{name}");
        return (response.headers, response.body.chunks().map(<[u8]>::to_vec).collect());
    }
    eprintln!("the capture ended inside {name}");
    let chunks = framer.partial_body().unwrap().chunks().map(<[u8]>::to_vec).collect();
    (framer.head().unwrap().headers.clone(), chunks)
}

#[test]
fn every_sealed_body_that_windows_exchanged_is_decoded() {
    let Some(folder) = recordings() else { return };
    let (mut messages, mut several) = (0, Vec::new());
    for path in exchanges(&folder) {
        let (headers, chunks) = parse(&path);
        let body = chunks.concat();
        let Some(content_type) =
            headers.first("Content-Type").filter(|value| value.starts_with(b"multipart"))
        else {
            continue;
        };
        let found: Vec<_> = EncryptedMessage::decode_all(content_type, &body, ToleranceSet::WINDOWS)
            .unwrap()
            .map(|decoded| decoded.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .collect();
        for decoded in &found {
            assert_eq!(decoded.used, ToleranceSet::SPEC.with(Tolerance::NoTab));
            assert_eq!(decoded.message.protocol, Protocol::Kerberos);
            assert_eq!(decoded.message.portions[0].length_field, 60);
        }
        let again: Vec<u8> =
            found.iter().flat_map(|decoded| decoded.message.encode(decoded.used.into())).collect();
        assert_eq!(again, body, "{}", path.display());
        messages += found.len();
        if chunks.len() > 1 {
            assert_eq!(chunks.len(), found.len(), "{}", path.display());
            several.push(found.len());
        }
    }
    eprintln!("{messages} sealed messages, in one body: {several:?}");
    assert!(messages > 0 && !several.is_empty());
}

#[test]
fn the_sealed_request_of_an_ntlm_client_is_decoded() {
    let Some(folder) = recordings() else { return };
    let hex = read(
        &folder.join("Devolutions+ironPosh/crates/ironposh-client-core/test_data/real_encrypted_soap.txt"),
    );
    let digits: Vec<u8> = hex.into_iter().filter(u8::is_ascii_hexdigit).collect();
    let body: Vec<u8> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let content_type =
        br#"multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary""#;
    let decoded = EncryptedMessage::decode(content_type, &body, ToleranceSet::SPEC).unwrap();
    assert!(decoded.used.is_empty());
    assert_eq!(decoded.message.portions[0].token.len(), 16);
    assert_eq!(decoded.message.portions[0].plaintext_len, 2162);
    assert_eq!(decoded.message.encode(decoded.used.into()), body);
}
