//! A table of `winrm/config`, typed, from a service and back.

use std::marker::PhantomData;

use crate::client::Outgoing;
use crate::client::Reply;
use crate::client::Requests;
use crate::client::SequenceError;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::config::ConfigResource;
use crate::wsman::transfer;

/// Waits for a table.
///
/// A security entry that is put is answered by its plug-in, which only [`PluginType`](crate::wsman::config::PluginType)
/// reads.
pub struct ExpectConfig<T> {
    requests: Requests,
    table: PhantomData<T>,
}

/// Asks for a table; the singletons have no selectors.
#[must_use]
pub fn get_config<T: ConfigResource>(
    mut requests: Requests,
    selectors: SelectorSet,
) -> (ExpectConfig<T>, Outgoing) {
    let uri = ResourceUri::new(T::URI);
    let outgoing =
        requests.write(&uri, transfer::GET, |header| header.selector_set = selectors, None::<&SelectorSet>);
    (ExpectConfig { requests, table: PhantomData }, outgoing)
}

/// Changes the settings that `table` has. The answer is the table as it is then.
#[must_use]
pub fn put_config<T: ConfigResource>(
    mut requests: Requests,
    selectors: SelectorSet,
    table: &T,
) -> (ExpectConfig<T>, Outgoing) {
    let uri = ResourceUri::new(T::URI);
    let outgoing = requests.write(&uri, transfer::PUT, |header| header.selector_set = selectors, Some(table));
    (ExpectConfig { requests, table: PhantomData }, outgoing)
}

impl<T: ConfigResource> ExpectConfig<T> {
    /// Takes the answer. What this client doesn't know of the table is left out.
    pub fn step(self, reply: Reply) -> Result<(Requests, T), SequenceError> {
        let envelope = match reply {
            Reply::Fault(fault) => return Err(SequenceError::Faulted(Box::new(fault))),
            Reply::Response(envelope) => envelope,
        };
        let missing = || SequenceError::MissingBody { expected: T::URI.to_owned() };
        Ok((self.requests, envelope.body().ok_or_else(missing)?.read()?))
    }
}
