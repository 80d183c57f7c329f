//! The reference server's rules, one by one: driven in memory over HTTP octets, the clock a number.

#[cfg(test)]
mod authentication;
#[cfg(test)]
mod compression;
#[cfg(test)]
mod enumeration;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod http;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod receive;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod robust_client;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod shells;
#[cfg(test)]
mod support;
