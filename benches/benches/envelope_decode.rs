//! What decoding an envelope costs on top of a bare pass of the tokenizer over the same octets.
//!
//! The bare pass is `str::from_utf8`, without which quick-xml does not take octets, `Reader::from_str`, and `read_event`
//! until the end. It looks at no attribute, resolves no prefix, checks no character and keeps nothing, so it is less
//! than any reader has to do.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use criterion::BenchmarkId;
use criterion::Criterion;
use criterion::Throughput;
use quick_xml::Reader;
use quick_xml::events::Event;
use winrm_benches::ratio::Ratio;
use winrm_benches::shape::Shape;
use winrm_harness::soap::Envelope;

const LIMIT: f64 = 2.5;

const INPUTS: [(Shape, usize, &str); 7] = [
    (Shape::Create, 1, "1KiB"),
    (Shape::PullResponse, 16, "16KiB"),
    (Shape::PullResponse, 150, "150KiB"),
    (Shape::PullResponse, 500, "500KiB"),
    (Shape::ReceiveResponse, 16, "16KiB"),
    (Shape::ReceiveResponse, 150, "150KiB"),
    (Shape::ReceiveResponse, 500, "500KiB"),
];

fn main() -> ExitCode {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    decode_and_bare_pass(&mut criterion);
    criterion.final_summary();
    // `cargo test` runs benches without this argument, to see that they still work; then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let mut all_kept = true;
    for ratio in INPUTS.map(ratio) {
        println!("{ratio}");
        all_kept &= ratio.is_kept();
    }
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn decode_and_bare_pass(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("envelope_decode");
    for (shape, kib, size) in INPUTS {
        let text = shape.envelope(kib * 1024);
        group.throughput(Throughput::Bytes(text.len().try_into().unwrap_or(u64::MAX)));
        let id = |what: &str| BenchmarkId::new(what, format!("{}/{size}", shape.name()));
        group.bench_with_input(id("harness"), &text, |b, text| b.iter(|| decode(text)));
        group.bench_with_input(id("bare"), &text, |b, text| b.iter(|| bare_pass(text)));
    }
}

fn ratio((shape, kib, size): (Shape, usize, &str)) -> Ratio {
    let text = shape.envelope(kib * 1024);
    let name = format!("envelope_decode/{}/{size}", shape.name());
    Ratio::measure(name, LIMIT, || decode(&text), || bare_pass(&text))
}

fn decode(text: &str) {
    let envelope = Envelope::decode(black_box(text).as_bytes(), None);
    assert_eq!(black_box(envelope).map(drop), Ok(()), "the input is an envelope");
}

fn bare_pass(text: &str) {
    let Ok(text) = std::str::from_utf8(black_box(text.as_bytes())) else { return };
    let mut reader = Reader::from_str(text);
    loop {
        let event = black_box(reader.read_event());
        assert!(event.is_ok(), "the input is well-formed");
        if matches!(event, Ok(Event::Eof)) {
            return;
        }
    }
}
