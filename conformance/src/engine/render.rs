//! From the templates of a case to what goes over the wire.

use std::time::Duration;

use crate::assertion::Bindings;
use crate::assertion::Escape;
use crate::engine::EngineError;
use crate::engine::random::Random;
use crate::wsx::HttpRequest;
use crate::wsx::Piece;

/// The octets of the body.
pub(crate) fn body_of(
    http: &HttpRequest,
    bindings: &mut Bindings,
    random: &mut Random,
) -> Result<Vec<u8>, EngineError> {
    // An envelope in clear gets its values as XML, like one that is sealed.
    let starts_as_xml =
        matches!(http.body.pieces().first(), Some(Piece::Text(text)) if text.starts_with('<'));
    let escape = if starts_as_xml { Escape::Xml } else { Escape::Nothing };
    Ok(bindings.render(&http.body, escape, &mut || random.uuid())?.into_bytes())
}

/// Start line, fields and the empty line for a body of that length.
pub(crate) fn head_of(
    http: &HttpRequest,
    body_len: usize,
    bindings: &mut Bindings,
    random: &mut Random,
) -> Result<Vec<u8>, EngineError> {
    bindings.give("http.length", body_len.to_string());
    let mut fresh = || random.uuid();
    let mut head = bindings.render(&http.start, Escape::Nothing, &mut fresh)?;
    head.push_str("\r\n");
    for (name, template) in &http.headers {
        let value = bindings.render(template, Escape::Nothing, &mut fresh)?;
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    Ok(head.into_bytes())
}

/// [DSP0226 6.1] OperationTimeout of a request, as far as it is hours, minutes and seconds; nothing where it isn't.
pub(crate) fn operation_timeout(envelope: &str) -> Duration {
    const LONGEST: Duration = Duration::from_secs(600);
    let value = envelope.split_once("OperationTimeout").and_then(|(_, rest)| rest.split_once('>'));
    let text = value.and_then(|(_, rest)| rest.split_once('<')).map_or("", |(text, _)| text.trim());
    let Some(mut rest) = text.strip_prefix("PT") else { return Duration::ZERO };
    let mut total = Duration::ZERO;
    while let Some(at) = rest.find(['H', 'M', 'S']) {
        let Some((number, tail)) = rest.split_at_checked(at) else { break };
        let whole = number.split('.').next().and_then(|whole| whole.parse::<u64>().ok()).unwrap_or(0);
        let seconds = match tail.as_bytes().first() {
            Some(b'H') => whole.saturating_mul(3600),
            Some(b'M') => whole.saturating_mul(60),
            _ => whole,
        };
        total = total.saturating_add(Duration::from_secs(seconds));
        rest = tail.get(1..).unwrap_or_default();
    }
    total.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_timeout_of_a_request_is_added_to_the_patience() {
        let of = |value: &str| {
            operation_timeout(&format!("<w:OperationTimeout a='b'>{value}</w:OperationTimeout>"))
        };
        assert_eq!(of("PT60S"), Duration::from_secs(60));
        assert_eq!(of("PT1M0.500S"), Duration::from_secs(60));
        assert_eq!(of("PT99H"), Duration::from_secs(600));
        assert_eq!(of("P1D"), Duration::ZERO);
        assert_eq!(operation_timeout("<x/>"), Duration::ZERO);
    }
}
