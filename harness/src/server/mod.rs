//! The reference server: HTTP octets in, HTTP octets out, no socket and no clock.

mod config;
mod moment;
mod mutant;
mod process;

pub use config::Account;
pub use config::Config;
pub use moment::Moment;
pub use mutant::Mutant;
pub use process::COMMANDS;
pub use process::CONTROL_C_EXIT;
