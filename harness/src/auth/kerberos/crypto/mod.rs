//! [RFC 3961], [RFC 3962], [RFC 8009], [RFC 4757]: the ciphers below a [`Key`](crate::auth::kerberos::Key).

mod aes;
mod derive;
mod integrity;
mod message;
mod n_fold;
mod rc4;
mod string_to_key;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub(crate) use derive::Derived;
pub(crate) use derive::Purpose;
pub(crate) use integrity::Integrity;
pub(crate) use message::MessageKeys;
pub(crate) use message::Parts;
pub(crate) use rc4::Rc4Key;
pub(crate) use rc4::salt as rc4_salt;
pub(crate) use string_to_key::string_to_key;
