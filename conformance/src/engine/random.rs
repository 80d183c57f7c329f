/// Where the identifiers of a case come from: its seed, so that a run can be repeated octet by octet as far as it is
/// ours to decide.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The source of that case in a run of that seed.
    pub(crate) fn new(seed: u64, case: &str) -> Self {
        // FNV-1a: two cases of a run shall not draw the same identifiers.
        let hash = case.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(seed ^ hash)
    }

    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// [RFC 9562 5.4] A UUID in capitals, as Windows writes them.
    ///
    /// [RFC 9562 5.4]: https://www.rfc-editor.org/rfc/rfc9562#section-5.4
    pub(crate) fn uuid(&mut self) -> String {
        let octets = (u128::from(self.next()) << 64) | u128::from(self.next());
        let uuid = uuid::Builder::from_random_bytes(octets.to_be_bytes()).into_uuid();
        uuid.hyphenated().to_string().to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_cases_differ() {
        let first = |seed, case| Random::new(seed, case).uuid();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert!(uuid::Uuid::try_parse(&first(1, "a")).is_ok_and(|uuid| uuid.get_version_num() == 4));
    }
}
