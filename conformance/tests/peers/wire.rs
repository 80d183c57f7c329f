//! What may stand in recorded octets. Nothing of the harness is used: it would forgive its own mistakes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::recorder::Recording;

/// Parts of every SOAP message, long enough that ciphertext does not hold them by chance.
const SOAP: &[&str] = &["Envelope", "http://schemas.", "xmlns:", "mustUnderstand"];
/// What the scenarios print, as text and as the stream content that it becomes.
const TEST_DATA: &[&str] = &["hello\r\n", "aGVsbG8NCg", "first line", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SEALED_TYPES: &[&str] = &["multipart/encrypted", "multipart/x-multi-encrypted"];

/// One HTTP message.
#[derive(Debug)]
struct Message<'a> {
    start: &'a str,
    headers: Vec<(String, &'a str)>,
    body: &'a [u8],
}

impl Message<'_> {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn is_sealed(&self) -> bool {
        SEALED_TYPES.iter().any(|known| self.header("content-type").starts_with(known))
    }
}

/// Every body of a session that logged on with NTLM or Negotiate is sealed, and nothing secret is anywhere.
pub(crate) fn expect_sealed(connections: &[Recording], password: &str) -> Result<(), String> {
    let mut sealed = 0;
    for octets in directions(connections) {
        for needle in needles(password) {
            if let Some(at) = find(octets, &needle) {
                return Err(format!("octet {at}: {:?} in clear", String::from_utf8_lossy(&needle)));
            }
        }
        for message in messages(octets)? {
            match message.body {
                [] => {}
                _ if message.is_sealed() => sealed += 1,
                body => return Err(format!("{}: {} octets in clear", message.start, body.len())),
            }
        }
    }
    // Create and its answer at least; less means that the recording missed the session.
    if sealed < 2 { Err(format!("{sealed} sealed bodies")) } else { Ok(()) }
}

/// The other way round for Basic, which shows that what `expect_sealed` misses would be seen.
pub(crate) fn expect_clear(connections: &[Recording]) -> Result<(), String> {
    let bodies = directions(connections).map(messages).collect::<Result<Vec<_>, _>>()?;
    let bodies: Vec<Message<'_>> =
        bodies.into_iter().flatten().filter(|message| !message.body.is_empty()).collect();
    if let Some(message) = bodies.iter().find(|message| message.is_sealed()) {
        return Err(format!("{}: sealed", message.start));
    }
    let envelopes = bodies.iter().filter(|message| find(message.body, b"Envelope").is_some()).count();
    if envelopes < 2 { Err(format!("{envelopes} envelopes in clear")) } else { Ok(()) }
}

fn directions(connections: &[Recording]) -> impl Iterator<Item = &[u8]> {
    connections.iter().flat_map(|recording| [recording.to_server.as_slice(), recording.to_client.as_slice()])
}

/// Everything that must not be seen, in UTF-8, UTF-16 and, for the password, Base64.
fn needles(password: &str) -> Vec<Vec<u8>> {
    let texts = || SOAP.iter().chain(TEST_DATA).copied().chain([password]);
    let utf16 = texts().map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    // The last characters depend on what follows, so they are left out.
    let mut encoded = STANDARD.encode(password);
    encoded.truncate(password.len());
    texts().map(|text| text.as_bytes().to_vec()).chain(utf16).chain([encoded.into_bytes()]).collect()
}

fn find(octets: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle[0];
    let mut from = 0;
    while let Some(offset) = octets[from..].iter().position(|octet| *octet == first) {
        if octets[from + offset..].starts_with(needle) {
            return Some(from + offset);
        }
        from += offset + 1;
    }
    None
}

/// The messages of one direction. Both peers and the server send Content-Length, so nothing else is understood.
fn messages(mut octets: &[u8]) -> Result<Vec<Message<'_>>, String> {
    let mut messages = Vec::new();
    while !octets.is_empty() {
        let end = find(octets, b"\r\n\r\n").ok_or("a head without an end")?;
        let head = std::str::from_utf8(&octets[..end]).map_err(|error| error.to_string())?;
        let (start, fields) = head.split_once("\r\n").ok_or("a head without fields")?;
        let headers: Vec<(String, &str)> = fields
            .split("\r\n")
            .filter_map(|field| field.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
            .collect();
        let mut message = Message { start, headers, body: &[] };
        if !message.header("transfer-encoding").is_empty() {
            return Err(format!("{start}: Transfer-Encoding"));
        }
        let length = message.header("content-length").parse().unwrap_or(0);
        let rest = &octets[end + 4..];
        (message.body, octets) = rest.split_at_checked(length).ok_or("a body that ends early")?;
        messages.push(message);
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(octets: &str) -> Vec<Recording> {
        vec![Recording { to_server: octets.as_bytes().to_vec(), to_client: Vec::new() }]
    }

    const SEALED: &str =
        "POST /wsman HTTP/1.1\r\nContent-Type: multipart/encrypted;x\r\nContent-Length: 3\r\n\r\nabc";

    #[test]
    fn a_session_of_sealed_bodies_is_sealed() {
        assert_eq!(expect_sealed(&sent(&SEALED.repeat(2)), "secret-word"), Ok(()));
    }

    #[test]
    fn a_recording_without_a_session_is_not_sealed() {
        assert_eq!(expect_sealed(&sent(SEALED), "secret-word"), Err("1 sealed bodies".to_owned()));
    }

    #[test]
    fn a_body_in_clear_after_sealed_ones_is_found() {
        let clear = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";
        let error = expect_sealed(&sent(&(SEALED.repeat(2) + clear)), "secret-word").unwrap_err();
        assert_eq!(error, "HTTP/1.1 200 OK: 2 octets in clear");
    }

    #[test]
    fn markup_data_and_password_are_found_inside_a_body_that_says_it_is_sealed() {
        let utf16: Vec<u8> = "Envelope".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16 = String::from_utf8(utf16).unwrap();
        for leak in ["<s:Envelope>", "hello\r\n", "secret-word", &STANDARD.encode("secret-word\0"), &utf16] {
            let message = SEALED.replace("Content-Length: 3", &format!("Content-Length: {}", leak.len()));
            let message = message.replace("abc", leak);
            let error = expect_sealed(&sent(&message.repeat(2)), "secret-word").unwrap_err();
            assert!(error.ends_with("in clear"), "{leak:?}: {error}");
        }
    }
}
