mod bodies;
mod duration;
mod expiration;
mod faults;
mod headers;
