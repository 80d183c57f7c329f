mod bodies;
mod duration;
mod enumeration;
mod expiration;
mod faults;
mod filter;
mod headers;
mod transfer;
