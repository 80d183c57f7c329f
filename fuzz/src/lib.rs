//! Oracles behind the fuzz targets, and the seeds that they start from.
//!
//! A target is a plain function of octets that panics when a property does not hold. The same function runs under
//! libFuzzer (`fuzz_targets/`) and, over seeds and regressions, under `cargo test`.

pub mod allocation;
pub mod oracles;
pub mod seeds;

/// A fuzz target: its name is also that of its module, file and folders.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// `module_thing_property`
    pub name: &'static str,
    /// What has to hold for all octets.
    pub oracle: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "auth_credssp_ts_request", oracle: oracles::auth_credssp_ts_request },
    Target { name: "auth_kerberos_accept", oracle: oracles::auth_kerberos_accept },
    Target { name: "auth_kerberos_unseal", oracle: oracles::auth_kerberos_unseal },
    Target { name: "auth_negotiate_step", oracle: oracles::auth_negotiate_step },
    Target { name: "auth_ntlm_accept", oracle: oracles::auth_ntlm_accept },
    Target { name: "compression_sldc_round_trip", oracle: oracles::compression_sldc_round_trip },
    Target { name: "compression_xpress_decode", oracle: oracles::compression_xpress_decode },
    Target { name: "encryption_message_unseal", oracle: oracles::encryption_message_unseal },
    Target { name: "encryption_session_hostile", oracle: oracles::encryption_session_hostile },
    Target { name: "soap_envelope_decode", oracle: oracles::soap_envelope_decode },
    Target { name: "wsman_eventing_decode", oracle: oracles::wsman_eventing_decode },
    Target { name: "wsman_wql_parse", oracle: oracles::wsman_wql_parse },
    Target { name: "wsman_xpath_parse", oracle: oracles::wsman_xpath_parse },
];
