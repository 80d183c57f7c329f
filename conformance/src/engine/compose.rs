use winrm_harness::auth::Mechanism;
use winrm_harness::client::Session;
use winrm_harness::encryption::Charset;
use winrm_harness::encryption::EncryptedMessage;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Hostility;
use winrm_harness::encryption::Portion;
use winrm_harness::encryption::Protocol;
use winrm_harness::http::Body;

use crate::engine::EngineError;
use crate::engine::observation::SealedBody;
use crate::wsx::SealPart;
use crate::wsx::Tamper;

/// A request, ready to send.
#[derive(Default)]
pub(crate) struct Outgoing {
    /// Start line, fields and the empty line.
    pub(crate) head: Vec<u8>,
    /// What follows it.
    pub(crate) body: Vec<u8>,
    /// The envelope in clear, where the body is a sealed one.
    pub(crate) plaintext: Option<Vec<u8>>,
    /// The sealed body, for a replay.
    pub(crate) sealed_body: Option<SealedBody>,
    /// Whether it is sealed as it should be.
    pub(crate) is_sealed: bool,
}

impl Outgoing {
    /// What goes on the wire.
    pub(crate) fn octets(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.body].concat()
    }

    /// What a report shows.
    pub(crate) fn shown(&self) -> Vec<u8> {
        [self.head.as_slice(), self.plaintext.as_ref().unwrap_or(&self.body)].concat()
    }
}

/// The request that carries an envelope, sealed if the session seals.
pub(crate) fn envelope(
    session: &mut Session,
    envelope: &str,
    tampers: &[Tamper],
    replayed: Option<SealedBody>,
) -> Result<Outgoing, EngineError> {
    if !session.seals() {
        if !tampers.is_empty() {
            return Err(EngineError::NothingSealed);
        }
        let request = session.request(envelope)?;
        let (head, body) = (request.encode_head(), request.body.into_octets());
        return Ok(Outgoing { head, body, ..Outgoing::default() });
    }
    let mut form = Form::default();
    let charset = if tampers.contains(&Tamper::Utf16) { Charset::Utf16 } else { Charset::Utf8 };
    // TLS numbers its records itself: one that is ahead stands behind others that nobody gets.
    for _ in 0..records_withheld(session, tampers)? {
        session.seal(b" ".to_vec())?;
    }
    let mut message = match hostility(tampers)? {
        Some(hostility) => session.seal_hostile(envelope, charset, hostility)?,
        None => session.seal(encoded(envelope, charset))?,
    };
    message.charset = charset;
    let mut left_off = 0;
    let mut chunk_len = None;
    for tamper in tampers {
        match tamper {
            Tamper::Flip { part, octet } => flip(&mut message, *part, *octet),
            Tamper::Frame(name) => spell(&mut form, name)?,
            Tamper::Length(difference) => each(&mut message, |portion| {
                let length = i64::try_from(portion.plaintext_len).unwrap_or(i64::MAX);
                let length = length.saturating_add(i64::from(*difference)).max(0);
                portion.plaintext_len = usize::try_from(length).unwrap_or(usize::MAX);
            }),
            Tamper::Sequence(difference) => each(&mut message, |portion| renumber(portion, *difference)),
            Tamper::Protocol(media_type) => message.protocol = Protocol::from_media_type(media_type),
            Tamper::Truncate(count) => left_off = usize::try_from(*count).unwrap_or(usize::MAX),
            Tamper::Chunked(octets) => chunk_len = usize::try_from(*octets).ok(),
            // The caller has chosen the session and looked the octets up; charset and text are chosen above.
            Tamper::Context(_) | Tamper::Replay(_) | Tamper::Utf16 => {}
            Tamper::EndsWith(_) | Tamper::Contains(_) => {}
        }
    }
    let mut request = session.sealed_request(&message, form);
    let mut body = SealedBody {
        content_type: message.content_type().to_string(),
        octets: request.body.octets().to_vec(),
    };
    if let Some(replayed) = replayed {
        body = replayed;
        request.headers.set("Content-Type", body.content_type.clone());
    }
    body.octets.truncate(body.octets.len().saturating_sub(left_off));
    let request = request.with_body(match chunk_len {
        Some(chunk_len) => Body::chunked(body.octets.chunks(chunk_len.max(1))),
        None => Body::from(body.octets.clone()),
    });
    let (head, wire) = (request.encode_head(), request.encode());
    // How a message is cut and encoded, and what its ciphertext looks like, says nothing against its seal.
    let is_sealed = tampers.iter().all(|tamper| {
        matches!(tamper, Tamper::Chunked(_) | Tamper::Utf16 | Tamper::EndsWith(_) | Tamper::Contains(_))
    });
    Ok(Outgoing {
        body: wire.get(head.len()..).unwrap_or_default().to_vec(),
        head,
        plaintext: Some(envelope.as_bytes().to_vec()),
        sealed_body: Some(body),
        is_sealed,
    })
}

/// What the ciphertext has to have, if a case says so; the last one counts.
fn hostility(tampers: &[Tamper]) -> Result<Option<Hostility>, EngineError> {
    let mut found = None;
    for tamper in tampers {
        let (place, name) = match tamper {
            Tamper::EndsWith(name) => ("ends-with", name),
            Tamper::Contains(name) => ("contains", name),
            _ => continue,
        };
        let hostility = Hostility::find(place, name);
        found = Some(hostility.ok_or_else(|| EngineError::Ciphertext(format!("{place} {name}")))?);
    }
    Ok(found)
}

/// [DSP0226 13.1] UTF-16 begins with a byte order mark; Windows sends little-endian.
fn encoded(envelope: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => envelope.as_bytes().to_vec(),
        Charset::Utf16 => {
            let units = std::iter::once(0xFEFF).chain(envelope.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
    }
}

fn each(message: &mut EncryptedMessage, change: impl FnMut(&mut Portion)) {
    message.portions.iter_mut().for_each(change);
}

fn flip(message: &mut EncryptedMessage, part: SealPart, octet: u32) {
    let is_record = message.protocol == Protocol::CredSsp;
    each(message, |portion| {
        if is_record {
            flip_record(&mut portion.ciphertext, part, octet);
            return;
        }
        if part == SealPart::Header {
            portion.length_field ^= 1_u32.checked_shl(octet.saturating_mul(8)).unwrap_or(0);
            return;
        }
        let octets = if part == SealPart::Signature { &mut portion.token } else { &mut portion.ciphertext };
        if let Some(octet) = usize::try_from(octet).ok().and_then(|index| octets.get_mut(index)) {
            *octet ^= 1;
        }
    });
}

/// [RFC 8446 5.2] A record of TLS begins with a header and ends with the tag that signs it.
fn flip_record(record: &mut [u8], part: SealPart, octet: u32) {
    let start = match part {
        SealPart::Header => 0,
        SealPart::Ciphertext => RECORD_HEADER_LEN,
        SealPart::Signature => record.len().saturating_sub(RECORD_TAG_LEN),
    };
    let octet = usize::try_from(octet).ok().and_then(|index| start.checked_add(index));
    if let Some(octet) = octet.and_then(|index| record.get_mut(index)) {
        *octet ^= 1;
    }
}

const RECORD_HEADER_LEN: usize = 5;
const RECORD_TAG_LEN: usize = 16;
/// Messages that are sealed in vain for one that is ahead.
const WITHHELD_MAX: u32 = 1000;

/// Messages to seal before, so that the next one has the sequence number that the tampers ask for.
fn records_withheld(session: &Session, tampers: &[Tamper]) -> Result<u32, EngineError> {
    let ahead = tampers.iter().find_map(|tamper| match tamper {
        Tamper::Sequence(difference) => Some(*difference),
        _ => None,
    });
    let is_credssp = session.established().is_some_and(|proved| proved.mechanism == Mechanism::CredSsp);
    match ahead.filter(|_| is_credssp) {
        None => Ok(0),
        // There is no way back to the keys of an earlier number.
        Some(difference) => u32::try_from(difference)
            .map(|count| count.min(WITHHELD_MAX))
            .map_err(|_| EngineError::NothingSealed),
    }
}

/// [RFC 4121 4.2.6.2] TOK_ID of a sealed message of Kerberos, and where its SND_SEQ is.
const KERBEROS_WRAP: &[u8] = &[5, 4];
const KERBEROS_SEQUENCE: std::ops::Range<usize> = 8..16;

/// [MS-NLMP 2.2.2.9.2] SeqNum is the last four octets of the signature.
fn renumber(portion: &mut Portion, difference: i32) {
    if portion.token.starts_with(KERBEROS_WRAP) {
        let field = portion.token.get_mut(KERBEROS_SEQUENCE).and_then(<[u8]>::first_chunk_mut::<8>);
        if let Some(field) = field {
            *field = u64::from_be_bytes(*field).wrapping_add_signed(difference.into()).to_be_bytes();
        }
        return;
    }
    let Some(field) = portion.token.last_chunk_mut::<4>() else { return };
    *field = u32::from_le_bytes(*field).wrapping_add_signed(difference).to_le_bytes();
}

fn spell(form: &mut Form, name: &str) -> Result<(), EngineError> {
    match name {
        "crlf-before-close" => form.crlf_before_close = true,
        "crlf-after-close" => form.crlf_after_close = true,
        "spaced-boundary" => form.spaced_boundary = true,
        "no-tab" => form.tab = false,
        _ => return Err(EngineError::Frame(name.to_owned())),
    }
    Ok(())
}
