use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::explicit;
use crate::auth::der::only;
use crate::codec::CodecError;
use crate::codec::Decode;
use crate::codec::Encode;
use crate::codec::ReadCursor;
use crate::codec::WriteBuf;
use crate::limits::CREDSSP_NEGO_TOKENS_MAX;
use crate::limits::TOKEN_BYTES_MAX;

/// [MS-CSSP 2.2.1] `version` of a TSRequest. Unknown values survive a round trip.
///
/// [MS-CSSP 2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cssp/6aac4dea-08ef-47a6-8747-22ea7f6d8685
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

impl Version {
    /// The oldest, of Windows Vista.
    pub const V2: Self = Self(2);
    /// Brought errorCode.
    pub const V3: Self = Self(3);
    /// The last one before CVE-2018-0886.
    pub const V4: Self = Self(4);
    /// Binds the key by a hash with a nonce, so that no chosen key can be signed; of version 2.
    pub const V5: Self = Self(5);
    /// The same of versions 3 and 4, and the newest.
    pub const V6: Self = Self(6);

    /// Whether pubKeyAuth is a hash.
    pub fn has_nonce(self) -> bool {
        self >= Self::V5
    }

    /// "If the negotiated protocol version is 3, 4, or 6": whether a refusal can say why.
    pub fn has_error_code(self) -> bool {
        self >= Self::V3 && self != Self::V5
    }
}

/// [MS-ERREF 2.3] NTSTATUS, as errorCode carries it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NtStatus(pub u32);

impl NtStatus {
    /// STATUS_LOGON_FAILURE: every refusal of who somebody is, whatever the reason.
    pub const LOGON_FAILURE: Self = Self(0xC000_006D);
    /// STATUS_NOT_SUPPORTED: the version of the protocol, or the kind of credentials.
    pub const NOT_SUPPORTED: Self = Self(0xC000_00BB);
}

impl std::fmt::Debug for NtStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NtStatus({:#010x})", self.0)
    }
}

/// [MS-CSSP 2.2.1] TSRequest: the one message of CredSSP, each phase with its own fields.
///
/// ```
/// use winrm_harness::auth::credssp::TsRequest;
/// use winrm_harness::auth::credssp::Version;
/// use winrm_harness::codec::Decode;
/// use winrm_harness::codec::Encode;
///
/// let request = TsRequest { nego_tokens: vec![b"abc".to_vec()], ..TsRequest::new(Version::V6) };
/// let der = request.to_bytes()?;
/// assert_eq!(der, b"\x30\x12\xA0\x03\x02\x01\x06\xA1\x0B\x30\x09\x30\x07\xA0\x05\x04\x03abc");
/// assert_eq!(TsRequest::from_bytes(&der)?, request);
/// # Ok::<(), winrm_harness::codec::CodecError>(())
/// ```
///
/// [MS-CSSP 2.2.1]: https://learn.microsoft.com/openspecs/windows_protocols/ms-cssp/6aac4dea-08ef-47a6-8747-22ea7f6d8685
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TsRequest {
    /// The newest version that the sender knows.
    pub version: Version,
    /// [MS-CSSP 2.2.1.1] NegoData: tokens of the authentication inside. None is an absent field.
    pub nego_tokens: Vec<Vec<u8>>,
    /// TSCredentials, sealed by the authentication inside.
    pub auth_info: Option<Vec<u8>>,
    /// What binds the key of the TLS server, sealed by the authentication inside.
    pub pub_key_auth: Option<Vec<u8>>,
    /// Why the server refuses.
    pub error_code: Option<NtStatus>,
    /// 32 octets where they are what the specification wants; the phases check that.
    pub client_nonce: Option<Vec<u8>>,
}

impl TsRequest {
    /// A request without fields.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            nego_tokens: Vec::new(),
            auth_info: None,
            pub_key_auth: None,
            error_code: None,
            client_nonce: None,
        }
    }
}

impl Encode for TsRequest {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let mut contents = explicit(Tag::context(0), Tag::INTEGER, &unsigned(self.version.0));
        if !self.nego_tokens.is_empty() {
            let tokens = self.nego_tokens.iter().flat_map(|token| {
                element(Tag::SEQUENCE, &explicit(Tag::context(0), Tag::OCTET_STRING, token))
            });
            contents.extend(explicit(Tag::context(1), Tag::SEQUENCE, &tokens.collect::<Vec<_>>()));
        }
        let mut octets = |number, field: Option<&[u8]>, tag| {
            contents
                .extend(field.map(|field| explicit(Tag::context(number), tag, field)).unwrap_or_default());
        };
        octets(2, self.auth_info.as_deref(), Tag::OCTET_STRING);
        octets(3, self.pub_key_auth.as_deref(), Tag::OCTET_STRING);
        let error_code = self.error_code.map(|status| signed(status.0));
        octets(4, error_code.as_deref(), Tag::INTEGER);
        octets(5, self.client_nonce.as_deref(), Tag::OCTET_STRING);
        output.bytes(&element(Tag::SEQUENCE, &contents));
        Ok(())
    }
}

impl Decode for TsRequest {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let input = cursor.rest();
        if input.len() > TOKEN_BYTES_MAX {
            return Err(CodecError::TooLong {
                field: "TSRequest",
                len: input.len(),
                len_max: TOKEN_BYTES_MAX,
            });
        }
        let mut fields = DerReader::new(only(input, Tag::SEQUENCE, "TSRequest")?);
        let version = only(fields.expect(Tag::context(0), "version")?, Tag::INTEGER, "version")?;
        let mut octets = |number, tag, field| fields.optional_explicit(Tag::context(number), tag, field);
        let nego_tokens = octets(1, Tag::SEQUENCE, "negoTokens")?.map(nego_data).transpose()?;
        let auth_info = octets(2, Tag::OCTET_STRING, "authInfo")?.map(<[u8]>::to_vec);
        let pub_key_auth = octets(3, Tag::OCTET_STRING, "pubKeyAuth")?.map(<[u8]>::to_vec);
        let error_code = octets(4, Tag::INTEGER, "errorCode")?.map(|octets| integer(octets, "errorCode"));
        let client_nonce = octets(5, Tag::OCTET_STRING, "clientNonce")?.map(<[u8]>::to_vec);
        fields.expect_end()?;
        Ok(Self {
            version: Version(number(version, "version")?),
            nego_tokens: nego_tokens.unwrap_or_default(),
            auth_info,
            pub_key_auth,
            error_code: error_code.transpose()?.map(NtStatus),
            client_nonce,
        })
    }
}

/// [MS-CSSP 2.2.1.1] NegoData
fn nego_data(contents: &[u8]) -> Result<Vec<Vec<u8>>, CodecError> {
    let mut reader = DerReader::new(contents);
    let mut tokens = Vec::new();
    while !reader.is_empty() {
        if tokens.len() >= CREDSSP_NEGO_TOKENS_MAX {
            let len = tokens.len().saturating_add(1);
            return Err(CodecError::TooLong { field: "negoTokens", len, len_max: CREDSSP_NEGO_TOKENS_MAX });
        }
        let token = only(reader.expect(Tag::SEQUENCE, "negoTokens")?, Tag::context(0), "negoToken")?;
        tokens.push(only(token, Tag::OCTET_STRING, "negoToken")?.to_vec());
    }
    if tokens.is_empty() {
        return Err(CodecError::Missing { field: "negoToken" });
    }
    Ok(tokens)
}

/// An INTEGER that is a number, as opposed to 32 bits.
pub(super) fn number(octets: &[u8], field: &'static str) -> Result<u32, CodecError> {
    let value = integer(octets, field)?;
    if is_negative(octets) { Err(CodecError::BadValue { field, value: u64::from(value) }) } else { Ok(value) }
}

/// [X.690 8.3] The 32 bits of an INTEGER in its shortest form. An NTSTATUS with its highest bit set comes as a negative
/// number of 4 octets (Windows) or a positive one of 5.
fn integer(octets: &[u8], field: &'static str) -> Result<u32, CodecError> {
    let is_shortest = shortest(octets).len() == octets.len();
    let digits = match octets {
        [0, digits @ ..] if digits.len() == 4 => digits,
        [_, ..] if octets.len() <= 4 => octets,
        _ => return Err(CodecError::TooLong { field, len: octets.len(), len_max: 5 }),
    };
    let sign = if is_negative(digits) { u32::MAX } else { 0 };
    let value = digits.iter().fold(sign, |value, octet| value << 8 | u32::from(*octet));
    if is_shortest { Ok(value) } else { Err(CodecError::BadValue { field, value: u64::from(value) }) }
}

/// The shortest form of a number that is not negative.
pub(super) fn unsigned(value: u32) -> Vec<u8> {
    let [a, b, c, d] = value.to_be_bytes();
    shortest(&[0, a, b, c, d]).to_vec()
}

/// The shortest form of 32 bits that may stand for a negative number.
fn signed(value: u32) -> Vec<u8> {
    shortest(&value.to_be_bytes()).to_vec()
}

/// Without the leading octets that only repeat the sign.
fn shortest(mut octets: &[u8]) -> &[u8] {
    while let [first @ (0 | 0xFF), rest @ ..] = octets {
        if rest.is_empty() || is_negative(rest) != (*first == 0xFF) {
            break;
        }
        octets = rest;
    }
    octets
}

fn is_negative(octets: &[u8]) -> bool {
    octets.first().is_some_and(|first| *first >= 0x80)
}
