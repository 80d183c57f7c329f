use std::time::Duration;

use tokio::sync::watch;

/// How long an exchange that is under way may still take once the run is called off.
const GRACE: Duration = Duration::from_secs(3);

/// Calls a run off.
#[derive(Debug)]
pub struct Canceller(watch::Sender<bool>);

/// Knows whether a run is called off.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<bool>);

/// Both ends.
pub fn canceller() -> (Canceller, Cancel) {
    let (sender, receiver) = watch::channel(false);
    (Canceller(sender), Cancel(receiver))
}

impl Canceller {
    /// No case is started any more, and the running ones go to their `finally`.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Cancel {
    /// Whether the run is called off.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it; for ever if nobody can call the run off any more.
    pub async fn cancelled(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|is_cancelled| *is_cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for the future, but not longer than `wait`, and only a little if the run is called off. What is under way
    /// is not cut short at once: its answer may name a shell that has to be deleted.
    pub(crate) async fn within<T>(&self, wait: Duration, future: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(future);
        tokio::select! {
            output = &mut future => Some(output),
            () = tokio::time::sleep(wait) => None,
            () = self.cancelled() => tokio::time::timeout(GRACE.min(wait), future).await.ok(),
        }
    }
}
