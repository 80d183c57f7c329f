//! Bounded reading and writing of binary layouts.
