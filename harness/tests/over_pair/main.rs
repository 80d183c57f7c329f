//! The reference client and the reference server talk to each other in memory.

#[cfg(test)]
mod config;
#[cfg(test)]
mod credssp;
#[cfg(test)]
mod enumeration;
#[cfg(test)]
mod events;
#[cfg(test)]
mod hop;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_seal;
#[cfg(test)]
mod kerberos;
#[cfg(test)]
mod logon;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod wire;
