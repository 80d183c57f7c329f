//! Both sides of the AP exchange, with tickets that picky-krb encoded.

mod acceptor;
mod bounds;
mod differential;
mod fixtures;
mod hostile;
mod initiator;
mod keytab;
mod library;
mod minted;
