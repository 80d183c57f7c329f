use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use winrm_harness::addressing::MessageId;
use winrm_harness::client::Outgoing;
use winrm_harness::client::Reply;
use winrm_harness::client::Requests;
use winrm_harness::client::Session;
use winrm_harness::pair::Pair;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::server::ConnectionId;
use winrm_harness::wsman::Duration;

/// A logged-on client and its server.
pub(crate) struct Wire {
    pub(crate) pair: Pair,
    pub(crate) connection: ConnectionId,
    pub(crate) session: Session,
    pub(crate) exchanges: usize,
}

impl Wire {
    /// Alice, who may do everything, and a server of this configuration.
    pub(crate) fn new(config: Config) -> Self {
        let mut pair = Pair::new(Config { accounts: self::config().accounts, ..config });
        let connection = pair.connect();
        let session = pair.log_on(connection, "alice", PASSWORD).unwrap();
        Self { pair, connection, session, exchanges: 0 }
    }

    pub(crate) fn ask(&mut self, outgoing: &Outgoing) -> Reply {
        self.exchanges += 1;
        let request = self.session.request(&outgoing.envelope).unwrap();
        let response = self.pair.exchange(self.connection, &request).unwrap();
        let opened = self.session.open(&response).unwrap();
        Reply::read(&opened.envelope, &outgoing.message_id).unwrap()
    }
}

/// Alice's.
pub(crate) const PASSWORD: &str = "wonderland";

/// A server that knows alice, who may do everything.
pub(crate) fn config() -> Config {
    let account = Account { user: "alice".to_owned(), password: PASSWORD.to_owned(), is_administrator: true };
    Config { accounts: vec![account], ..Config::default() }
}

/// Requests that no others have the identities of.
pub(crate) fn requests(timeout_ms: u64) -> Requests {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Requests {
        to: "http://reference:5985/wsman".to_owned(),
        operation_timeout: Duration::from_millis(timeout_ms),
        new_message_id: Box::new(|| {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            MessageId::new(&format!("uuid:00000000-0000-0000-0000-{count:012}"))
        }),
    }
}
