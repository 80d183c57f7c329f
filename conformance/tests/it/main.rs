//! The suite against the reference server, whole and broken, in process and through the command.

mod command;
#[cfg(unix)]
mod interrupt;
mod mutants;
mod reference;
