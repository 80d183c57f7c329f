use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::engine::budget::Budget;
use crate::engine::cancel::Cancel;
use crate::engine::learned::Learned;
use crate::report::Redactor;
use crate::requirement::Catalogue;
use crate::wsx::ConnectionId;

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Setting<S> {
    /// Who is under test.
    pub(crate) subject: S,
    pub(crate) catalogue: Catalogue,
    pub(crate) redactor: Redactor,
    /// How long an answer may take beyond the OperationTimeout of its request.
    pub(crate) timeout: Duration,
    pub(crate) seed: u64,
    pub(crate) cancel: Cancel,
    pub(crate) budget: Budget,
    pub(crate) learned: Learned,
    /// Where to tell what goes over the wire.
    pub(crate) trace: Option<Sender<String>>,
}

impl<S> Setting<S> {
    /// Tells what goes over the wire, without secrets.
    pub(crate) async fn trace(&self, case: &str, connection: ConnectionId, direction: char, octets: &[u8]) {
        let Some(trace) = &self.trace else { return };
        let text = self.redactor.text(&String::from_utf8_lossy(octets));
        // Nobody listens once the run is over.
        let _ = trace.send(format!("{case} {connection} {direction} {text}")).await;
    }
}
