use winrm_harness::tls::ClientTls;
use winrm_harness::tls::Identity;
use winrm_harness::tls::ServerTrust;
use winrm_harness::tls::Versions;

use crate::subject::SubjectError;
use crate::wsx::ShownCertificate;
use crate::wsx::TlsDirective;
use crate::wsx::TlsVersion;

/// How to reach an endpoint over TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsMeans {
    /// Whose certificates are believed. `None` where nobody said it: then nothing is reached over TLS.
    pub trust: Option<ServerTrust>,
    /// The name that the server's certificate has to have, if that is not the host of the address.
    pub expected_name: Option<String>,
    /// What there is to show.
    pub certificates: Certificates,
}

/// The client certificates of a run.
#[derive(Clone, Debug, Default)]
pub struct Certificates {
    /// It stands for the user of the run.
    pub mapped: Option<Identity>,
    /// It is in order and stands for nobody.
    pub unmapped: Option<Identity>,
    /// It is no longer valid.
    pub expired: Option<Identity>,
    /// It is for servers.
    pub wrong_purpose: Option<Identity>,
}

impl Certificates {
    fn shown(&self, certificate: ShownCertificate) -> Result<Option<&Identity>, SubjectError> {
        let identity = match certificate {
            ShownCertificate::None => return Ok(None),
            ShownCertificate::Mapped => &self.mapped,
            ShownCertificate::Unmapped => &self.unmapped,
            ShownCertificate::Expired => &self.expired,
            ShownCertificate::WrongPurpose => &self.wrong_purpose,
        };
        identity.as_ref().map(Some).ok_or(SubjectError::NoCertificate(certificate))
    }
}

impl TlsMeans {
    /// The client that opens a connection so. TLS 1.1 is none of its versions: who wants that has to say it in octets.
    pub fn client(&self, directive: TlsDirective) -> Result<ClientTls, SubjectError> {
        let mut client = ClientTls::new(self.trust.clone().ok_or(SubjectError::NoTrust)?);
        client.expected_name.clone_from(&self.expected_name);
        client.identity = self.certificates.shown(directive.certificate)?.cloned();
        client.versions = match directive.version {
            TlsVersion::Usual | TlsVersion::Only11 => Versions::Both,
            TlsVersion::Only12 => Versions::Tls12,
            TlsVersion::Only13 => Versions::Tls13,
        };
        Ok(client)
    }
}
