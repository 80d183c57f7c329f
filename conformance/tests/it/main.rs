//! The suite against the reference server, whole and broken, in process and through the command.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests, which may panic")]

#[cfg(unix)]
mod clients;
mod command;
#[cfg(unix)]
mod interrupt;
mod lockout;
mod mutants;
mod reference;
