use crate::http::Body;
use crate::http::Framing;
use crate::http::HttpError;
use crate::http::head::HeadScan;
use crate::http::head::parse_trailers;
use crate::http::inbox::Inbox;
use crate::limits::HTTP_CHUNK_LINE_BYTES_MAX;
use crate::limits::HTTP_CHUNKS_MAX;

/// What ends a chunked body that has no trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// [RFC 9112 7.1] one chunk. An empty one is nothing, as its octets would end the body.
///
/// [RFC 9112 7.1]: https://www.rfc-editor.org/rfc/rfc9112#section-7.1
#[must_use]
pub fn encode_chunk(data: &[u8]) -> Vec<u8> {
    if data.is_empty() {
        return Vec::new();
    }
    let mut octets = format!("{:X}\r\n", data.len()).into_bytes();
    octets.extend_from_slice(data);
    octets.extend_from_slice(b"\r\n");
    octets
}

/// Reads a chunked body and keeps where its chunks were cut and every octet that came.
#[derive(Debug)]
pub(super) struct ChunkReader {
    stage: Stage,
    body: Body,
    wire: Vec<u8>,
}

#[derive(Debug)]
enum Stage {
    Size,
    Data { missing: usize },
    DataEnd,
    Trailers(HeadScan),
    Done,
}

impl ChunkReader {
    pub(super) fn new() -> Self {
        let body = Body { framing: Framing::Chunked, ..Body::default() };
        Self { stage: Stage::Size, body, wire: Vec::new() }
    }

    /// What has come so far.
    pub(super) fn body(&self) -> &Body {
        &self.body
    }

    /// Reads on. Afterwards [`ChunkReader::is_done`] says whether the body is complete.
    pub(super) fn read(&mut self, inbox: &mut Inbox, body_bytes_max: usize) -> Result<(), HttpError> {
        while !matches!(self.stage, Stage::Done) && self.step(inbox, body_bytes_max)? {}
        Ok(())
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// Octets of the body that came so far.
    pub(super) fn len(&self) -> usize {
        self.wire.len()
    }

    /// The body, and the octets it came in.
    pub(super) fn into_parts(self) -> (Body, Vec<u8>) {
        (self.body, self.wire)
    }

    /// One step further; `false` when it takes more octets.
    fn step(&mut self, inbox: &mut Inbox, body_bytes_max: usize) -> Result<bool, HttpError> {
        match &mut self.stage {
            Stage::Size => self.read_size(inbox, body_bytes_max),
            Stage::Data { missing } => {
                *missing -= inbox.move_to(*missing, [&mut self.body.octets, &mut self.wire]);
                if *missing > 0 {
                    return Ok(false);
                }
                self.body.chunk_ends.push(self.body.octets.len());
                self.stage = Stage::DataEnd;
                Ok(true)
            }
            Stage::DataEnd => self.read_data_end(inbox),
            Stage::Trailers(scan) => {
                let Some(len) = scan.find(inbox.rest())? else { return Ok(false) };
                let trailers = inbox.take(len);
                self.body.trailers = parse_trailers(&trailers)?;
                self.wire.extend_from_slice(&trailers);
                self.stage = Stage::Done;
                Ok(true)
            }
            Stage::Done => Ok(false),
        }
    }

    fn read_size(&mut self, inbox: &mut Inbox, body_bytes_max: usize) -> Result<bool, HttpError> {
        let Some(line) = chunk_line(inbox.rest())? else { return Ok(false) };
        let size = chunk_size(line)?;
        let line_len = line.len();
        let total = usize::try_from(size).ok().and_then(|size| self.body.octets.len().checked_add(size));
        if total.is_none_or(|total| total > body_bytes_max) {
            return Err(HttpError::BodyTooLarge { bytes_max: body_bytes_max, announced: None });
        }
        if size > 0 && self.body.chunk_ends.len() >= HTTP_CHUNKS_MAX {
            return Err(HttpError::TooManyChunks { chunks_max: HTTP_CHUNKS_MAX });
        }
        self.wire.extend_from_slice(&inbox.take(line_len.saturating_add(2)));
        self.stage = match usize::try_from(size).unwrap_or(usize::MAX) {
            0 => Stage::Trailers(HeadScan::default()),
            missing => Stage::Data { missing },
        };
        Ok(true)
    }

    fn read_data_end(&mut self, inbox: &mut Inbox) -> Result<bool, HttpError> {
        let found = match inbox.rest() {
            [a, b, ..] => [*a, *b],
            _ => return Ok(false),
        };
        if found != *b"\r\n" {
            return Err(HttpError::ChunkEnd { found });
        }
        inbox.consume(2);
        self.wire.extend_from_slice(&found);
        self.stage = Stage::Size;
        Ok(true)
    }
}

/// The chunk-size line at the front, its CRLF left out. A line is short, so it is looked through again on each push.
fn chunk_line(octets: &[u8]) -> Result<Option<&[u8]>, HttpError> {
    let window = octets.get(..HTTP_CHUNK_LINE_BYTES_MAX.saturating_add(2)).unwrap_or(octets);
    let line_end = window.iter().position(|octet| *octet == b'\n' || *octet == b'\r');
    let line = window.get(..line_end.unwrap_or(window.len())).unwrap_or_default();
    match (line_end, window.get(line.len()..).unwrap_or_default()) {
        (Some(_), [b'\r', b'\n', ..]) if line.len() <= HTTP_CHUNK_LINE_BYTES_MAX => Ok(Some(line)),
        (Some(_), [b'\r']) if line.len() <= HTTP_CHUNK_LINE_BYTES_MAX => Ok(None),
        (None, _) if line.len() <= HTTP_CHUNK_LINE_BYTES_MAX => Ok(None),
        _ => Err(bad_size(line)),
    }
}

/// Hexadecimal digits in either case, zero-padded or not (AMT pads), then extensions, which nobody in WinRM uses.
fn chunk_size(line: &[u8]) -> Result<u64, HttpError> {
    let mut fields = line.splitn(2, |octet| *octet == b';');
    let (size, extensions) = (fields.next().unwrap_or_default(), fields.next());
    let size = if extensions.is_some() { size.trim_ascii_end() } else { size };
    let clean =
        extensions.unwrap_or_default().iter().all(|octet| *octet == b'\t' || !octet.is_ascii_control());
    if size.is_empty() || !size.iter().all(u8::is_ascii_hexdigit) || !clean {
        return Err(bad_size(line));
    }
    let digits = std::str::from_utf8(size).unwrap_or_default();
    u64::from_str_radix(digits, 16).map_err(|_| bad_size(line))
}

fn bad_size(line: &[u8]) -> HttpError {
    HttpError::ChunkSize { line: String::from_utf8_lossy(line).into() }
}
