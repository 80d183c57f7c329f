//! Runs the oracle of the same name under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| winrm_fuzz::oracles::encryption_session_hostile(data));
