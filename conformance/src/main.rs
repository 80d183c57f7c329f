//! The command `winrm-conformance`.

fn main() {}
