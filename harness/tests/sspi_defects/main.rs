//! What the `sspi` crate does wrong, each with its input: our own contexts do it right, and the crate still does not.
//!
//! The day the second half of a test fails, the crate has mended something, and a reason to avoid it is gone.
//! `UPSTREAM.md` says the same in paragraphs for its authors. That a panic inside a context ends one connection and
//! nothing else is tested in `server/authentication/tests.rs`.

#[cfg(test)]
mod credssp;
#[cfg(test)]
mod kerberos;
#[cfg(test)]
mod ntlm;
#[cfg(test)]
mod spnego;
#[cfg(test)]
mod support;
