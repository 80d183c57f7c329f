use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::CertifiedIssuer;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::IsCa;
use rcgen::KeyPair;
use rcgen::KeyUsagePurpose;
use rcgen::SanType;
use rcgen::date_time_ymd;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::Identity;

use crate::subject::Certificates;

/// What goes wrong in making certificates.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Somebody who signs certificates, for one run.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// A new one, which nobody knows.
    pub fn new() -> Result<Self, Failure> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "winrm-conformance");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Its own certificate, for whoever believes it.
    pub fn certificate(&self) -> Result<Certificate, Failure> {
        Ok(Certificate::parse(self.issuer.der())?)
    }

    /// [MS-WSMV 2.2.4.3] What a certificate mapping knows it by; nothing if it can't be read.
    pub fn thumbprint(&self) -> String {
        self.certificate().map(|certificate| certificate.thumbprint_text()).unwrap_or_default()
    }

    /// A server of those names and of the loopback's addresses.
    pub fn server(&self, names: &[&str]) -> Result<Identity, Failure> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or("localhost"));
        for name in names {
            params.subject_alt_names.push(SanType::DnsName((*name).try_into()?));
        }
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        params.subject_alt_names.extend(loopback.map(SanType::IpAddress));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.identity(&params)
    }

    /// The certificates of clients: of that user, of nobody whom a server knows, and two that are wrong.
    pub fn clients(&self, user: &str) -> Result<Certificates, Failure> {
        let client = ExtendedKeyUsagePurpose::ClientAuth;
        let mut expired = named(user, client.clone());
        expired.not_before = date_time_ymd(2020, 1, 1);
        expired.not_after = date_time_ymd(2021, 1, 1);
        Ok(Certificates {
            mapped: Some(self.identity(&named(user, client.clone()))?),
            unmapped: Some(self.identity(&named("nobody", client))?),
            expired: Some(self.identity(&expired)?),
            wrong_purpose: Some(self.identity(&named(user, ExtendedKeyUsagePurpose::ServerAuth))?),
        })
    }

    /// The chain goes up to the authority: mappings go by the certificate that signed the client's.
    fn identity(&self, params: &CertificateParams) -> Result<Identity, Failure> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let chain = [certificate.pem(), self.issuer.pem()].concat();
        Ok(Identity::from_pem(chain.as_bytes(), key.serialize_pem().as_bytes())?)
    }
}

fn named(name: &str, purpose: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![purpose];
    params
}

/// No key in a log.
impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}
