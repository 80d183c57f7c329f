use proptest::prelude::any;
use proptest::prelude::prop;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;

use crate::http::Body;
use crate::http::Framer;
use crate::http::Framing;
use crate::http::HeadFault;
use crate::http::HttpError;
use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::Version;
use crate::http::framer::HeadScan;
use crate::limits::HTTP_CHUNK_LINE_BYTES_MAX;
use crate::limits::HTTP_CHUNKS_MAX;
use crate::limits::HTTP_HEAD_BYTES_MAX;
use crate::limits::HTTP_HEADERS_MAX;

const BODY_MAX: usize = 1024;

fn requests(octets: &[u8]) -> Result<Vec<Request>, HttpError> {
    let mut framer = Framer::requests(BODY_MAX);
    framer.push(octets);
    drain(framer)
}

fn responses(octets: &[u8]) -> Result<Vec<Response>, HttpError> {
    let mut framer = Framer::responses(BODY_MAX);
    framer.push(octets);
    drain(framer)
}

fn drain<M>(mut framer: Framer<M>) -> Result<Vec<M>, HttpError> {
    let mut messages = Vec::new();
    while let Some(message) = framer.next()? {
        messages.push(message);
    }
    messages.extend(framer.finish()?);
    Ok(messages)
}

fn refused(octets: &str) -> HttpError {
    requests(octets.as_bytes()).unwrap_err()
}

const TWO_REQUESTS: &[u8] =
    b"POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloPOST /a?b HTTP/1.0\r\n\
    X-Odd:  a, b\x80 \r\nTRANSFER-encoding: x\r\nContent-Length: 0\r\n\r\n";

#[test]
fn pipelined_requests_come_out_one_by_one_with_their_octets() {
    let octets = String::from_utf8_lossy(TWO_REQUESTS).replace("TRANSFER-encoding: x\r\n", "");
    let found = requests(octets.as_bytes()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].body.octets(), b"hello");
    assert_eq!((found[1].method.as_str(), found[1].target.as_str()), ("POST", "/a?b"));
    assert_eq!(found[1].version, Version::Http10);
    assert_eq!([found[0].raw(), found[1].raw()].concat(), octets.as_bytes());
}

#[test]
fn a_field_value_keeps_octets_that_are_no_text() {
    let found = requests(b"GET / HTTP/1.1\r\nx-Odd:  a, b\x80\xff \r\n\r\n").unwrap();
    assert_eq!(found[0].headers.first("X-ODD"), Some(b"a, b\x80\xff".as_slice()));
    assert_eq!(found[0].headers.iter().next().unwrap().name, "x-Odd");
}

#[test]
fn zero_padded_upper_case_chunks_with_extensions_and_trailers_are_kept_apart() {
    let octets = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n000C\r\nhello world!\r\n0001 ;a=\"b\"\r\n.\r\n\
        000\r\nX-After: yes\r\n\r\n";
    let found = responses(octets).unwrap();
    assert_eq!(found[0].body.octets(), b"hello world!.");
    assert_eq!(found[0].body.chunks().collect::<Vec<_>>(), [b"hello world!".as_slice(), b"."]);
    assert_eq!(found[0].body.trailers().text("x-after"), Some("yes"));
    assert_eq!(found[0].raw(), octets);
}

#[test]
fn the_empty_reason_of_windows_is_read() {
    let found = responses(b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!((found[0].status, found[0].reason.as_str()), (Status::OK, ""));
    assert_eq!(responses(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").unwrap()[0].reason, "");
    assert_eq!(
        responses("HTTP/1.1 401 Zugriff verweigert für x\r\nContent-Length: 0\r\n\r\n".as_bytes()).unwrap()
            [0]
        .reason,
        "Zugriff verweigert für x"
    );
}

#[test]
fn two_framings_in_one_message_are_refused() {
    let both = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(refused(both), HttpError::ConflictingFraming);
    let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(refused(old), HttpError::ConflictingFraming);
}

#[test]
fn only_equal_content_lengths_are_one() {
    let differ = |value: &str| refused(&format!("POST / HTTP/1.1\r\n{value}\r\n\r\nhello"));
    assert_eq!(
        differ("Content-Length: 5\r\nContent-Length: 6"),
        HttpError::ContentLengthsDiffer { first: 5, other: 6 }
    );
    assert_eq!(differ("Content-Length: 5, 6"), HttpError::ContentLengthsDiffer { first: 5, other: 6 });
    let same = requests(b"POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello").unwrap();
    assert_eq!(same[0].body.octets(), b"hello");
}

#[test]
fn a_content_length_is_digits_and_nothing_else() {
    for value in ["", "+5", "-5", "0x5", "5 5", "5,", "five", "\u{665}", "18446744073709551616"] {
        let error = refused(&format!("POST / HTTP/1.1\r\nContent-Length: {value}\r\n\r\nhello"));
        assert!(matches!(error, HttpError::ContentLength { .. }), "{value}: {error}");
    }
}

#[test]
fn a_coding_other_than_one_chunked_is_refused() {
    for value in ["gzip", "gzip, chunked", "chunked, chunked", "xchunked", "", "identity"] {
        let error = refused(&format!("POST / HTTP/1.1\r\nTransfer-Encoding: {value}\r\n\r\n0\r\n\r\n"));
        assert!(matches!(error, HttpError::TransferEncoding { .. }), "{value}: {error}");
        assert_eq!(error.status(), Status::NOT_IMPLEMENTED);
    }
}

#[test]
fn lines_end_in_crlf_and_nothing_else() {
    assert_eq!(refused("GET / HTTP/1.1\nHost: h\n\n"), HttpError::LineEnd { offset: 14 });
    assert_eq!(refused("GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n"), HttpError::LineEnd { offset: 20 });
    assert_eq!(refused("GET / HTTP/1.1\r\r\n\r\n"), HttpError::LineEnd { offset: 14 });
}

#[test]
fn folded_lines_and_space_before_the_colon_are_refused() {
    let name = HttpError::Head(HeadFault::Name);
    assert_eq!(refused("GET / HTTP/1.1\r\nA : b\r\n\r\n"), name);
    assert_eq!(refused("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), name);
    assert_eq!(refused("GET / HTTP/1.1\r\n A: b\r\n\r\n"), name);
    assert_eq!(refused("GET / HTTP/1.1\r\n: b\r\n\r\n"), name);
    assert_eq!(responses(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n").unwrap_err(), name);
    assert_eq!(responses(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n").unwrap_err(), name);
    assert_eq!(refused("GET / HTTP/1.1\r\nA: b\0\r\n\r\n"), HttpError::Head(HeadFault::Value));
}

#[test]
fn other_versions_and_statuses_are_refused() {
    assert_eq!(refused("GET / HTTP/2.0\r\n\r\n"), HttpError::Head(HeadFault::Version));
    assert_eq!(refused("GET /\r\n\r\n"), HttpError::Head(HeadFault::StartLine));
    assert_eq!(responses(b"HTTP/1.1 2x0 OK\r\n\r\n").unwrap_err(), HttpError::Head(HeadFault::Status));
    assert_eq!(responses(b"HTTP/1.1 099 OK\r\n\r\n").unwrap_err(), HttpError::Head(HeadFault::Status));
}

#[test]
fn one_empty_line_before_a_request_is_skipped_and_none_before_a_response() {
    assert_eq!(requests(b"\r\nGET / HTTP/1.1\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n").unwrap().len(), 2);
    assert!(requests(b"\r\n\r\nGET / HTTP/1.1\r\n\r\n").is_err());
    assert!(responses(b"\r\nHTTP/1.1 204 \r\n\r\n").is_err());
}

#[test]
fn a_body_over_the_bound_is_refused_on_its_head() {
    let mut framer = Framer::requests(BODY_MAX);
    framer.push(b"POST / HTTP/1.1\r\nContent-Length: 1024\r\n\r\n");
    assert_eq!(framer.next(), Ok(None));
    let mut framer = Framer::requests(BODY_MAX);
    framer.push(b"POST / HTTP/1.1\r\nContent-Length: 1025\r\n\r\n");
    let error = HttpError::BodyTooLarge { bytes_max: BODY_MAX, announced: Some(1025) };
    assert_eq!(framer.next(), Err(error.clone()));
    assert_eq!(error.status(), Status::CONTENT_TOO_LARGE);
    framer.push(&[0; 4096]);
    assert_eq!(framer.next(), Err(error));
    assert_eq!(framer.pending(), b"");
}

#[test]
fn chunks_and_unframed_bodies_are_bounded_too() {
    let error = HttpError::BodyTooLarge { bytes_max: BODY_MAX, announced: None };
    let chunked =
        |size: &str| format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n{size}\r\n");
    assert_eq!(refused(&chunked("3FF")), HttpError::Truncated { got: 58 });
    assert_eq!(refused(&chunked("400")), error);
    assert_eq!(refused(&chunked("FFFFFFFFFFFFFFFF")), error);
    let close = |len| [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b'a'; len]].concat();
    assert_eq!(responses(&close(BODY_MAX)).unwrap()[0].body.len(), BODY_MAX);
    assert_eq!(responses(&close(BODY_MAX + 1)), Err(error));
}

#[test]
fn malformed_chunk_lines_are_refused() {
    for size in ["", "x", "0x1", "-1", "+1", " 1", "1 ", "10000000000000000", "1;\u{1}", "1\n", ";a"] {
        let error = refused(&format!(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\na\r\n0\r\n\r\n"
        ));
        assert!(matches!(error, HttpError::ChunkSize { .. }), "{size}: {error}");
    }
    let open = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc";
    assert_eq!(refused(open), HttpError::ChunkEnd { found: *b"bc" });
    assert_eq!(refused(&open.replace("abc", "a\rc")), HttpError::ChunkEnd { found: *b"\rc" });
}

#[test]
fn chunks_stand_on_their_bound() {
    let body = |count: usize| {
        let mut framer = Framer::requests(HTTP_CHUNKS_MAX * 2);
        framer.push(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        framer.push(&b"1\r\na\r\n".repeat(count));
        framer.push(b"0\r\n\r\n");
        framer.next()
    };
    assert_eq!(body(HTTP_CHUNKS_MAX).unwrap().unwrap().body.len(), HTTP_CHUNKS_MAX);
    assert_eq!(body(HTTP_CHUNKS_MAX + 1), Err(HttpError::TooManyChunks { chunks_max: HTTP_CHUNKS_MAX }));
}

#[test]
fn a_chunk_line_stands_on_its_bound() {
    let line = |len: usize| {
        let size = format!("{:0>len$}", "1");
        requests(
            format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\na\r\n0\r\n\r\n")
                .as_bytes(),
        )
    };
    assert_eq!(line(HTTP_CHUNK_LINE_BYTES_MAX).unwrap()[0].body.octets(), b"a");
    assert!(matches!(line(HTTP_CHUNK_LINE_BYTES_MAX + 1), Err(HttpError::ChunkSize { .. })));
}

#[test]
fn a_head_stands_on_its_bound() {
    let head = |len: usize| {
        let pad = len - "GET / HTTP/1.1\r\nA: \r\n\r\n".len();
        requests(format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(pad)).as_bytes())
    };
    assert_eq!(head(HTTP_HEAD_BYTES_MAX).unwrap().len(), 1);
    assert_eq!(
        head(HTTP_HEAD_BYTES_MAX + 1),
        Err(HttpError::HeadTooLarge { bytes_max: HTTP_HEAD_BYTES_MAX })
    );
    let fields =
        |count: usize| requests(format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count)).as_bytes());
    assert_eq!(fields(HTTP_HEADERS_MAX).unwrap()[0].headers.len(), HTTP_HEADERS_MAX);
    assert_eq!(
        fields(HTTP_HEADERS_MAX + 1),
        Err(HttpError::TooManyHeaders { headers_max: HTTP_HEADERS_MAX })
    );
}

#[test]
fn a_head_fed_octet_by_octet_is_looked_at_once() {
    let head = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(10_000));
    let mut scan = HeadScan::default();
    for end in 1..head.len() {
        assert_eq!(scan.find(&head.as_bytes()[..end]), Ok(None));
    }
    assert_eq!(scan.find(head.as_bytes()), Ok(Some(head.len())));
    assert_eq!(scan.octets_visited, head.len());
}

#[test]
fn a_response_to_head_or_without_content_ends_with_its_head() {
    let mut framer = Framer::responses(BODY_MAX);
    framer.next_answers_head();
    framer.push(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    framer.push(b"HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 \r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    let found = drain(framer).unwrap();
    let bodies: Vec<_> = found.iter().map(|response| (response.status.0, response.body.len())).collect();
    assert_eq!(bodies, [(100, 0), (200, 0), (204, 0), (304, 0), (200, 2)]);
}

#[test]
fn an_expected_100_is_reported_until_the_body_comes() {
    let mut framer = Framer::requests(BODY_MAX);
    framer.push(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(framer.next(), Ok(None));
    assert!(framer.awaits_continue());
    assert_eq!(framer.head().unwrap().method, "POST");
    framer.push(b"hi");
    assert_eq!(framer.next().unwrap().unwrap().body.octets(), b"hi");
    assert!(!framer.awaits_continue());
}

#[test]
fn chunks_can_be_seen_before_their_body_ends() {
    let mut framer = Framer::responses(BODY_MAX);
    framer.push(b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd");
    assert_eq!(framer.next(), Ok(None));
    assert_eq!(framer.partial_body().unwrap().chunks().collect::<Vec<_>>(), [b"abc".as_slice()]);
    framer.push(b"e\r\n0\r\n\r\n");
    assert_eq!(framer.next().unwrap().unwrap().body.octets(), b"abcde");
    assert_eq!(framer.partial_body(), None);
}

#[test]
fn the_end_of_the_connection_ends_an_unframed_body() {
    let found = responses(b"HTTP/1.1 200 OK\r\n\r\nall of it").unwrap();
    assert_eq!(found[0].body.octets(), b"all of it");
    assert_eq!(found[0].body.framing(), Framing::Close);
    assert_eq!(found[0].raw(), b"HTTP/1.1 200 OK\r\n\r\nall of it");
}

#[test]
fn every_truncation_is_an_error_and_never_a_message() {
    let whole = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for end in 1..whole.len() {
        assert_eq!(requests(&whole[..end]), Err(HttpError::Truncated { got: end }), "{end}");
    }
    assert_eq!(requests(whole).unwrap().len(), 1);
    assert_eq!(requests(b""), Ok(vec![]));
}

#[test]
fn many_small_messages_in_one_push_are_moved_in_linear_time() {
    let mut framer = Framer::requests(BODY_MAX);
    framer.push(&b"GET / HTTP/1.1\r\n\r\n".repeat(50_000));
    assert_eq!(drain(framer).unwrap().len(), 50_000);
}

proptest! {
    #[test]
    fn any_cut_into_pushes_gives_the_same_messages(cuts in prop::collection::vec(1..40usize, 1..40)) {
        let stream = b"\r\nPOST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
            0003\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\nGET /c HTTP/1.0\r\n\r\n";
        let whole = requests(stream).unwrap();
        let mut framer = Framer::requests(BODY_MAX);
        let (mut rest, mut found) = (stream.as_slice(), Vec::new());
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            framer.push(piece);
            while let Some(message) = framer.next().unwrap() {
                found.push(message);
            }
            rest = after;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(found.iter().flat_map(Request::raw).collect::<Vec<_>>(), &stream[2..]);
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn what_is_written_is_read_back(
        target in "/[!-~]{0,20}",
        fields in prop::collection::vec(("X-[A-Za-z0-9]{1,8}", "[!-~]([ -~]{0,10}[!-~])?"), 0..5),
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..5),
        chunked in any::<bool>(),
    ) {
        let body = if chunked { Body::chunked(&chunks) } else { Body::from(chunks.concat()) };
        let mut request = Request::new("POST", target).with_body(body.clone());
        let mut response = Response::new(Status(599)).with_body(body);
        for (name, value) in fields {
            request.headers.push(name.clone(), value.clone());
            response.headers.push(name, value);
        }
        let framing = if chunked { ("Transfer-Encoding", "chunked".to_owned()) } else { ("Content-Length", request.body.len().to_string()) };
        request.headers.push(framing.0, framing.1.clone());
        response.headers.push(framing.0, framing.1);
        prop_assert_eq!(requests(&request.encode()).unwrap(), [request.clone()]);
        prop_assert_eq!(responses(&response.encode()).unwrap(), [response.clone()]);
    }

    #[test]
    fn hostile_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..300), tail in "[ -~\r\n]{0,100}") {
        let start = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n".to_vec();
        let _ = requests(&octets);
        let _ = responses(&octets);
        let _ = requests(&[start, tail.into_bytes(), octets].concat());
    }
}
