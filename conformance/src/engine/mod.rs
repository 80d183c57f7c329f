//! Plays cases against a server or a client over the network and judges what comes.
//!
//! A client is started by a command, is answered what the case says and judged by what it asks, in clear only: sealed
//! cases for clients can wait. A request that doesn't come makes the case inconclusive, one too many is answered with 500
//! and told. The rest is about servers.
//!
//! A case has connections of its own. Whatever becomes of it, its `finally` runs, and every shell that an answer named
//! is deleted on a fresh connection.
//!
//! **Sealing.** An envelope in clear that answers a sealed request is compared like any other, but the case doesn't pass
//! on it, unless a `sealed` section of the step says what is right: it fails `MS-WSMV:2.2.9.1/reply-same-scheme` if it
//! requires that, and is inconclusive otherwise, as anybody between the peers could have written the answer. An answer
//! that opens only with a tolerance fails the requirements of the frame that the case names and doesn't tolerate, and
//! passes leniently otherwise; a CR LF before the closing delimiter, which no client accepts, leaves the other cases
//! inconclusive.
//!
//! **No answer.** A timeout, a closed or a broken connection makes the case inconclusive, unless `closed` is expected.

mod answer;
mod authenticate;
mod budget;
mod cancel;
mod cleanup;
mod client;
mod compose;
mod contexts;
mod error;
mod facts;
mod judge;
mod learned;
mod link;
mod observation;
mod old_tls;
mod outcome;
mod plan;
mod play;
mod random;
mod reception;
mod render;
mod run;
mod setting;
mod tampers;
mod tickets;
mod trigger;

pub use cancel::Cancel;
pub use cancel::Canceller;
pub use cancel::canceller;
pub use error::EngineError;
pub use link::is_reachable;
pub use run::Event;
pub use run::Options;
pub use run::redactor;
pub use run::run;
pub use run::run_client;
