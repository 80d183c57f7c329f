//! Criterion benches of the harness; see `benches/`.
