use crate::wsman::config::CERT_MAPPING_NAMESPACE;
use crate::wsman::config::ConfigError;
use crate::wsman::config::Secret;
use crate::wsman::config::Setting;
use crate::wsman::config::table::table;

table! {
    /// [2.2.4.3] CertMappingType, the account that client certificates stand for. `Issuer`, `Subject` and `URI` are its
    /// selectors. `PassCertToPlugin` is not in the text; the services of its examples tell it.
    ///
    /// [2.2.4.3]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
    CertMappingType = "CertMapping" in CERT_MAPPING_NAMESPACE, {
        /// The resource that it is for, or the beginning of one and `*`.
        uri: Setting<String> = "URI",
        /// The subject of the certificate, with at most one `*` at one end.
        subject: Setting<String> = "Subject",
        /// The thumbprint of the certificate that signed it: 40 hexadecimal digits.
        issuer: Setting<String> = "Issuer",
        /// The account.
        user_name: Setting<String> = "UserName",
        /// Whether it counts.
        enabled: Setting<bool> = "Enabled",
        /// Whether plug-ins see the certificate.
        pass_cert_to_plugin: Setting<bool> = "PassCertToPlugin",
        /// The account's password: set, and never told.
        password: Setting<Secret> = "Password",
    }
}

impl CertMappingType {
    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(Setting { value: issuer, .. }) = &self.issuer {
            let is_thumbprint = issuer.len() == 40 && issuer.bytes().all(|b| b.is_ascii_hexdigit());
            if !is_thumbprint {
                return Err(ConfigError::unknown("Issuer", "40 hexadecimal digits", issuer));
            }
        }
        if let Some(Setting { value: subject, .. }) = &self.subject {
            let inner = subject.strip_prefix('*').or_else(|| subject.strip_suffix('*')).unwrap_or(subject);
            if subject.is_empty() || inner.contains('*') {
                return Err(ConfigError::unknown("Subject", "text with one `*` at most, at an end", subject));
            }
        }
        if let Some(Setting { value: uri, .. }) = &self.uri {
            let inner = uri.strip_suffix('*').unwrap_or(uri);
            if uri.is_empty() || inner.contains(|c: char| c == '*' || c == '?' || c.is_whitespace()) {
                return Err(ConfigError::unknown("URI", "a URI with one `*` at most, at its end", uri));
            }
        }
        Ok(())
    }
}
