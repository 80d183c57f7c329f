//! The `tls` section: how a connection to the HTTPS address is opened.

use std::fmt;

use crate::wsx::error::WsxError;
use crate::wsx::error::WsxReason;
use crate::wsx::source::Line;
use crate::wsx::source::words;
use crate::wsx::words::meaning;
use crate::wsx::words::word;

/// How to open a connection over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsDirective {
    /// The versions that we offer.
    pub version: TlsVersion,
    /// What we show when the server asks who we are.
    pub certificate: ShownCertificate,
}

/// The versions of TLS that a case offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// 1.2 and 1.3
    #[default]
    Usual,
    /// [RFC 4346] 1.1 alone. We can offer it and nothing more, so a server that takes it is as far as that goes.
    Only11,
    /// [RFC 5246] 1.2 alone
    Only12,
    /// [RFC 8446] 1.3 alone
    Only13,
}

/// Which certificate a client shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ShownCertificate {
    /// None.
    #[default]
    None,
    /// The one that stands for the user of the run.
    Mapped,
    /// One that is in order and stands for nobody.
    Unmapped,
    /// One that is no longer valid.
    Expired,
    /// One that is for servers.
    WrongPurpose,
}

pub(crate) const VERSIONS: [(&str, TlsVersion); 3] =
    [("1.1", TlsVersion::Only11), ("1.2", TlsVersion::Only12), ("1.3", TlsVersion::Only13)];

pub(crate) const CERTIFICATES: [(&str, ShownCertificate); 5] = [
    ("none", ShownCertificate::None),
    ("mapped", ShownCertificate::Mapped),
    ("unmapped", ShownCertificate::Unmapped),
    ("expired", ShownCertificate::Expired),
    ("wrong-purpose", ShownCertificate::WrongPurpose),
];

const DEFAULT: &str = "default";

/// Reads the line of a `> tls` section.
pub(crate) fn tls(line: &Line<'_>) -> Result<TlsDirective, WsxError> {
    let mut directive = TlsDirective::default();
    if line.trimmed() == DEFAULT {
        return Ok(directive);
    }
    let mut seen = Vec::new();
    for option in words(line.trimmed()) {
        let known = "default, version=1.1|1.2|1.3 or certificate=none|mapped|unmapped|expired|wrong-purpose";
        let (key, value) = option.split_once('=').ok_or_else(|| line.expected(known, option))?;
        if seen.contains(&key) {
            return Err(line.error(option, WsxReason::Duplicate { what: "option", name: key.to_owned() }));
        }
        seen.push(key);
        let unknown = || line.expected(known, option);
        match key {
            "version" => directive.version = meaning(&VERSIONS, value).ok_or_else(unknown)?,
            "certificate" => directive.certificate = meaning(&CERTIFICATES, value).ok_or_else(unknown)?,
            _ => return Err(unknown()),
        }
    }
    Ok(directive)
}

impl fmt::Display for TlsDirective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        if self.version != TlsVersion::default() {
            said.push(format!("version={}", word(&VERSIONS, &self.version)));
        }
        if self.certificate != ShownCertificate::default() {
            said.push(format!("certificate={}", self.certificate));
        }
        f.write_str(&if said.is_empty() { DEFAULT.to_owned() } else { said.join(" ") })
    }
}

impl fmt::Display for ShownCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(&CERTIFICATES, self))
    }
}
