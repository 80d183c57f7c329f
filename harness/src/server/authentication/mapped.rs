use crate::http::Request;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::User;
use crate::server::authentication::accounts;
use crate::server::body;
use crate::soap::Envelope;
use crate::tls::Channel;
use crate::wsman::RequestHeader;
use crate::xml::Charset;

/// [MS-WSMV 3.2.4.1.22] What stands in Authorization where TLS has the client's certificate.
pub(super) const PROFILE: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

/// Whose request it is: the account that the client's certificate is mapped to, or nobody's, who is denied everything.
/// `None` where certificates don't count or none was shown.
///
/// [MS-WSMV 3.1.4.1.35] The mapping depends on the resource, so that each request is mapped anew.
pub(super) fn user(request: &Request, config: &Config, channel: &Channel) -> Option<User> {
    let Channel::Tls(tls) = channel else { return None };
    let certificate = tls.client_certificate.as_deref().filter(|_| config.certificate)?;
    Some(mapped(certificate, &resource_uri(request), config).unwrap_or_else(User::nobody))
}

/// "The server MUST verify that the username and password match a user account on the server."
fn mapped(certificate: &[u8], resource_uri: &str, config: &Config) -> Option<User> {
    if config.is_mutant(Mutant::CertificateUnmapped) {
        return config.accounts.first().map(accounts::user);
    }
    let _ = (certificate, resource_uri);
    None
}

/// The resource that a request in clear is about; nothing where it names none or can't be read.
fn resource_uri(request: &Request) -> String {
    let charset = body::charset_of(request).unwrap_or(Charset::Utf8);
    let envelope = Envelope::decode(request.body.octets(), Some(charset)).ok();
    let header = envelope.and_then(|envelope| RequestHeader::read(&envelope).ok());
    header.and_then(|header| header.resource_uri).map_or(String::new(), |uri| uri.as_str().to_owned())
}
