//! [DSP0226 11] Identify, the one operation that needs no authentication.

use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::authentication::unauthorized;
use crate::server::body;
use crate::server::dispatch::Answer;
use crate::soap::Envelope;
use crate::tls::Channel;
use crate::wsman::identify::Identify;
use crate::wsman::identify::IdentifyResponse;
use crate::xml::Charset;

const PRODUCT_VENDOR: &str = "winrm-harness reference server";
const PROFILES: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile";

/// Whether a request wants to be answered without authentication. A sealed body never does.
pub(super) fn is_unauthenticated(request: &Request) -> bool {
    let wants = request.headers.text("WSMANIDENTIFY");
    let content_type = request.headers.text("Content-Type").unwrap_or_default();
    wants.is_some_and(|value| value.trim().eq_ignore_ascii_case("unauthenticated"))
        && !content_type.trim_start().to_ascii_lowercase().starts_with("multipart/")
}

/// Answers `WSMANIDENTIFY: unauthenticated` ([MS-WSMV] 3.1.4.1.23), without versions and profiles; anything but an
/// Identify in the body needs an authentication like any other request. Whoever has none has no way to agree on an
/// encoding, so that every one is refused.
pub(super) fn unauthenticated(request: &Request, config: &Config, channel: &Channel) -> Response {
    if request.headers.all("Content-Encoding").any(|value| !value.eq_ignore_ascii_case(b"identity")) {
        return Response::new(Status::UNSUPPORTED_MEDIA_TYPE);
    }
    let charset = body::charset_of(request).unwrap_or(Charset::Utf8);
    let envelope = Envelope::decode(request.body.octets(), Some(charset));
    if !envelope.is_ok_and(|envelope| Identify::is_asked(&envelope)) {
        return unauthorized(config, channel);
    }
    let response = match config.is_mutant(Mutant::IdentifyLeaks) {
        true => everything(config),
        false => IdentifyResponse::unauthenticated(PRODUCT_VENDOR),
    };
    let charset = if config.is_mutant(Mutant::AnswersInUtf8) { Charset::Utf8 } else { charset };
    body::plain(Status::OK, response.to_envelope(), charset)
}

/// Answers Identify to somebody who logged on.
pub(super) fn authenticated(config: &Config) -> Answer {
    Answer { envelope: everything(config).to_envelope(), is_fault: false }
}

fn everything(config: &Config) -> IdentifyResponse {
    IdentifyResponse {
        product_version: Some(format!("OS: 0.0.0 SP: 0.0 Stack: 3.0 ({})", env!("CARGO_PKG_VERSION"))),
        security_profiles: Some(profiles(config)),
        ..IdentifyResponse::unauthenticated(PRODUCT_VENDOR)
    }
}

/// [MS-WSMV] 3.1.4.1.23: the profiles of exactly the schemes that are on, whatever the transport, and whether or not
/// `AllowUnencrypted` lets them be used.
fn profiles(config: &Config) -> Vec<String> {
    let schemes: [(bool, &[&str]); 3] = [
        (config.basic, &["http/basic", "https/basic"]),
        (config.takes_spnego(), &["http/spnego-kerberos", "https/spnego-kerberos"]),
        (config.certificate, &["https/mutual"]),
    ];
    let on = schemes.iter().filter(|(is_on, _)| *is_on).flat_map(|(_, profiles)| *profiles);
    on.map(|profile| format!("{PROFILES}/{profile}")).collect()
}
