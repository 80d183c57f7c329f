//! [RFC 7616] and [RFC 2617] The client's half of the Digest scheme: a proof of the password that does not carry it.
//!
//! **It protects no message.** The proof covers the method and the path, not the envelope: whoever sits between the
//! peers reads and replaces every body. Nor does it prove the server. Use it inside TLS, or to test.
//!
//! ```
//! use winrm_harness::auth::digest::ClientNonce;
//! use winrm_harness::auth::digest::Digest;
//! use winrm_harness::auth::digest::DigestChallenge;
//! use winrm_harness::auth::digest::DigestCredential;
//!
//! let parameters = [("realm", "Digest:1"), ("nonce", "42"), ("qop", "auth"), ("stale", "false")];
//! let challenge = DigestChallenge::parse(parameters)?;
//! let credential = DigestCredential::new("admin", "wonderland")?;
//! let mut digest = Digest::new(credential, ClientNonce::new("0a4f113b")?);
//! digest.challenge([Ok(challenge)])?;
//! let authorization = digest.authorization("POST", "/wsman")?;
//! assert!(authorization.starts_with("Digest username=\"admin\", realm=\"Digest:1\", nonce=\"42\""));
//! assert!(!authorization.contains("wonderland"));
//! # Ok::<(), winrm_harness::auth::digest::DigestError>(())
//! ```
//!
//! [RFC 7616]: https://www.rfc-editor.org/rfc/rfc7616
//! [RFC 2617]: https://www.rfc-editor.org/rfc/rfc2617

mod answer;
mod challenge;
mod error;

#[cfg(test)]
mod tests;

pub use answer::ClientNonce;
pub use answer::Digest;
pub use answer::DigestCredential;
pub use challenge::Algorithm;
pub use challenge::DigestChallenge;
pub use error::DigestError;
