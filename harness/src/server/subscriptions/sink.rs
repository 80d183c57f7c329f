use std::net::IpAddr;

use crate::addressing::EndpointReference;
use crate::addressing::To;
use crate::http::Request;
use crate::limits::SUBSCRIPTION_REFERENCE_BYTES_MAX;
use crate::limits::WSMAN_URI_BYTES_MAX;
use crate::soap::Opaque;
use crate::wsman::eventing::Notification;
use crate::xml::Charset;
use crate::xml::Writer;

const HTTP: &str = "http://";
const PORT_DEFAULT: u16 = 80;

/// Where messages of a subscription go.
///
/// Only to the address that the subscriber itself came from: a server that talks to whomever a client names attacks
/// third hosts for it, or hosts that only the server can reach. So no names, which mean what their owner likes, and no
/// other addresses. Only over HTTP in clear, since this server has no TLS: what is delivered can be read on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sink {
    /// `host:port`
    pub(super) address: String,
    path: String,
    pub(super) to: To,
    /// The header blocks that each message carries.
    pub(super) reference: Vec<Opaque>,
    /// [DSP0226 10.2.12] What messages are written in.
    pub(super) charset: Charset,
}

impl Sink {
    /// The sink of a reference that a client at `client_ip` gave; `None` for one that may not be used.
    pub(super) fn new(reference: &EndpointReference, client_ip: &str) -> Option<Self> {
        let url = reference.address.as_str();
        if url.len() > WSMAN_URI_BYTES_MAX || !url.bytes().all(|octet| octet.is_ascii_graphic()) {
            return None;
        }
        let (scheme, rest) = url.split_at_checked(HTTP.len())?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = host_and_port(authority)?;
        if !scheme.eq_ignore_ascii_case(HTTP) || port == 0 || !is_same(host, client_ip) {
            return None;
        }
        if path.contains('#') || octets_of(reference) > SUBSCRIPTION_REFERENCE_BYTES_MAX {
            return None;
        }
        Some(Self {
            address: format!("{host}:{port}"),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            to: To::new(url),
            reference: Notification::reference_of(reference),
            charset: Charset::Utf8,
        })
    }

    pub(super) fn request(&self, envelope: String) -> Request {
        let (charset, octets) = match self.charset {
            Charset::Utf8 => ("UTF-8", envelope.into_bytes()),
            Charset::Utf16 => ("UTF-16", utf16(&envelope)),
        };
        Request::new("POST", self.path.clone())
            .with_header("Host", self.address.clone())
            .with_header("User-Agent", "winrm-harness")
            .with_header("Content-Type", format!("application/soap+xml;charset={charset}"))
            .with_body(octets)
    }
}

/// Little-endian with a byte order mark, as event forwarding has it.
fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The host, with the brackets of an IPv6 address, and the port. A user before an `@` is no host.
fn host_and_port(authority: &str) -> Option<(&str, u16)> {
    let end = authority.rfind(']').map_or(0, |at| at.saturating_add(1));
    let colon = authority.get(end..)?.find(':').map(|at| at.saturating_add(end));
    let Some(colon) = colon else { return Some((authority, PORT_DEFAULT)) };
    let (host, port) = authority.split_at(colon);
    let digits = port.strip_prefix(':')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?.map(|port| (host, port))
}

fn is_same(host: &str, client_ip: &str) -> bool {
    let bare = match host.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']').filter(|inside| inside.contains(':')),
        None => Some(host).filter(|host| !host.contains(':')),
    };
    let parsed = |text: &str| text.parse::<IpAddr>().ok();
    matches!((bare.and_then(parsed), parsed(client_ip)), (Some(sink), Some(client)) if sink == client)
}

fn octets_of(reference: &EndpointReference) -> usize {
    let mut writer = Writer::new();
    writer.write(reference);
    writer.finish().len()
}

#[cfg(test)]
mod tests {
    use crate::addressing::EndpointReference;
    use crate::limits::SUBSCRIPTION_REFERENCE_BYTES_MAX;
    use crate::server::subscriptions::sink::Sink;
    use crate::server::subscriptions::sink::octets_of;
    use crate::soap::Opaque;
    use crate::xml::QName;

    fn sink(url: &str, client_ip: &str) -> Option<(String, String)> {
        Sink::new(&EndpointReference::to_address(url), client_ip).map(|sink| (sink.address, sink.path))
    }

    #[test]
    fn the_subscribers_own_address_is_a_sink() {
        for (url, client_ip, address, path) in [
            ("http://192.0.2.1:4000/sink?a=b", "192.0.2.1", "192.0.2.1:4000", "/sink?a=b"),
            ("HTTP://192.0.2.1", "192.0.2.1", "192.0.2.1:80", "/"),
            ("http://[2001:db8::1]:81/", "2001:db8:0::1", "[2001:db8::1]:81", "/"),
            ("http://[::1]/x", "::1", "[::1]:80", "/x"),
        ] {
            assert_eq!(sink(url, client_ip), Some((address.to_owned(), path.to_owned())), "{url}");
        }
    }

    #[test]
    fn any_other_address_is_none() {
        for url in [
            "",
            "http://",
            "http:///",
            "https://192.0.2.1/",
            "ftp://192.0.2.1/",
            "http://192.0.2.2/",
            "http://127.0.0.1/",
            "http://localhost/",
            "http://192.0.2.1.example/",
            "http://192.0.2.1@192.0.2.2/",
            "http://alice@192.0.2.1/",
            "http://192.0.2.1:0/",
            "http://192.0.2.1:/",
            "http://192.0.2.1:+80/",
            "http://192.0.2.1:80:80/",
            "http://192.0.2.1:65536/",
            "http://[192.0.2.1]/",
            "http://192.0.2.1/#a",
            "http://192.0.2.1/a\r\nX: b",
            "http://192.0.2.1/ b",
            "http://192.0.2.1/\u{e9}",
            "http://0300.0.2.1/",
            "http://3221225985/",
            "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        ] {
            assert_eq!(sink(url, "192.0.2.1"), None, "{url}");
        }
    }

    #[test]
    fn a_reference_is_taken_as_large_as_the_bound_and_no_larger() {
        let with = |len: usize| {
            let name = EndpointReference::REFERENCE_PARAMETERS;
            let text = "a".repeat(len);
            let parameters = Opaque::build(name, |w| w.text_element(QName::local("P"), &text)).unwrap();
            let address = EndpointReference::to_address("http://192.0.2.1/");
            EndpointReference { reference_parameters: Some(parameters), ..address }
        };
        let empty = octets_of(&with(0)) + "</P>".len() - "/>".len() + 1;
        let room = SUBSCRIPTION_REFERENCE_BYTES_MAX - empty;
        assert_eq!(octets_of(&with(room)), SUBSCRIPTION_REFERENCE_BYTES_MAX);
        assert!(Sink::new(&with(room), "192.0.2.1").is_some());
        assert!(Sink::new(&with(room + 1), "192.0.2.1").is_none());
    }
}
