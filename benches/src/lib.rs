//! Inputs and the yardstick of the benches; the benches themselves are in `benches/`.
//!
//! Times depend on the machine, ratios hardly: each bench measures the harness and the floor below it in turns, within
//! one run, and prints `ratio name/shape/size 1.73 (limit 2.5)`.

pub mod ratio;
pub mod shape;
