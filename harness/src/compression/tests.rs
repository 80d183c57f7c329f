use proptest::prelude::*;

use crate::compression::CompressionError;
use crate::compression::Sldc;
use crate::compression::Xpress;
use crate::limits::XPRESS_BLOCK_BYTES_MAX;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Bits by hand, filled with zeros to a multiple of 32.
fn bits(parts: &[&str]) -> Vec<u8> {
    let mut bits: Vec<u8> = parts.concat().bytes().filter(|b| *b != b' ').collect();
    bits.resize(bits.len().next_multiple_of(32), b'0');
    bits.chunks(8).map(|octet| u8::from_str_radix(std::str::from_utf8(octet).unwrap(), 2).unwrap()).collect()
}

const RESET_1: &str = "111111111 0101";
const RESET_2: &str = "111111111 0110";
const SCHEME_1: &str = "111111111 0001";
const SCHEME_2: &str = "111111111 0010";
const FLUSH: &str = "111111111 0000";
const FILE_MARK: &str = "111111111 0011";
const END_OF_RECORD: &str = "111111111 0100";
const END_MARKER: &str = "111111111 1111";
const A: &str = "0 01000001";

fn sldc(parts: &[&str]) -> Result<Vec<u8>, CompressionError> {
    Sldc::decompress(&bits(parts), 4096)
}

#[test]
fn sldc_reads_what_the_bits_of_the_standard_say() {
    let ok = |text: &[u8]| Ok(text.to_vec());
    // Every prefix of a match count, at both of its ends.
    for (count, len) in [
        ("00", 2),
        ("01", 3),
        ("1000", 4),
        ("1011", 7),
        ("110000", 8),
        ("110111", 15),
        ("11100000", 16),
        ("11101111", 31),
        ("111100000000", 32),
        ("111111101111", 271),
    ] {
        let text = sldc(&[RESET_1, A, "1", count, "0000000000", END_OF_RECORD]);
        assert_eq!(text, ok(&vec![b'A'; len + 1]), "{count}");
    }
    assert_eq!(sldc(&[RESET_2, "01000001", "11111111 0", "01000010", END_OF_RECORD]), ok(b"A\xFFB"));
    assert_eq!(sldc(&[RESET_1, A, SCHEME_2, "01000010", SCHEME_1, A, END_OF_RECORD]), ok(b"ABA"));
    // Scheme 2 writes the history too.
    assert_eq!(
        sldc(&[RESET_2, "01000001 01000010", SCHEME_1, "1 00 0000000000", END_OF_RECORD]),
        ok(b"ABAB")
    );
    assert_eq!(sldc(&[RESET_1, A, END_OF_RECORD, FLUSH]), ok(b"A"));
    assert_eq!(sldc(&[RESET_1, A, END_MARKER]), ok(b"A"));
    assert_eq!(sldc(&[RESET_1, A, END_OF_RECORD, RESET_1, A, END_OF_RECORD]), ok(b"AA"));
    // Thirteen, nine and ten bits, and then to the next word.
    let flushed = [RESET_1, A, "111111111 0011"].concat() + &"0".repeat(29);
    assert_eq!(FILE_MARK, "111111111 0011");
    assert_eq!(sldc(&[&flushed, A, END_OF_RECORD]), ok(b"AA"));
}

#[test]
fn sldc_counts_places_from_the_last_reset_in_turns_of_1024() {
    let head: Vec<u8> = (0..=250_u8).cycle().take(1030).collect();
    let mut parts = vec![RESET_1.to_owned()];
    parts.extend(head.iter().map(|octet| format!("0{octet:08b}")));
    parts.push("1 110000 1111111110".to_owned());
    parts.push(END_OF_RECORD.to_owned());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let expected = [&head[..], &head[1022..]].concat();
    assert_eq!(sldc(&parts), Ok(expected));
}

#[test]
fn sldc_refuses_what_the_standard_does_not_know() {
    assert_eq!(sldc(&[A, END_OF_RECORD]), Err(CompressionError::NoReset));
    assert_eq!(sldc(&[RESET_1, "111111111 1000"]), Err(CompressionError::ControlSymbol { found: 8 }));
    let ahead = sldc(&[RESET_1, A, "1 00 0000000001", END_OF_RECORD]);
    assert_eq!(ahead, Err(CompressionError::Match { place: 1, available: 1 }));
    let forgotten = sldc(&[RESET_1, A, RESET_1, "1 00 0000000000", END_OF_RECORD]);
    assert_eq!(forgotten, Err(CompressionError::Match { place: 0, available: 0 }));
    assert_eq!(sldc(&[RESET_1, A]), Err(CompressionError::Truncated));
    assert_eq!(sldc(&[]), Err(CompressionError::NoReset));
    assert_eq!(
        sldc(&[RESET_1, A, END_MARKER, &"0".repeat(32)]),
        Err(CompressionError::Trailing { count: 4 })
    );
}

#[test]
fn sldc_takes_scheme_2_where_scheme_1_is_longer() {
    let compressed = hex("ffb3a32b9ba1039ba3934b733ffd0000");
    assert_eq!(Sldc::decompress(&compressed, 11), Ok(b"test string".to_vec()));
    assert_eq!(Sldc::compress(b"test string"), compressed);
}

#[test]
fn sldc_states_the_length_of_the_data_behind_it() {
    let octets = Sldc::encode(b"aaaaaaaaaa");
    assert_eq!(octets[octets.len() - 4..], [10, 0, 0, 0]);
    assert_eq!(Sldc::decode(&octets, 10), Ok(b"aaaaaaaaaa".to_vec()));
    let mut wrong = octets.clone();
    *wrong.iter_mut().rev().nth(3).unwrap() = 11;
    assert_eq!(Sldc::decode(&wrong, 10), Err(CompressionError::Length { stated: 11, found: 10 }));
    assert_eq!(Sldc::decode(&octets, 9), Err(CompressionError::TooLong { bytes_max: 9 }));
    assert_eq!(Sldc::decode(&[0; 3], 9), Err(CompressionError::Truncated));
}

const ALPHABET: &str = "50 55 55 55 55 55 55 55 55 55 55 45 44 04";
const ALPHABET_CODES: &str = "d8 52 3e d7 94 11 5b e9 19 5f f9 d6 7c df 8d 04 00 00 00 00";

/// [MS-XCA 3.2] the first example.
fn alphabet() -> Vec<u8> {
    let mut octets = vec![0; 48];
    octets.extend(hex(ALPHABET));
    octets.resize(128, 0);
    octets.push(4);
    octets.resize(256, 0);
    octets.extend(hex(ALPHABET_CODES));
    octets
}

/// [MS-XCA 3.2] the second example.
fn abc() -> Vec<u8> {
    let mut octets = vec![0; 48];
    octets.extend([0x30, 0x23]);
    octets.resize(128, 0);
    octets.push(2);
    octets.resize(143, 0);
    octets.push(0x20);
    octets.resize(256, 0);
    octets.extend(hex("a8 dc 00 00 ff 26 01"));
    octets
}

#[test]
fn xpress_reads_and_writes_the_examples_of_the_specification() {
    let letters = b"abcdefghijklmnopqrstuvwxyz".to_vec();
    assert_eq!(Xpress::decode(&alphabet(), 26), Ok(letters));
    let many = b"abc".repeat(100);
    assert_eq!(Xpress::decode(&abc(), 300), Ok(many.clone()));
    let written = Xpress::compress(&many);
    assert_eq!(written[..4], [43, 1, 6, 1]);
    assert_eq!(written[4..], abc());
}

#[test]
fn xpress_writes_short_and_random_blocks_as_they_are() {
    assert_eq!(Xpress::compress(b""), b"");
    assert_eq!(Xpress::compress(&[b'a'; 265])[..4], [8, 1, 8, 1]);
    assert_eq!(Xpress::compress(&[b'a'; 265])[4..], [b'a'; 265]);
    // One more octet, and it is worth the table.
    let mixed: Vec<u8> = (0..600_u32).flat_map(|i| (i * i).to_le_bytes()).collect();
    let mut state = 1_u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(600)
    .collect();
    assert_eq!(Xpress::compress(&random).len(), 604);
    assert!(Xpress::compress(&mixed).len() < mixed.len());
}

#[test]
fn xpress_cuts_a_stream_into_blocks_of_64_kib() {
    let data = vec![7; XPRESS_BLOCK_BYTES_MAX + 1];
    let octets = Xpress::compress(&data);
    assert_eq!(octets[..2], [0xFF, 0xFF]);
    assert_eq!(octets[octets.len() - 5..], [0, 0, 0, 0, 7]);
    assert_eq!(Xpress::decompress(&octets, data.len()), Ok(data.clone()));
    let too_long = CompressionError::TooLong { bytes_max: data.len() - 1 };
    assert_eq!(Xpress::decompress(&octets, data.len() - 1), Err(too_long));
}

#[test]
fn xpress_refuses_what_no_encoder_writes() {
    let codes = Xpress::decode(&[0; 300], 1);
    assert_eq!(codes, Err(CompressionError::Codes));
    assert_eq!(Xpress::decode(&[0x11; 300], 1), Err(CompressionError::Codes));
    assert_eq!(Xpress::decode(&alphabet()[..255], 26), Err(CompressionError::Truncated));
    assert_eq!(Xpress::decode(&alphabet()[..262], 26), Err(CompressionError::Truncated));
    assert_eq!(Xpress::decode(&abc(), 299), Err(CompressionError::TooLong { bytes_max: 299 }));
    let mut short = abc();
    short[261] = 14;
    short[262] = 0;
    assert_eq!(Xpress::decode(&short, 300), Err(CompressionError::MatchLength { found: 14 }));
    let behind = [abc(), vec![0; 256]].concat();
    assert!(matches!(Xpress::decode(&behind, 300), Err(CompressionError::Trailing { .. })));
    for header in [&[0_u8, 0, 0][..], &[0, 0, 1, 0, 7]] {
        assert_eq!(Xpress::decompress(header, 9), Err(CompressionError::Truncated));
    }
}

/// Data that has something to compress, and data that has not.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let words =
        prop::collection::vec(prop::sample::select(vec!["<a>", "\u{feff}é", "wsman", "\0", "x"]), 0..600);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3000),
        words.prop_map(|words| words.concat().into_bytes()),
        (any::<u8>(), 0..70_000_usize).prop_map(|(octet, len)| vec![octet; len]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sldc_gives_back_what_it_compressed(data in data()) {
        prop_assert_eq!(Sldc::decode(&Sldc::encode(&data), data.len()), Ok(data));
    }

    #[test]
    fn xpress_gives_back_what_it_compressed(data in data()) {
        prop_assert_eq!(Xpress::decompress(&Xpress::compress(&data), data.len()), Ok(data));
    }

    #[test]
    fn what_is_no_compressed_data_stays_within_its_bound(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        let with_reset = [&[0xFF, 0xA8][..], &octets].concat();
        for data in [Sldc::decompress(&with_reset, 500), Xpress::decompress(&octets, 500)].into_iter().flatten() {
            prop_assert!(data.len() <= 500);
        }
        let with_codes = [&alphabet()[..256], &octets].concat();
        if let Ok(data) = Xpress::decode(&with_codes, 500) {
            prop_assert_eq!(data.len(), 500);
        }
    }
}
