use crate::auth::Delegation;
use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::ntlm::NegotiateFlags;

/// A session whose messages something else protects.
pub(crate) static NOTHING_SEALED: Established = ntlm("none");

static SEALED_WITH_128: Established = ntlm("RC4-128, HMAC-MD5");
static SEALED_WITH_56: Established = ntlm("RC4-56, HMAC-MD5");
static SEALED_WITH_40: Established = ntlm("RC4-40, HMAC-MD5");

/// [MS-NLMP 3.4.5.3] A session that seals with the key that these flags cut.
pub(crate) fn sealed_with(flags: NegotiateFlags) -> &'static Established {
    match flags {
        flags if flags.contains(NegotiateFlags::KEY_128) => &SEALED_WITH_128,
        flags if flags.contains(NegotiateFlags::KEY_56) => &SEALED_WITH_56,
        _ => &SEALED_WITH_40,
    }
}

const fn ntlm(cipher: &'static str) -> Established {
    Established { mechanism: Mechanism::Ntlm, is_mutual: false, cipher, delegation: Delegation::None }
}
