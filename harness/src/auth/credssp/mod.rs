//! [MS-CSSP] CredSSP: TLS inside the header, an inner authentication that is bound to its key, and then a password.

mod password_creds;

pub use password_creds::PasswordCreds;
