use crate::auth::AuthError;

/// [RFC 3961 8] The number of an encryption type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EncryptionType(pub i32);

/// [RFC 3961 8] The number of a checksum type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChecksumType(pub i32);

/// What the encryption types that we have are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    /// [RFC 3962]
    Aes128Sha1,
    /// [RFC 3962]
    Aes256Sha1,
    /// [RFC 8009]
    Aes128Sha256,
    /// [RFC 8009]
    Aes256Sha384,
    /// [RFC 4757]
    Rc4,
}

impl EncryptionType {
    /// [RFC 3962]
    pub const AES128_CTS_HMAC_SHA1_96: Self = Self(17);
    /// [RFC 3962]
    pub const AES256_CTS_HMAC_SHA1_96: Self = Self(18);
    /// [RFC 8009]
    pub const AES128_CTS_HMAC_SHA256_128: Self = Self(19);
    /// [RFC 8009]
    pub const AES256_CTS_HMAC_SHA384_192: Self = Self(20);
    /// [RFC 4757]
    pub const RC4_HMAC: Self = Self(23);

    /// All that we have, the strongest first. A client offers them in this order; Windows has the second, the third and
    /// the last.
    pub const KNOWN: [Self; 5] = [
        Self::AES256_CTS_HMAC_SHA384_192,
        Self::AES256_CTS_HMAC_SHA1_96,
        Self::AES128_CTS_HMAC_SHA256_128,
        Self::AES128_CTS_HMAC_SHA1_96,
        Self::RC4_HMAC,
    ];

    /// Whether we can encrypt with it.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.suite().is_ok()
    }

    /// [RFC 8429] Whether it is one that nobody should use any more; single DES counts too, which we do not have.
    #[must_use]
    pub fn is_weak(self) -> bool {
        !matches!(self, Self(17..=20))
    }

    /// Octets of a key; `None` of a type that we do not have.
    #[must_use]
    pub fn key_len(self) -> Option<usize> {
        self.suite().ok().map(Suite::key_len)
    }

    /// [RFC 3961 3] The required checksum mechanism, which is what [`Key::checksum`](crate::auth::kerberos::Key) makes.
    #[must_use]
    pub fn checksum_type(self) -> Option<ChecksumType> {
        self.suite().ok().map(|suite| match suite {
            Suite::Aes128Sha1 => ChecksumType::HMAC_SHA1_96_AES128,
            Suite::Aes256Sha1 => ChecksumType::HMAC_SHA1_96_AES256,
            Suite::Aes128Sha256 => ChecksumType::HMAC_SHA256_128_AES128,
            Suite::Aes256Sha384 => ChecksumType::HMAC_SHA384_192_AES256,
            Suite::Rc4 => ChecksumType::HMAC_MD5,
        })
    }

    /// Its name in the IANA registry, for reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.suite() {
            Ok(Suite::Aes128Sha1) => "aes128-cts-hmac-sha1-96",
            Ok(Suite::Aes256Sha1) => "aes256-cts-hmac-sha1-96",
            Ok(Suite::Aes128Sha256) => "aes128-cts-hmac-sha256-128",
            Ok(Suite::Aes256Sha384) => "aes256-cts-hmac-sha384-192",
            Ok(Suite::Rc4) => "rc4-hmac",
            Err(_) => "unknown",
        }
    }

    pub(crate) fn suite(self) -> Result<Suite, AuthError> {
        match self {
            Self::AES128_CTS_HMAC_SHA1_96 => Ok(Suite::Aes128Sha1),
            Self::AES256_CTS_HMAC_SHA1_96 => Ok(Suite::Aes256Sha1),
            Self::AES128_CTS_HMAC_SHA256_128 => Ok(Suite::Aes128Sha256),
            Self::AES256_CTS_HMAC_SHA384_192 => Ok(Suite::Aes256Sha384),
            Self::RC4_HMAC => Ok(Suite::Rc4),
            found => Err(AuthError::UnknownEncryptionType { found }),
        }
    }
}

impl ChecksumType {
    /// [RFC 3962 7]
    pub const HMAC_SHA1_96_AES128: Self = Self(15);
    /// [RFC 3962 7]
    pub const HMAC_SHA1_96_AES256: Self = Self(16);
    /// [RFC 8009 6]
    pub const HMAC_SHA256_128_AES128: Self = Self(19);
    /// [RFC 8009 6]
    pub const HMAC_SHA384_192_AES256: Self = Self(20);
    /// [RFC 4757 4]
    pub const HMAC_MD5: Self = Self(-138);
    /// [RFC 4121 4.1.1] The field of an authenticator that holds no checksum but the flags of the GSS-API and the
    /// channel bindings.
    pub const GSS_API: Self = Self(0x8003);
}

impl Suite {
    pub(crate) fn key_len(self) -> usize {
        match self {
            Self::Aes128Sha1 | Self::Aes128Sha256 | Self::Rc4 => 16,
            Self::Aes256Sha1 | Self::Aes256Sha384 => 32,
        }
    }
}
