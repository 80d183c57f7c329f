use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::report::Excerpt;
use crate::report::Finding;
use crate::report::RunRecord;
use crate::report::Shown;

const MASK: &str = "[redacted]";

/// Takes the secrets of a run out of what is told of it, in each form in which they travel.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret inside another leaves no rest.
    patterns: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("patterns", &self.patterns.len()).finish()
    }
}

impl Redactor {
    /// A redactor that knows no secret, but still masks what follows `Authorization`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns a password, or another secret text.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        if secret.is_empty() {
            return self;
        }
        let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let quoted = xml.replace('"', "&quot;").replace('\'', "&apos;");
        let base64 = [STANDARD.encode(secret), STANDARD.encode(&utf16)].map(String::into_bytes);
        self.patterns.extend([secret.as_bytes().to_vec(), utf16, xml.into_bytes(), quoted.into_bytes()]);
        self.patterns.extend(base64);
        self.patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
        self.patterns.dedup();
        self
    }

    /// Learns octets that are secret, as a key: as they are, in base64 and in hexadecimal digits.
    #[must_use]
    pub fn secret_octets(mut self, secret: &[u8]) -> Self {
        if secret.is_empty() {
            return self;
        }
        let hex = |octet: &u8| format!("{octet:02x}");
        let small: String = secret.iter().map(hex).collect();
        let spaced = secret.iter().map(hex).collect::<Vec<_>>().join(" ");
        let texts = [STANDARD.encode(secret), small.to_uppercase(), small, spaced];
        self.patterns.push(secret.to_vec());
        self.patterns.extend(texts.map(String::into_bytes));
        self.patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
        self.patterns.dedup();
        self
    }

    /// Learns a password and how Basic authentication writes it beside its user.
    #[must_use]
    pub fn credentials(self, user: &str, password: &str) -> Self {
        self.secret(password).secret(&format!("{user}:{password}"))
    }

    /// The same for several users.
    #[must_use]
    pub fn all_credentials<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        pairs.into_iter().fold(self, |redactor, (user, password)| redactor.credentials(user, password))
    }

    /// The octets without secrets.
    pub fn octets(&self, octets: &[u8]) -> Vec<u8> {
        let mut clean = Vec::with_capacity(octets.len());
        let mut rest = octets;
        while let [first, tail @ ..] = rest {
            match self.patterns.iter().find_map(|pattern| rest.strip_prefix(pattern.as_slice())) {
                Some(after) => {
                    clean.extend_from_slice(MASK.as_bytes());
                    rest = after;
                }
                None => {
                    clean.push(*first);
                    rest = tail;
                }
            }
        }
        clean
    }

    /// The text without secrets, and without what follows the scheme in an `Authorization` line.
    pub fn text(&self, text: &str) -> String {
        let lines: Vec<String> = text.split('\n').map(mask_authorization).collect();
        String::from_utf8_lossy(&self.octets(lines.join("\n").as_bytes())).into_owned()
    }

    /// The record without secrets. Ids, titles and sentences are ours and stay.
    pub fn record(&self, record: &RunRecord) -> RunRecord {
        let mut record = record.clone();
        self.clean(&mut record.header.endpoint);
        if let Some(connections) = &mut record.header.connections {
            connections.https.iter_mut().for_each(|text| self.clean(text));
        }
        record.incomplete.iter_mut().for_each(|text| self.clean(text));
        for case in &mut record.cases {
            self.clean(&mut case.reason);
            case.expected_because.iter_mut().for_each(|text| self.clean(text));
            case.findings.iter_mut().for_each(|finding| self.finding(finding));
        }
        record
    }

    fn finding(&self, finding: &mut Finding) {
        self.clean(&mut finding.expected);
        self.clean(&mut finding.got);
        for Excerpt { shown, .. } in finding.sent.iter_mut().chain(&mut finding.received) {
            match shown {
                Shown::Text(text) => self.clean(text),
                // Made from octets without secrets.
                Shown::Hex(_) => {}
            }
        }
    }

    fn clean(&self, text: &mut String) {
        *text = self.text(text);
    }
}

fn mask_authorization(line: &str) -> String {
    let Some((name, value)) = line.split_once(':') else { return line.to_owned() };
    let names = ["authorization", "proxy-authorization"];
    if !names.iter().any(|known| name.trim().eq_ignore_ascii_case(known)) {
        return line.to_owned();
    }
    let scheme = value.split_whitespace().next().unwrap_or("");
    let end = if line.ends_with('\r') { "\r" } else { "" };
    format!("{name}: {scheme} {MASK}{end}")
}
