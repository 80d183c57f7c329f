use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::engine::facts::Facts;
use crate::report::Connections;
use crate::subject::Scheme;
use crate::subject::Subject;

/// What a run learns of how the endpoint is reached.
#[derive(Debug, Default)]
pub(crate) struct Learned(Mutex<BTreeMap<&'static str, BTreeSet<String>>>);

/// The facts that a report tells, and by which name they are known.
const TOLD: [(&str, &str); 4] =
    [("tls", "tls.version"), ("cipher", "tls.cipher"), ("mechanism", "mechanism"), ("etype", "etype")];

impl Learned {
    /// Remembers what was seen in a step.
    pub(crate) fn learn(&self, facts: &Facts) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, name) in TOLD {
            if let Some(value) = facts.get(name) {
                known.entry(place).or_default().insert(value.clone());
            }
        }
    }

    /// What a report says of it.
    pub(crate) fn connections(&self, subject: &Subject) -> Connections {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |place| known.get(place).into_iter().flatten().cloned().collect();
        let https = subject.https.as_ref().filter(|https| **https != subject.url);
        Connections {
            https: https.map(ToString::to_string),
            scheme: subject.scheme.to_string(),
            server_identity: identity(subject).to_owned(),
            tls_versions: told("tls"),
            tls_ciphers: told("cipher"),
            mechanisms: told("mechanism"),
            etypes: told("etype"),
        }
    }
}

/// What proves to a client of the run's scheme, at the run's address, who the server is.
fn identity(subject: &Subject) -> &'static str {
    match subject.scheme {
        _ if subject.url.is_tls() => "verified by its certificate, over TLS",
        Scheme::Kerberos | Scheme::NegotiatedKerberos => "verified by Kerberos",
        Scheme::CredSsp => "not verified: CredSSP binds its key by NTLM, which proves no server",
        Scheme::Negotiate | Scheme::Ntlm => "not verified: NTLM over HTTP proves no server",
        Scheme::Digest => "not verified: Digest over HTTP proves no server",
        Scheme::Basic | Scheme::Certificate => "not verified: HTTP proves no server",
    }
}
