use crate::auth::certificate::CertificateMapping;
use crate::auth::certificate::ClientCertificate;
use crate::http::Request;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::User;
use crate::server::authentication::accounts;
use crate::server::body;
use crate::soap::Envelope;
use crate::tls::Channel;
use crate::tls::TlsChannel;
use crate::wsman::RequestHeader;
use crate::wsman::config::CertMappingType;
use crate::wsman::config::Setting;
use crate::xml::Charset;

/// Whose request it is: the account that the client's certificate is mapped to, or nobody's, who is denied everything.
/// `None` where certificates don't count or none was shown.
///
/// [MS-WSMV 3.1.4.1.35] The mapping depends on the resource, so that each request is mapped anew.
pub(super) fn user(request: &Request, config: &Config, channel: &Channel) -> Option<User> {
    let Channel::Tls(tls) = channel else { return None };
    tls.client_certificate.as_ref().filter(|_| config.certificate)?;
    if config.is_mutant(Mutant::CertificateUnmapped) {
        return config.accounts.first().map(accounts::user);
    }
    Some(mapped(tls, &resource_uri(request), config).unwrap_or_else(User::nobody))
}

fn mapped(tls: &TlsChannel, resource_uri: &str, config: &Config) -> Option<User> {
    let certificate = ClientCertificate::of(tls).ok()??;
    let is_enabled = |row: &&CertMappingType| row.enabled.as_ref().is_none_or(|enabled| enabled.value);
    let rows = || config.cert_mappings.iter().filter(is_enabled);
    let mappings: Vec<CertificateMapping<'_>> = rows().map(mapping).collect();
    let name = certificate.mapped_user(&mappings, resource_uri)?;
    // The row is the one that this very text stands in: several may name the same account, with other passwords.
    let row = rows().find(|row| std::ptr::eq(text(row.user_name.as_ref()), name))?;
    // "The server MUST verify that the username and password match a user account on the server."
    let password = &row.password.as_ref()?.value.0;
    let account = accounts::account(config, name).filter(|account| account.password == *password)?;
    Some(accounts::user(account))
}

fn mapping(row: &CertMappingType) -> CertificateMapping<'_> {
    CertificateMapping {
        issuer: text(row.issuer.as_ref()),
        subject: text(row.subject.as_ref()),
        uri: text(row.uri.as_ref()),
        user: text(row.user_name.as_ref()),
    }
}

fn text(setting: Option<&Setting<String>>) -> &str {
    setting.map_or("", |setting| setting.value.as_str())
}

/// The resource that a request in clear is about; nothing where it names none or can't be read.
fn resource_uri(request: &Request) -> String {
    let charset = body::charset_of(request).unwrap_or(Charset::Utf8);
    let envelope = Envelope::decode(request.body.octets(), Some(charset)).ok();
    let header = envelope.and_then(|envelope| RequestHeader::read(&envelope).ok());
    header.and_then(|header| header.resource_uri).map_or(String::new(), |uri| uri.as_str().to_owned())
}
