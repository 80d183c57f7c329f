use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::only;
use crate::auth::negotiate::MechType;
use crate::auth::negotiate::NegTokenInit;
use crate::auth::ntlm::MessageKind;
use crate::codec::CodecError;
use crate::codec::Decode;

/// What the first token of a connection is, under whatever scheme it came: clients put bare NTLM and bare Kerberos
/// under `Negotiate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstToken {
    /// A bare NTLM message.
    Ntlm,
    /// A whole and well-formed NegTokenInit.
    Spnego(Box<NegTokenInit>),
    /// A bare Kerberos `AP-REQ` whose frame is whole; what is inside was not read.
    Kerberos,
    /// None of the others, or malformed.
    Unknown,
}

/// [RFC 4121 4.1] TOK_ID of KRB_AP_REQ.
const AP_REQ: [u8; 2] = [1, 0];

/// Says what a first token is. All DER of the frame is parsed, so that nothing malformed reaches a library behind.
pub fn sniff(token: &[u8]) -> FirstToken {
    if MessageKind::sniff(token).is_some() {
        return FirstToken::Ntlm;
    }
    if let Ok(init) = NegTokenInit::from_bytes(token) {
        return FirstToken::Spnego(Box::new(init));
    }
    match is_kerberos(token) {
        Ok(true) => FirstToken::Kerberos,
        _ => FirstToken::Unknown,
    }
}

fn is_kerberos(token: &[u8]) -> Result<bool, CodecError> {
    let mut frame = DerReader::new(only(token, Tag::APPLICATION_0, "InitialContextToken")?);
    let mech = MechType::parse(frame.expect(Tag::OBJECT_IDENTIFIER, "thisMech")?)?;
    let is_ap_req = frame.rest().starts_with(&AP_REQ);
    Ok(is_ap_req && [MechType::KERBEROS, MechType::KERBEROS_LEGACY].contains(&mech))
}
