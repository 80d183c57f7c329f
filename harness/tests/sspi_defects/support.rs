//! The library's contexts, called as its documentation says, and ours beside them.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::SystemTime;

use sspi::BufferType;
use sspi::ClientRequestFlags;
use sspi::DataRepresentation;
use sspi::SecurityBuffer;
use sspi::SecurityStatus;
use sspi::ServerRequestFlags;
use sspi::Sspi;
use sspi::SspiImpl;
use winrm_harness::auth::AuthError;
use winrm_harness::auth::Step;
use winrm_harness::auth::ntlm;

/// Whether library code panics. What it printed is captured with the test's output.
pub(crate) fn panics<T>(call: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

/// The library reads the clock itself, so whoever talks to it has to.
#[expect(clippy::disallowed_methods, reason = "the other side reads the clock")]
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// One leg of a server of the library.
pub(crate) fn accept<C: Sspi>(
    context: &mut C,
    credentials: &mut C::CredentialsHandle,
    token: &[u8],
) -> sspi::Result<(SecurityStatus, Vec<u8>)> {
    let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
    let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
    let builder = context
        .accept_security_context()
        .with_credentials_handle(credentials)
        .with_context_requirements(ServerRequestFlags::empty())
        .with_target_data_representation(DataRepresentation::Native)
        .with_input(&mut input)
        .with_output(&mut output);
    let result = SspiImpl::accept_security_context_impl(context, builder)?.resolve_to_result()?;
    Ok((result.status, output[0].buffer.clone()))
}

/// One leg of the library's NTLM client.
pub(crate) fn initiate(
    context: &mut sspi::Ntlm,
    credentials: &mut Option<sspi::AuthIdentityBuffers>,
    token: &[u8],
) -> sspi::Result<Vec<u8>> {
    let mut input = [SecurityBuffer::new(token.to_vec(), BufferType::Token)];
    let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
    let mut builder = context
        .initialize_security_context()
        .with_credentials_handle(credentials)
        .with_context_requirements(ClientRequestFlags::INTEGRITY | ClientRequestFlags::CONFIDENTIALITY)
        .with_target_data_representation(DataRepresentation::Native)
        .with_input(&mut input)
        .with_output(&mut output);
    SspiImpl::initialize_security_context_impl(context, &mut builder)?.resolve_to_result()?;
    Ok(output[0].buffer.clone())
}

pub(crate) fn ntlm_config() -> sspi::ntlm::NtlmConfig {
    sspi::ntlm::NtlmConfig { client_computer_name: Some("CLI".to_owned()) }
}

pub(crate) fn negotiate_config() -> sspi::NegotiateConfig {
    let packages = Some("ntlm,!kerberos,!pku2u".to_owned());
    sspi::NegotiateConfig::new(Box::new(ntlm_config()), packages, "CLI".to_owned())
}

pub(crate) fn identity(name: &str, password: &str) -> sspi::AuthIdentity {
    let username = sspi::Username::parse(name).unwrap();
    sspi::AuthIdentity { username, password: password.to_owned().into() }
}

/// Our acceptor with one account, and with a policy that demands no MIC: what is refused is refused for the proof.
pub(crate) fn our_acceptor(user: &str, password: &str) -> ntlm::Acceptor {
    let accounts = ntlm::Accounts::new(vec![ntlm::Account::new("DOM", user, password)]);
    let given = ntlm::AcceptorGiven { server_challenge: [7; 8], now: ntlm::FileTime::from_unix_seconds(1) };
    let policy = ntlm::AcceptorPolicy { mic: ntlm::MicPolicy::IfPromised, ..Default::default() };
    ntlm::Acceptor::new(accounts, ntlm::ServerNames::workgroup("HOST"), policy, given)
}

/// Our client that decides its every octet.
pub(crate) fn our_client(domain: &str, user: &str, password: &str) -> ntlm::FixedInitiator {
    let credential = ntlm::Credential::password(domain, user, password);
    let given = ntlm::FixedGiven::new([0xAA; 8], ntlm::ExportedSessionKey([0x55; 16]));
    ntlm::FixedInitiator::new(credential, given)
}

/// The token of a step that has one.
pub(crate) fn token(step: Result<Step, AuthError>) -> Vec<u8> {
    match step.unwrap() {
        Step::Continue(token) | Step::Complete(Some(token)) => token,
        Step::Complete(None) => Vec::new(),
    }
}
