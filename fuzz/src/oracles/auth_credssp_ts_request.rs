//! Octets become a TSRequest, or the credentials inside one, or an error, in linear memory; and what was read has one
//! form only, but for a status that came as a positive number.

use winrm_harness::auth::credssp::PasswordCreds;
use winrm_harness::auth::credssp::TsRequest;
use winrm_harness::codec::CodecError;
use winrm_harness::codec::Decode;
use winrm_harness::codec::Encode;
use winrm_harness::limits::TOKEN_BYTES_MAX;

use crate::allocation::within;

/// Octets that reading may allocate for each octet of input: a text takes 3 for each unit of 2, and a token of SPNEGO,
/// of which there may be four, the vector that holds it.
const FACTOR: usize = 8;

/// The oracle.
pub fn auth_credssp_ts_request(input: &[u8]) {
    judge(input, TsRequest::to_bytes);
}

/// The oracle over any way to write a request, so that a test can show a wrong one being found.
pub fn judge(input: &[u8], write: impl Fn(&TsRequest) -> Result<Vec<u8>, CodecError>) {
    if let Ok(credentials) = within(FACTOR, input.len(), || PasswordCreds::from_ts_credentials(input)) {
        let written = credentials.to_ts_credentials();
        assert_eq!(*written, input, "credentials changed when they were read and written");
    }
    let request = match within(FACTOR, input.len(), || TsRequest::from_bytes(input)) {
        Ok(request) => request,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(input.len() <= TOKEN_BYTES_MAX, "a request of {} octets is read", input.len());
    let Ok(written) = write(&request) else { panic!("a request that was read can't be written") };
    if request.error_code.is_none_or(|status| status.0 < 1 << 31) {
        assert_eq!(written, input, "a request changed when it was read and written");
    }
    assert_eq!(TsRequest::from_bytes(&written), Ok(request), "a request that was written is read as another");
}
