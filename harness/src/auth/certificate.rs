//! Logon by a client's certificate: TLS proved that the client has its key, and a table says whose account that is.

use crate::tls::AlternativeName;
use crate::tls::Certificate;
use crate::tls::TlsChannel;
use crate::tls::TlsError;

/// [MS-WSMV 2.2.4.4] What stands in `Authorization`, alone and without a token, where the certificate is meant to count.
///
/// Windows answers 401 without it, even when it was shown a certificate.
pub const PROFILE: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

/// [MS-WSMV 2.2.4.3] One row of the table: the certificates of one issuer, as far as they have such a name, stand for an
/// account at such resources.
///
/// [MS-WSMV 2.2.4.3]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateMapping<'m> {
    /// The thumbprint of the certificate that signed the client's: 40 hexadecimal digits.
    pub issuer: &'m str,
    /// A name, with `*` at its beginning or its end for the rest of it; or `*` for any.
    pub subject: &'m str,
    /// A resource URI, with `*` at its end for the rest of it; or `*` for any.
    pub uri: &'m str,
    /// The account.
    pub user: &'m str,
}

/// What of a client's certificate mappings go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    certificate: Certificate,
    issuer_thumbprint: String,
}

impl ClientCertificate {
    /// What the client of a connection has shown. `None` without a certificate, and where nobody knows the one that signed
    /// it: then it fits no mapping.
    pub fn of(channel: &TlsChannel) -> Result<Option<Self>, TlsError> {
        let (Some(certificate), Some(issuer)) = (&channel.client_certificate, &channel.client_issuer) else {
            return Ok(None);
        };
        let certificate = Certificate::parse(certificate)?;
        let issuer_thumbprint = Certificate::parse(issuer)?.thumbprint_text();
        Ok(Some(Self { certificate, issuer_thumbprint }))
    }

    /// [MS-WSMV 3.1.4.1.35] The account that it stands for at a resource: of the mappings that fit, the one with the longest
    /// subject, and of those with the longest URI. None, and two that are as long as each other, are "AccessDenied".
    ///
    /// The caller leaves out mappings that are not enabled, and looks whether the account is one.
    #[must_use]
    pub fn mapped_user<'m>(
        &self,
        mappings: &[CertificateMapping<'m>],
        resource_uri: &str,
    ) -> Option<&'m str> {
        let lengths = |mapping: &CertificateMapping<'_>| (mapping.subject.len(), mapping.uri.len());
        let fitting = || mappings.iter().filter(|mapping| self.fits(mapping, resource_uri));
        let longest = fitting().map(lengths).max()?;
        let mut chosen = fitting().filter(|mapping| lengths(mapping) == longest);
        let user = chosen.next()?.user;
        chosen.next().is_none().then_some(user)
    }

    fn fits(&self, mapping: &CertificateMapping<'_>, resource_uri: &str) -> bool {
        mapping.issuer.eq_ignore_ascii_case(&self.issuer_thumbprint)
            && covers(mapping.uri, resource_uri)
            && self.names().any(|name| covers(mapping.subject, name))
    }

    /// "the subject in the certificate": its distinguished name for the text. Windows goes by the user principal name or the
    /// DNS name, and what people write into mappings is those, or the common name.
    fn names(&self) -> impl Iterator<Item = &str> {
        let whole = std::iter::once(self.certificate.subject());
        let common = self.certificate.common_names().iter().map(String::as_str);
        let alternative = self.certificate.alternative_names().iter().filter_map(|name| match name {
            AlternativeName::UserPrincipal(name) | AlternativeName::Dns(name) => Some(name.as_str()),
            AlternativeName::Email(_) | AlternativeName::Ip(_) => None,
        });
        whole.chain(common).chain(alternative)
    }
}

/// One `*` at an end stands for anything; capital letters are as good as small ones.
fn covers(pattern: &str, value: &str) -> bool {
    let (pattern, value) = (pattern.to_lowercase(), value.to_lowercase());
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => value.ends_with(end),
        (None, Some(beginning)) => value.starts_with(beginning),
        (None, None) => value == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPN_CLIENT: &[u8] = include_bytes!("../tls/certificates/upn_client.der");
    const ISSUER: &[u8] = include_bytes!("../tls/certificates/issuer.der");
    /// By `openssl x509 -fingerprint -sha1`.
    const THUMBPRINT: &str = "6BF9DA1DEA7BC20DB89E3DED80250755771A8862";

    fn client() -> ClientCertificate {
        let channel = TlsChannel {
            client_certificate: Some(UPN_CLIENT.to_vec()),
            client_issuer: Some(ISSUER.to_vec()),
            ..TlsChannel::default()
        };
        ClientCertificate::of(&channel).unwrap().unwrap()
    }

    fn mapping<'m>(subject: &'m str, uri: &'m str, user: &'m str) -> CertificateMapping<'m> {
        CertificateMapping { issuer: THUMBPRINT, subject, uri, user }
    }

    const CONFIG: &str = "http://schemas.microsoft.com/wbem/wsman/1/config";

    fn user_of<'m>(mappings: &[CertificateMapping<'m>]) -> Option<&'m str> {
        client().mapped_user(mappings, CONFIG)
    }

    #[test]
    fn a_certificate_is_its_issuers_and_its_principal_names() {
        assert_eq!(user_of(&[mapping("alice@localhost", "*", "alice")]), Some("alice"));
        assert_eq!(user_of(&[mapping("bob@localhost", "*", "bob")]), None);
        let other = CertificateMapping {
            issuer: "0000000000000000000000000000000000000000",
            ..mapping("*", "*", "x")
        };
        assert_eq!(user_of(&[other]), None);
        let small = THUMBPRINT.to_lowercase();
        let small = CertificateMapping { issuer: &small, ..mapping("*", "*", "alice") };
        assert_eq!(user_of(&[small]), Some("alice"));
    }

    #[test]
    fn a_star_stands_for_one_end_of_a_name_and_the_end_of_a_uri() {
        for subject in ["*", "*@localhost", "alice@*", "*ALICE@localhost", "alice", "CN=alice", "CN=*"] {
            assert_eq!(user_of(&[mapping(subject, "*", "alice")]), Some("alice"), "{subject}");
        }
        for subject in ["*@elsewhere", "bob@*", "lice@localhost", "", "*@*"] {
            assert_eq!(user_of(&[mapping(subject, "*", "alice")]), None, "{subject}");
        }
        let prefix = "http://schemas.microsoft.com/wbem/wsman/1/*";
        assert_eq!(user_of(&[mapping("*", prefix, "alice")]), Some("alice"));
        assert_eq!(
            user_of(&[mapping("*", "http://schemas.microsoft.com/wbem/wsman/1/wmi/*", "alice")]),
            None
        );
    }

    #[test]
    fn the_longest_subject_wins_and_then_the_longest_uri() {
        let by_subject = [
            mapping("*", "http://schemas.microsoft.com/wbem/wsman/1/config", "wide"),
            mapping("alice@localhost", "*", "narrow"),
        ];
        assert_eq!(user_of(&by_subject), Some("narrow"));
        let by_uri = [mapping("*@localhost", "*", "wide"), mapping("*@localhost", "http://*", "narrow")];
        assert_eq!(user_of(&by_uri), Some("narrow"));
    }

    #[test]
    fn two_mappings_that_fit_alike_are_none() {
        // As long as each other, and each fits.
        let alike = [mapping("*@localhost", "*", "one"), mapping("alice@loc*", "*", "two")];
        assert_eq!(user_of(&alike), Some("one"), "eleven letters and ten");
        let alike = [mapping("*@localhost", "*", "one"), mapping("alice@loca*", "*", "two")];
        assert_eq!(user_of(&alike), None);
    }

    #[test]
    fn without_a_certificate_or_its_issuer_nobody_is_meant() {
        let without = TlsChannel::default();
        assert_eq!(ClientCertificate::of(&without), Ok(None));
        let orphan = TlsChannel { client_certificate: Some(UPN_CLIENT.to_vec()), ..TlsChannel::default() };
        assert_eq!(ClientCertificate::of(&orphan), Ok(None));
    }
}
