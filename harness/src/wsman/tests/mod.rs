mod bodies;
mod duration;
mod faults;
mod headers;
