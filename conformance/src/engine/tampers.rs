//! The names of what a case can have the engine do wrong in an authentication.

use winrm_harness::auth::credssp;
use winrm_harness::auth::kerberos;
use winrm_harness::auth::kerberos::EncryptionType;
use winrm_harness::auth::ntlm;
use winrm_harness::auth::ntlm::NegotiateFlags;

/// A rule to break, of the mechanism that it is a rule of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tampering {
    /// Of NTLM.
    Ntlm(ntlm::Misbehaviour),
    /// Of Kerberos.
    Kerberos(kerberos::Misbehaviour),
    /// Of CredSSP.
    CredSsp(credssp::Misbehaviour),
}

/// So many seconds are more than any clock may be wrong.
const FIVE_MINUTES_AND_MORE: i64 = 310;

/// The first octets of a checksum, up to the hash of the bindings.
const CHECKSUM_CUT: usize = 20;

/// [RFC 3961 8] hmac-sha1-96-aes256, which is no checksum of [RFC 4121 4.1.1].
const OTHER_CHECKSUM: i64 = 16;

/// What `tamper=NAME` means where NTLM is used.
pub(crate) fn ntlm(name: &str) -> Option<Tampering> {
    use ntlm::Misbehaviour;
    Some(Tampering::Ntlm(match name {
        "mic-absent" => Misbehaviour::OmitMic,
        "mic-denied" => Misbehaviour::DenyMic,
        "mic-promised" => Misbehaviour::PromiseMicInVain,
        "mic-zero" => Misbehaviour::ZeroMic,
        "mic-corrupt" => Misbehaviour::CorruptMic,
        "ntlm-v1" => Misbehaviour::NtlmV1,
        "lm-only" => Misbehaviour::LmOnly,
        "anonymous" => Misbehaviour::Anonymous,
        "proof-zero" => Misbehaviour::ZeroProof,
        "bindings-wrong" => Misbehaviour::WrongChannelBindings,
        "bindings-absent" => Misbehaviour::OmitChannelBindings,
        "session-key-short" => Misbehaviour::SessionKeyLength(15),
        "session-key-long" => Misbehaviour::SessionKeyLength(17),
        "no-seal" => Misbehaviour::ClearFlags(NegotiateFlags::SEAL),
        "no-sign" => Misbehaviour::ClearFlags(NegotiateFlags::SIGN),
        "no-128" => Misbehaviour::ClearFlags(NegotiateFlags::KEY_128),
        "no-key-exchange" => Misbehaviour::ClearFlags(NegotiateFlags::KEY_EXCHANGE),
        "no-extended-session-security" => Misbehaviour::ClearFlags(NegotiateFlags::EXTENDED_SESSION_SECURITY),
        _ => return None,
    }))
}

/// What it means where Kerberos is used.
pub(crate) fn kerberos(name: &str) -> Option<Tampering> {
    use kerberos::Misbehaviour;
    Some(Tampering::Kerberos(match name {
        "bindings-wrong" => Misbehaviour::WrongChannelBindings,
        "bindings-zero" => Misbehaviour::OmitChannelBindings,
        "bindings-option-absent" => Misbehaviour::OmitBindingsOption,
        "bindings-absent" => Misbehaviour::ForgetChannelBindings,
        "ticket-expired" => Misbehaviour::ExpiredTicket,
        "ticket-corrupt" => Misbehaviour::CorruptTicket,
        "checksum-absent" => Misbehaviour::OmitChecksum,
        "checksum-type" => Misbehaviour::ChecksumType(OTHER_CHECKSUM),
        "checksum-cut" => Misbehaviour::CutChecksum(CHECKSUM_CUT),
        "other-client" => Misbehaviour::OtherClient,
        "clock-ahead" => Misbehaviour::Clock(FIVE_MINUTES_AND_MORE),
        "clock-behind" => Misbehaviour::Clock(-FIVE_MINUTES_AND_MORE),
        "authenticator-corrupt" => Misbehaviour::CorruptAuthenticator,
        "session-key-ticket" => Misbehaviour::UseSessionKey,
        "no-mutual" => Misbehaviour::NoMutual,
        "no-seal" => Misbehaviour::NoSealing,
        "dce-style" => Misbehaviour::DceStyle,
        _ => return None,
    }))
}

/// What it means for CredSSP itself.
pub(crate) fn credssp(name: &str) -> Option<Tampering> {
    use credssp::Misbehaviour;
    Some(Tampering::CredSsp(match name {
        "nonce-absent" => Misbehaviour::NoNonce,
        "public-key-wrong" => Misbehaviour::WrongPubKeyAuth,
        "public-key-short" => Misbehaviour::ShortPubKeyAuth,
        "credentials-early" => Misbehaviour::CredentialsEarly,
        "credentials-absent" => Misbehaviour::NoCredentials,
        _ => return None,
    }))
}

impl Tampering {
    /// Whether a server that notices takes it for a wrong password.
    pub(crate) fn is_wrong_password(&self) -> bool {
        use ntlm::Misbehaviour;
        matches!(self, Self::Ntlm(Misbehaviour::NtlmV1 | Misbehaviour::LmOnly | Misbehaviour::ZeroProof))
    }
}

/// The encryption type of that name.
pub(crate) fn encryption_type(name: &str) -> Option<EncryptionType> {
    Some(match name {
        "aes128" => EncryptionType::AES128_CTS_HMAC_SHA1_96,
        "aes256" => EncryptionType::AES256_CTS_HMAC_SHA1_96,
        "aes128-sha2" => EncryptionType::AES128_CTS_HMAC_SHA256_128,
        "aes256-sha2" => EncryptionType::AES256_CTS_HMAC_SHA384_192,
        "rc4" => EncryptionType::RC4_HMAC,
        _ => return None,
    })
}
