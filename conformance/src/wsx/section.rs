//! What the sections say, layer by layer.

use crate::wsx::case::Answer;
use crate::wsx::case::AuthDirective;
use crate::wsx::case::AuthOutcome;
use crate::wsx::case::CleanUp;
use crate::wsx::case::ConnectionId;
use crate::wsx::case::FaultPattern;
use crate::wsx::case::HttpLine;
use crate::wsx::case::HttpPattern;
use crate::wsx::case::HttpRequest;
use crate::wsx::case::SealRule;
use crate::wsx::case::Send;
use crate::wsx::case::SoapPattern;
use crate::wsx::case::StatusPattern;
use crate::wsx::case::StepNumber;
use crate::wsx::case::Tamper;
use crate::wsx::error::WsxError;
use crate::wsx::error::WsxReason;
use crate::wsx::heading::is_slug;
use crate::wsx::source::Body;
use crate::wsx::source::Line;
use crate::wsx::source::template;
use crate::wsx::source::word;
use crate::wsx::source::words;
use crate::wsx::template::Piece;
use crate::wsx::tls;
use crate::wsx::words::PARTS;
use crate::wsx::words::SCHEMES;
use crate::wsx::words::meaning;

pub(crate) use crate::wsx::assertion_line::assertions;

/// Reads a `>` section.
pub(crate) fn send(layer: &str, body: &Body<'_>) -> Result<Send, WsxError> {
    match layer {
        "tls" => tls::tls(&body.one_directive("`default` or options")?).map(Send::Tls),
        "auth" => auth(&body.one_directive("a scheme and its options")?).map(Send::Auth),
        "http" => http_request(body).map(Send::Http),
        "soap" => envelope(body).map(Send::Soap),
        "sealed" => body.directives().map(|line| tamper(&line)).collect::<Result<_, _>>().map(Send::Sealed),
        "bytes" => octets(body).map(Send::Bytes),
        "closed" => body.no_directive().map(|()| Send::Closed),
        other => {
            Err(body.heading.expected("tls, auth, http, soap, sealed, bytes or closed after `>`", other))
        }
    }
}

/// Reads a `<` section.
pub(crate) fn answer(layer: &str, body: &Body<'_>) -> Result<Answer, WsxError> {
    match layer {
        "tls" => choice(body, "accepted or refused", &OUTCOMES).map(Answer::Tls),
        "auth" => choice(body, "accepted or refused", &OUTCOMES).map(Answer::Auth),
        "http" => http_pattern(body).map(Answer::Http),
        "sealed" => choice(body, "required or forbidden", &SEAL_RULES).map(Answer::Sealed),
        "soap" => soap_pattern(body).map(Answer::Soap),
        "fault" => fault(body).map(Answer::Fault),
        "bytes" => octets(body).map(Answer::Bytes),
        "closed" => body.no_directive().map(|()| Answer::Closed),
        other => Err(body
            .heading
            .expected("tls, auth, http, sealed, soap, fault, bytes or closed after `<`", other)),
    }
}

pub(crate) const OUTCOMES: [(&str, AuthOutcome); 2] =
    [("accepted", AuthOutcome::Accepted), ("refused", AuthOutcome::Refused)];

pub(crate) const SEAL_RULES: [(&str, SealRule); 2] =
    [("required", SealRule::Required), ("forbidden", SealRule::Forbidden)];

fn choice<T: Copy>(body: &Body<'_>, expected: &'static str, table: &[(&str, T)]) -> Result<T, WsxError> {
    let line = body.one_directive(expected)?;
    meaning(table, line.trimmed()).ok_or_else(|| line.expected(expected, line.trimmed()))
}

fn auth(line: &Line<'_>) -> Result<AuthDirective, WsxError> {
    let (scheme_word, rest) = word(line.trimmed());
    let known = "none, basic, digest, negotiate, ntlm, kerberos, credssp or certificate";
    let scheme = meaning(&SCHEMES, scheme_word).ok_or_else(|| line.expected(known, scheme_word))?;
    let mut options: Vec<(String, _)> = Vec::new();
    for option in words(rest) {
        let (key, value) = option.split_once('=').ok_or_else(|| line.expected("key=value", option))?;
        if !is_slug(key) {
            return Err(line.expected("a lower-case key before `=`", option));
        }
        if options.iter().any(|(name, _)| name == key) {
            return Err(line.error(option, WsxReason::Duplicate { what: "option", name: key.to_owned() }));
        }
        options.push((key.to_owned(), line.template(value)?));
    }
    Ok(AuthDirective { scheme, options })
}

fn http_request(body: &Body<'_>) -> Result<HttpRequest, WsxError> {
    let missing = || body.heading.error_at(1, WsxReason::expected("a start line", ""));
    let (start, rest) = body.trimmed().split_first().ok_or_else(missing)?;
    let length = rest.iter().take_while(|line| !line.trimmed().is_empty()).count();
    let (fields, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    let headers = fields.iter().map(field).collect::<Result<_, _>>()?;
    let body_lines = rest.split_first().map_or(rest, |(_, body)| body);
    Ok(HttpRequest { start: start.template(start.trimmed())?, headers, body: template(body_lines)? })
}

fn field(line: &Line<'_>) -> Result<(String, crate::wsx::Template), WsxError> {
    let expected = || line.expected("`Name: value`", line.trimmed());
    let (name, value) = line.trimmed().split_once(':').ok_or_else(expected)?;
    if name.is_empty() || name.contains([' ', '\t']) {
        return Err(expected());
    }
    Ok((name.to_owned(), line.template(value.trim_matches([' ', '\t']))?))
}

fn envelope(body: &Body<'_>) -> Result<crate::wsx::Template, WsxError> {
    let envelope = template(body.trimmed())?;
    if envelope.is_empty() {
        return Err(body.heading.error_at(1, WsxReason::expected("an envelope", "")));
    }
    Ok(envelope)
}

fn tamper(line: &Line<'_>) -> Result<Tamper, WsxError> {
    let text = line.trimmed();
    let (key, value) = text.split_once('=').ok_or_else(|| line.expected("`key = value`", text))?;
    let (key, value) = (key.trim(), value.trim());
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let tamper = match key {
        "flip" => flip(value),
        "frame" => is_slug(value).then(|| Tamper::Frame(value.to_owned())),
        "length" => value.parse().ok().map(Tamper::Length),
        "sequence" => value.parse().ok().map(Tamper::Sequence),
        "protocol" => (!value.contains('"')).then(|| Tamper::Protocol(value.to_owned())),
        "context" => ConnectionId::parse(value).map(Tamper::Context),
        "replay" => StepNumber::parse(value).map(Tamper::Replay),
        "truncate" => value.parse().ok().map(Tamper::Truncate),
        "charset" => (value == "utf-16").then_some(Tamper::Utf16),
        "chunked" => value.parse().ok().filter(|octets| *octets > 0).map(Tamper::Chunked),
        "ends-with" => is_slug(value).then(|| Tamper::EndsWith(value.to_owned())),
        "contains" => is_slug(value).then(|| Tamper::Contains(value.to_owned())),
        _ => {
            let known = "flip, frame, length, sequence, protocol, context, replay, truncate, charset, chunked, \
                         ends-with or contains";
            return Err(line.expected(known, key));
        }
    };
    tamper.ok_or_else(|| line.expected("a value as FORMAT.md shows it", value))
}

fn flip(value: &str) -> Option<Tamper> {
    let (part, octet) = value.split_once(' ')?;
    Some(Tamper::Flip { part: meaning(&PARTS, part)?, octet: octet.parse().ok()? })
}

fn octets(body: &Body<'_>) -> Result<Vec<u8>, WsxError> {
    let mut octets = Vec::new();
    for line in body.directives() {
        for group in words(line.text) {
            let digits: Option<Vec<u8>> =
                group.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
            let digits = digits.filter(|digits| digits.len() % 2 == 0);
            let digits = digits.ok_or_else(|| line.expected("pairs of hexadecimal digits", group))?;
            octets
                .extend(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |high, low| high << 4 | low)));
        }
    }
    Ok(octets)
}

fn http_pattern(body: &Body<'_>) -> Result<HttpPattern, WsxError> {
    let mut directives = body.directives();
    let missing = || body.heading.error_at(1, WsxReason::expected("`HTTP/1.1 STATUS`", ""));
    let first = directives.next().ok_or_else(missing)?;
    let statuses = first.trimmed().strip_prefix("HTTP/1.1 ").map(|text| text.split('|').map(str::trim));
    let statuses = statuses.and_then(|words| words.map(StatusPattern::parse).collect::<Option<Vec<_>>>());
    let statuses = statuses
        .ok_or_else(|| first.expected("`HTTP/1.1` and `200`, `4xx` or `400|500`", first.trimmed()))?;
    let lines = directives.map(|line| http_line(&line)).collect::<Result<_, _>>()?;
    Ok(HttpPattern { statuses, lines })
}

fn http_line(line: &Line<'_>) -> Result<HttpLine, WsxError> {
    match word(line.trimmed()) {
        ("empty", "") => Ok(HttpLine::Empty),
        ("absent", name) if !name.is_empty() && !name.contains([' ', '\t', ':']) => {
            Ok(HttpLine::Absent(name.to_owned()))
        }
        _ => field(line).map(|(name, value)| HttpLine::Field(name, value)),
    }
}

fn soap_pattern(body: &Body<'_>) -> Result<SoapPattern, WsxError> {
    let pattern = envelope(body)?;
    Ok(if pattern.as_literal() == Some("absent") { SoapPattern::Absent } else { SoapPattern::Like(pattern) })
}

fn fault(body: &Body<'_>) -> Result<FaultPattern, WsxError> {
    let mut pattern = FaultPattern::default();
    for line in body.directives() {
        let (key, rest) = word(line.trimmed());
        let values: Vec<String> = rest.split('|').map(|value| value.trim().to_owned()).collect();
        if values.iter().any(|value| value.is_empty() || value.contains([' ', '\t'])) {
            return Err(line.expected("values with `|` between", line.trimmed()));
        }
        match key {
            "code" => pattern.codes.extend(values),
            "subcode" => pattern.subcodes.extend(values),
            "detail" => pattern.details.extend(values),
            "wsmanfault" => {
                for value in values {
                    let number =
                        value.parse().map_err(|_| line.expected("a decimal WSManFault code", &value))?;
                    pattern.wsmanfaults.push(number);
                }
            }
            other => return Err(line.expected("code, subcode, detail or wsmanfault", other)),
        }
    }
    Ok(pattern)
}

/// Reads the lines below `finally`.
pub(crate) fn clean_up(body: &Body<'_>) -> Result<Vec<CleanUp>, WsxError> {
    body.directives().map(|line| clean_up_line(&line)).collect()
}

fn clean_up_line(line: &Line<'_>) -> Result<CleanUp, WsxError> {
    let expected = || line.expected("`delete shell {{name}}`", line.trimmed());
    let ("delete", rest) = word(line.trimmed()) else { return Err(expected()) };
    let ("shell", variable) = word(rest) else { return Err(expected()) };
    match line.template(variable)?.pieces() {
        [Piece::Use(name)] => Ok(CleanUp::DeleteShell(name.clone())),
        _ => Err(expected()),
    }
}
