//! The reference server's rules, one by one: driven in memory over HTTP octets, the clock a number.

#[cfg(test)]
mod auth_bindings;
#[cfg(test)]
mod auth_certificate;
#[cfg(test)]
mod auth_credssp;
#[cfg(test)]
mod auth_kerberos;
#[cfg(test)]
mod auth_mutants;
#[cfg(test)]
mod auth_schemes;
#[cfg(test)]
mod auth_support;
#[cfg(test)]
mod authentication;
#[cfg(test)]
mod cim;
#[cfg(test)]
mod compression;
#[cfg(test)]
mod config;
#[cfg(test)]
mod enumeration;
#[cfg(test)]
mod enumeration_filters;
#[cfg(test)]
mod enumeration_pages;
#[cfg(test)]
mod eventing;
#[cfg(test)]
mod fault_rows;
#[cfg(test)]
mod fault_rows_events;
#[cfg(test)]
mod fault_rows_resources;
#[cfg(test)]
mod fault_table;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod http;
#[cfg(test)]
mod invoke;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod limits_default;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod mutants;
#[cfg(test)]
mod receive;
#[cfg(test)]
mod rights;
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
#[cfg(test)]
mod transfer;
