//! The reference server: HTTP octets in, HTTP octets out, no socket and no clock.
//!
//! [`Server`] holds everything that its connections share: accounts, shells, quotas. A caller opens a connection, gives
//! it octets as they come, tells the time, and takes octets away:
//!
//! ```
//! use winrm_harness::server::Config;
//! use winrm_harness::server::Moment;
//! use winrm_harness::server::Server;
//!
//! let mut server = Server::new(Config::default(), Box::new(|octets| octets.fill(7)));
//! let connection = server.open("192.0.2.1");
//! server.receive(connection, b"POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", Moment::default());
//! let answer = server.take_output(connection);
//! assert!(answer.octets.starts_with(b"HTTP/1.1 401"));
//! ```

mod authentication;
mod body;
mod command;
mod config;
mod connection;
mod defaults;
mod dispatch;
mod enumerations;
mod errands;
mod exchange;
mod hop;
mod identify;
mod moment;
mod mutant;
mod options;
mod pipeline;
mod process;
mod receive;
mod reply;
mod resources;
mod rights;
mod robust;
mod room;
mod running_shell;
mod shell;
mod shells;
mod subscriptions;
mod transfer;

pub use config::Account;
pub use config::CbtHardeningLevel;
pub use config::Config;
pub use connection::ConnectionId;
pub use connection::Output;
pub use connection::Server;
pub use hop::Errand;
pub use hop::ErrandId;
pub use hop::HopTarget;
pub use hop::Unmet;
pub use moment::Moment;
pub use mutant::Mutant;
pub use process::COMMANDS;
pub use process::CONTROL_C_EXIT;
pub use subscriptions::Delivery;
pub use subscriptions::DeliveryId;
pub use subscriptions::Unreachable;
