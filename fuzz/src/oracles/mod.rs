//! What has to hold for every input. A module, its function and a target share one name.
#![expect(clippy::panic, reason = "an oracle speaks by panicking")]

pub mod auth_credssp_ts_request;
pub mod auth_kerberos_accept;
pub mod auth_kerberos_unseal;
pub mod auth_negotiate_step;
pub mod auth_ntlm_accept;
pub mod compression_sldc_round_trip;
pub mod compression_xpress_decode;
pub mod encryption_message_unseal;
pub mod encryption_session_hostile;
pub mod soap_envelope_decode;
pub mod wsman_eventing_decode;
pub mod wsman_wql_parse;
pub mod wsman_xpath_parse;

pub use auth_credssp_ts_request::auth_credssp_ts_request;
pub use auth_kerberos_accept::auth_kerberos_accept;
pub use auth_kerberos_unseal::auth_kerberos_unseal;
pub use auth_negotiate_step::auth_negotiate_step;
pub use auth_ntlm_accept::auth_ntlm_accept;
pub use compression_sldc_round_trip::compression_sldc_round_trip;
pub use compression_xpress_decode::compression_xpress_decode;
pub use encryption_message_unseal::encryption_message_unseal;
pub use encryption_session_hostile::encryption_session_hostile;
pub use soap_envelope_decode::soap_envelope_decode;
pub use wsman_eventing_decode::wsman_eventing_decode;
pub use wsman_wql_parse::wsman_wql_parse;
pub use wsman_xpath_parse::wsman_xpath_parse;
