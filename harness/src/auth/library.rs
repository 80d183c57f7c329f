//! The one place where the `sspi` crate's types, errors and panics are turned into ours.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use sspi::BufferType;
use sspi::EncryptionFlags;
use sspi::SecurityBuffer;
use sspi::SecurityBufferRef;
use sspi::Sspi;

use crate::auth::AuthError;
use crate::auth::ChannelBindings;
use crate::auth::LibraryStatus;
use crate::auth::ntlm::Credential;

/// Runs library code. Its error keeps the status and loses the text, which may quote what it was given.
pub(crate) fn guard<T>(call: impl FnOnce() -> sspi::Result<T>) -> Result<T, AuthError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(map(&error)),
        Err(_) => Err(AuthError::LibraryPanicked),
    }
}

fn map(error: &sspi::Error) -> AuthError {
    match error.error_type {
        sspi::ErrorKind::MessageAltered => AuthError::SignatureWrong,
        #[expect(clippy::as_conversions, reason = "a field-less enum of u32 has no other way to its number")]
        kind => AuthError::Library(LibraryStatus(kind as u32)),
    }
}

/// The library takes a password that starts with `$NTLM$:` for a hash, and a malformed one makes it panic. It always
/// gets a hash from here, so that no password has a second meaning.
pub(crate) fn identity(credential: &Credential) -> sspi::AuthIdentityBuffers {
    let hash = sspi::NtlmHash::from(credential.hash.0);
    sspi::AuthIdentityBuffers::from_utf8_with_hash(&credential.user, &credential.domain, &hash)
}

pub(crate) fn input(token: &[u8], channel_bindings: Option<&ChannelBindings>) -> Vec<SecurityBuffer> {
    let token = SecurityBuffer::new(token.to_vec(), BufferType::Token);
    let bindings = channel_bindings.map(ChannelBindings::to_sec_channel_bindings);
    let bindings = bindings.map(|bindings| SecurityBuffer::new(bindings, BufferType::ChannelBindings));
    std::iter::once(token).chain(bindings).collect()
}

pub(crate) fn output() -> Vec<SecurityBuffer> {
    vec![SecurityBuffer::new(Vec::new(), BufferType::Token)]
}

pub(crate) fn take_token(output: Vec<SecurityBuffer>) -> Vec<u8> {
    output.into_iter().next().map(|buffer| buffer.buffer).unwrap_or_default()
}

pub(crate) fn seal(
    context: &mut impl Sspi,
    header_len: usize,
    message: &mut [u8],
) -> Result<Vec<u8>, AuthError> {
    let mut header = vec![0; header_len];
    guard(|| {
        let mut buffers = [SecurityBufferRef::token_buf(&mut header), SecurityBufferRef::data_buf(message)];
        context.encrypt_message(EncryptionFlags::empty(), &mut buffers)
    })?;
    Ok(header)
}

pub(crate) fn unseal(
    context: &mut impl Sspi,
    header_len: usize,
    header: &[u8],
    message: &mut [u8],
) -> Result<(), AuthError> {
    if header.len() != header_len {
        return Err(AuthError::SignatureLayout { len: header.len() });
    }
    let mut header = header.to_vec();
    guard(|| {
        let mut buffers = [SecurityBufferRef::token_buf(&mut header), SecurityBufferRef::data_buf(message)];
        context.decrypt_message(&mut buffers).map(drop)
    })
}
