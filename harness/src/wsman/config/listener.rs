use std::fmt;
use std::net::IpAddr;

use crate::soap::text_of;
use crate::wsman::config::ConfigError;
use crate::wsman::config::NAMESPACE;
use crate::wsman::config::Setting;
use crate::wsman::config::Table;
use crate::wsman::config::error::require_range;
use crate::wsman::config::error::require_url_prefix;
use crate::wsman::config::table::attribute;
use crate::wsman::config::table::items;
use crate::wsman::config::table::merge_field;
use crate::wsman::config::table::read_field;
use crate::wsman::config::table::require_children;
use crate::wsman::config::table::require_local;
use crate::wsman::config::table::write_field;
use crate::xml::Element;
use crate::xml::FromXml;
use crate::xml::QName;
use crate::xml::ToXml;
use crate::xml::Writer;
use crate::xml::XmlError;

const SOURCE: QName = QName::local("Source");
const LISTENING_ON: QName = QName::new(NAMESPACE, "ListeningOn");

/// [2.2.4.19] ListenerType, where the service takes requests. `Address` and `Transport` are its selectors.
///
/// [2.2.4.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListenerType {
    /// `*`, `IP:` and an address, or `MAC:` and an address.
    pub address: Option<Setting<String>>,
    /// `HTTP` or `HTTPS`.
    pub transport: Option<Setting<String>>,
    /// The TCP port, 1 to 65535.
    pub port: Option<Setting<u64>>,
    /// The name that the computer is called by.
    pub hostname: Option<Setting<String>>,
    /// Whether it listens.
    pub enabled: Option<Setting<bool>>,
    /// The path of requests, without slashes at its ends.
    pub url_prefix: Option<Setting<String>>,
    /// The certificate of `HTTPS`: 40 hexadecimal digits.
    pub certificate_thumbprint: Option<Setting<String>>,
    /// The addresses that come of `address`; nobody can set them.
    pub listening_on: Vec<String>,
    /// `GPO` when a policy made it, `Compatibility` when an old setting did.
    pub source: Option<String>,
}

/// [2.2.4.19] Address, the addresses that a listener is for.
///
/// [2.2.4.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenerAddress {
    /// All.
    Any,
    /// One.
    Ip(IpAddr),
    /// Those of the network card with this address.
    Mac(String),
}

/// [2.2.4.19] Transport
///
/// [2.2.4.19]: https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// `HTTP`
    Http,
    /// `HTTPS`
    Https,
}

impl ListenerType {
    /// The name of the element.
    pub const NAME: QName = QName::new(NAMESPACE, "Listener");

    /// Refuses values that the text doesn't allow.
    pub fn check(&self) -> Result<(), ConfigError> {
        require_range("Port", self.port.as_ref(), (1, 65_535))?;
        require_url_prefix(self.url_prefix.as_ref())?;
        self.address.as_ref().map_or(Ok(()), |address| ListenerAddress::parse(&address.value).map(drop))?;
        self.transport.as_ref().map_or(Ok(()), |transport| Transport::parse(&transport.value).map(drop))
    }
}

impl ListenerAddress {
    /// Parses `*`, `IP:10.0.0.1` or `MAC:32-a3-58-90-be-cc`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::unknown("Address", "`*`, `IP:` or `MAC:` and an address", text);
        if text == "*" {
            return Ok(Self::Any);
        }
        match text.split_once(':') {
            Some((kind, address)) if kind.eq_ignore_ascii_case("IP") => {
                address.parse().map(Self::Ip).map_err(|_| wrong())
            }
            Some((kind, address)) if kind.eq_ignore_ascii_case("MAC") && is_mac(address) => {
                Ok(Self::Mac(address.to_owned()))
            }
            _ => Err(wrong()),
        }
    }
}

/// "Six or eight pairs of case-insensitive hexadecimal digits separated by -".
fn is_mac(text: &str) -> bool {
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
    matches!(text.split('-').count(), 6 | 8) && text.split('-').all(is_pair)
}

impl Transport {
    /// Parses `HTTP` or `HTTPS`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        match text.to_ascii_uppercase().as_str() {
            "HTTP" => Ok(Self::Http),
            "HTTPS" => Ok(Self::Https),
            _ => Err(ConfigError::unknown("Transport", "HTTP or HTTPS", text)),
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Https => "HTTPS",
        })
    }
}

impl Table for ListenerType {
    fn merge(&mut self, newer: Self) {
        merge_field(&mut self.address, newer.address);
        merge_field(&mut self.transport, newer.transport);
        merge_field(&mut self.port, newer.port);
        merge_field(&mut self.hostname, newer.hostname);
        merge_field(&mut self.enabled, newer.enabled);
        merge_field(&mut self.url_prefix, newer.url_prefix);
        merge_field(&mut self.certificate_thumbprint, newer.certificate_thumbprint);
        self.listening_on = newer.listening_on;
    }

    fn read_known(element: Element<'_>) -> Result<Self, XmlError> {
        let once =
            ["Address", "Transport", "Port", "Hostname", "Enabled", "URLPrefix", "CertificateThumbprint"];
        require_children(element, &once, &[LISTENING_ON.local])?;
        element.read()
    }
}

impl FromXml for ListenerType {
    fn from_xml(element: Element<'_>) -> Result<Self, XmlError> {
        let element = require_local(element, Self::NAME)?;
        Ok(Self {
            address: read_field(element, "Address")?,
            transport: read_field(element, "Transport")?,
            port: read_field(element, "Port")?,
            hostname: read_field(element, "Hostname")?,
            enabled: read_field(element, "Enabled")?,
            url_prefix: read_field(element, "URLPrefix")?,
            certificate_thumbprint: read_field(element, "CertificateThumbprint")?,
            listening_on: items(element, LISTENING_ON.local, |e| text_of(e).map(str::to_owned))?,
            source: attribute(element, SOURCE.local).map(str::to_owned),
        })
    }
}

impl ToXml for ListenerType {
    fn to_xml(&self, writer: &mut Writer) {
        let name = |local| QName::new(NAMESPACE, local);
        writer.element(Self::NAME, |w| {
            if let Some(source) = &self.source {
                w.attribute(SOURCE, source);
            }
            write_field(self.address.as_ref(), name("Address"), w);
            write_field(self.transport.as_ref(), name("Transport"), w);
            write_field(self.port.as_ref(), name("Port"), w);
            write_field(self.hostname.as_ref(), name("Hostname"), w);
            write_field(self.enabled.as_ref(), name("Enabled"), w);
            write_field(self.url_prefix.as_ref(), name("URLPrefix"), w);
            write_field(self.certificate_thumbprint.as_ref(), name("CertificateThumbprint"), w);
            for address in &self.listening_on {
                w.text_element(LISTENING_ON, address);
            }
        });
    }
}
