use std::borrow::Cow;
use std::fmt;

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
use crate::limits::SPNEGO_MECH_TYPES_MAX;
use crate::limits::SPNEGO_OID_BYTES_MAX;

/// [RFC 4178 4.1] MechType: the contents octets of an object identifier. Unknown ones survive a round trip.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MechType(Cow<'static, [u8]>);

impl MechType {
    /// 1.3.6.1.5.5.2
    pub const SPNEGO: Self = Self(Cow::Borrowed(&[0x2B, 6, 1, 5, 5, 2]));
    /// 1.3.6.1.4.1.311.2.2.10
    pub const NTLM: Self = Self(Cow::Borrowed(&[0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10]));
    /// 1.3.6.1.4.1.311.2.2.30
    pub const NEGOEX: Self = Self(Cow::Borrowed(&[0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 30]));
    /// 1.2.840.113554.1.2.2
    pub const KERBEROS: Self = Self(Cow::Borrowed(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2]));
    /// 1.2.840.48018.1.2.2, Kerberos as Windows 2000 spelled it by mistake and later ones still do.
    pub const KERBEROS_LEGACY: Self = Self(Cow::Borrowed(&[0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 1, 2, 2]));

    /// The contents octets of an object identifier.
    pub fn parse(octets: &[u8]) -> Result<Self, CodecError> {
        let field = "OBJECT IDENTIFIER";
        if octets.len() > SPNEGO_OID_BYTES_MAX {
            return Err(CodecError::TooLong { field, len: octets.len(), len_max: SPNEGO_OID_BYTES_MAX });
        }
        let last = octets.last().ok_or(CodecError::Missing { field })?;
        // [X.690 8.19.2] Each number ends with an octet below 0x80 and does not start with 0x80.
        let starts = std::iter::once(&0).chain(octets).zip(octets);
        let overlong = starts.into_iter().any(|(before, octet)| *before < 0x80 && *octet == 0x80);
        if overlong || *last >= 0x80 {
            return Err(CodecError::BadValue { field, value: u64::from(*last) });
        }
        Ok(Self(Cow::Owned(octets.to_vec())))
    }

    /// Whether both name the same mechanism: the two spellings of Kerberos do.
    pub fn is_same_mechanism(&self, other: &Self) -> bool {
        let is_kerberos = |mech: &Self| [Self::KERBEROS, Self::KERBEROS_LEGACY].contains(mech);
        self == other || (is_kerberos(self) && is_kerberos(other))
    }

    /// The contents octets.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for MechType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            mech if *mech == Self::SPNEGO => "SPNEGO",
            mech if *mech == Self::NTLM => "NTLM",
            mech if *mech == Self::NEGOEX => "NEGOEX",
            mech if *mech == Self::KERBEROS => "KERBEROS",
            mech if *mech == Self::KERBEROS_LEGACY => "KERBEROS_LEGACY",
            Self(octets) => return write!(f, "MechType({octets:02x?})"),
        };
        f.write_str(name)
    }
}

/// [RFC 4178 4.1] MechTypeList, the favourite first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MechTypes(pub Vec<MechType>);

impl MechTypes {
    fn parse(contents: &[u8]) -> Result<Self, CodecError> {
        let mut reader = DerReader::new(contents);
        let mut mech_types = Vec::new();
        while !reader.is_empty() {
            if mech_types.len() >= SPNEGO_MECH_TYPES_MAX {
                let len = mech_types.len().saturating_add(1);
                return Err(CodecError::TooLong { field: "mechTypes", len, len_max: SPNEGO_MECH_TYPES_MAX });
            }
            mech_types.push(MechType::parse(reader.expect(Tag::OBJECT_IDENTIFIER, "mechTypes")?)?);
        }
        if mech_types.is_empty() {
            return Err(CodecError::Missing { field: "mechTypes" });
        }
        Ok(Self(mech_types))
    }

    fn contents(&self) -> Vec<u8> {
        self.0.iter().flat_map(|mech| element(Tag::OBJECT_IDENTIFIER, mech.as_octets())).collect()
    }

    /// What mechListMIC covers: the list's own DER. As decoding takes nothing but DER, this is what was received.
    pub fn to_der(&self) -> Vec<u8> {
        element(Tag::SEQUENCE, &self.contents())
    }
}

/// [RFC 4178 4.2.1] NegTokenInit, in its InitialContextToken. [MS-SPNG 2.2.1] NegTokenInit2 is told from it by the
/// hints, which take the number of mechListMIC and move that on by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegTokenInit {
    /// What the initiator can do.
    pub mech_types: MechTypes,
    /// reqFlags, a BIT STRING's contents. "the acceptor … MUST ignore the reqFlags, if present".
    pub req_flags: Option<Vec<u8>>,
    /// The first token of the favourite mechanism.
    pub mech_token: Option<Vec<u8>>,
    /// The contents of negHints, which nobody reads.
    pub hints: Option<Vec<u8>>,
    /// mechListMIC, which can't be there yet in a first token of NTLM.
    pub mech_list_mic: Option<Vec<u8>>,
}

/// [RFC 4178 4.2.2] negState. Unknown values survive a round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NegState(pub u8);

impl NegState {
    /// accept-completed
    pub const ACCEPT_COMPLETED: Self = Self(0);
    /// accept-incomplete
    pub const ACCEPT_INCOMPLETE: Self = Self(1);
    /// reject
    pub const REJECT: Self = Self(2);
    /// request-mic
    pub const REQUEST_MIC: Self = Self(3);
}

/// [RFC 4178 4.2.2] NegTokenResp, every later token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NegTokenResp {
    /// How far the sender is.
    pub neg_state: Option<NegState>,
    /// The mechanism the acceptor chose, in its first answer.
    pub supported_mech: Option<MechType>,
    /// A token of that mechanism.
    pub response_token: Option<Vec<u8>>,
    /// A signature over the DER of the list of mechanisms.
    pub mech_list_mic: Option<Vec<u8>>,
}

const FIELD_0: Tag = Tag::context(0);
const FIELD_1: Tag = Tag::context(1);
const FIELD_2: Tag = Tag::context(2);
const FIELD_3: Tag = Tag::context(3);
const FIELD_4: Tag = Tag::context(4);

impl Decode for NegTokenInit {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let mut token = DerReader::new(only(cursor.rest(), Tag::APPLICATION_0, "InitialContextToken")?);
        let this_mech = MechType::parse(token.expect(Tag::OBJECT_IDENTIFIER, "thisMech")?)?;
        if this_mech != MechType::SPNEGO {
            return Err(CodecError::BadValue { field: "thisMech", value: 0 });
        }
        let choice = token.expect(FIELD_0, "NegTokenInit")?;
        token.expect_end()?;
        let mut fields = DerReader::new(only(choice, Tag::SEQUENCE, "NegTokenInit")?);
        let mech_types = only(fields.expect(FIELD_0, "mechTypes")?, Tag::SEQUENCE, "mechTypes")?;
        let mech_types = MechTypes::parse(mech_types)?;
        let req_flags = fields.optional_explicit(FIELD_1, Tag::BIT_STRING, "reqFlags")?;
        let mech_token = fields.optional_explicit(FIELD_2, Tag::OCTET_STRING, "mechToken")?;
        let third = fields.optional(FIELD_3, "negHints")?;
        let hints = third.map(|third| only(third, Tag::SEQUENCE, "negHints")).and_then(Result::ok);
        let mech_list_mic = match third {
            Some(third) if hints.is_none() => Some(only(third, Tag::OCTET_STRING, "mechListMIC")?),
            Some(_) => fields.optional_explicit(FIELD_4, Tag::OCTET_STRING, "mechListMIC")?,
            None => None,
        };
        fields.expect_end()?;
        Ok(Self {
            mech_types,
            req_flags: req_flags.map(<[u8]>::to_vec),
            mech_token: mech_token.map(<[u8]>::to_vec),
            hints: hints.map(<[u8]>::to_vec),
            mech_list_mic: mech_list_mic.map(<[u8]>::to_vec),
        })
    }
}

impl Encode for NegTokenInit {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let mut fields = explicit(FIELD_0, Tag::SEQUENCE, &self.mech_types.contents());
        let mic_field = if self.hints.is_some() { FIELD_4 } else { FIELD_3 };
        for (field, tag, value) in [
            (FIELD_1, Tag::BIT_STRING, &self.req_flags),
            (FIELD_2, Tag::OCTET_STRING, &self.mech_token),
            (FIELD_3, Tag::SEQUENCE, &self.hints),
            (mic_field, Tag::OCTET_STRING, &self.mech_list_mic),
        ] {
            fields.extend(value.iter().flat_map(|value| explicit(field, tag, value)));
        }
        let mut token = element(Tag::OBJECT_IDENTIFIER, MechType::SPNEGO.as_octets());
        token.extend(explicit(FIELD_0, Tag::SEQUENCE, &fields));
        output.bytes(&element(Tag::APPLICATION_0, &token));
        Ok(())
    }
}

impl Decode for NegTokenResp {
    fn decode(cursor: &mut ReadCursor<'_>) -> Result<Self, CodecError> {
        let choice = only(cursor.rest(), FIELD_1, "NegTokenResp")?;
        let mut fields = DerReader::new(only(choice, Tag::SEQUENCE, "NegTokenResp")?);
        let neg_state = fields.optional_explicit(FIELD_0, Tag::ENUMERATED, "negState")?;
        let neg_state = neg_state.map(|octets| match octets {
            [state @ 0..0x80] => Ok(NegState(*state)),
            _ => Err(CodecError::TooLong { field: "negState", len: octets.len(), len_max: 1 }),
        });
        let supported_mech = fields.optional_explicit(FIELD_1, Tag::OBJECT_IDENTIFIER, "supportedMech")?;
        let response_token = fields.optional_explicit(FIELD_2, Tag::OCTET_STRING, "responseToken")?;
        let mech_list_mic = fields.optional_explicit(FIELD_3, Tag::OCTET_STRING, "mechListMIC")?;
        fields.expect_end()?;
        Ok(Self {
            neg_state: neg_state.transpose()?,
            supported_mech: supported_mech.map(MechType::parse).transpose()?,
            response_token: response_token.map(<[u8]>::to_vec),
            mech_list_mic: mech_list_mic.map(<[u8]>::to_vec),
        })
    }
}

impl Encode for NegTokenResp {
    fn encode(&self, output: &mut WriteBuf) -> Result<(), CodecError> {
        let mut fields = Vec::new();
        if let Some(NegState(state)) = self.neg_state {
            fields.extend(explicit(FIELD_0, Tag::ENUMERATED, &[state]));
        }
        if let Some(mech) = &self.supported_mech {
            fields.extend(explicit(FIELD_1, Tag::OBJECT_IDENTIFIER, mech.as_octets()));
        }
        if let Some(token) = &self.response_token {
            fields.extend(explicit(FIELD_2, Tag::OCTET_STRING, token));
        }
        if let Some(mic) = &self.mech_list_mic {
            fields.extend(explicit(FIELD_3, Tag::OCTET_STRING, mic));
        }
        output.bytes(&explicit(FIELD_1, Tag::SEQUENCE, &fields));
        Ok(())
    }
}
