//! [RFC 2743 3.1], [RFC 4121 4.1] The frame of the tokens that set a context up.

use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::der::only;
use crate::auth::kerberos::KerberosError;
use crate::limits::TOKEN_BYTES_MAX;

/// [RFC 4121 4.1] TOK_ID
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenId(pub(crate) [u8; 2]);

impl TokenId {
    pub(crate) const AP_REQ: Self = Self([1, 0]);
    pub(crate) const AP_REP: Self = Self([2, 0]);
    pub(crate) const KRB_ERROR: Self = Self([3, 0]);
    /// [MS-KILE] KRB_TGT_REQ of user-to-user authentication.
    const TGT_REQ: Self = Self([4, 0]);
    /// KRB_TGT_REP.
    const TGT_REP: Self = Self([4, 1]);
}

/// 1.2.840.113554.1.2.2
const KERBEROS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2];
/// 1.2.840.48018.1.2.2, which a slip of Windows 2000 made a second name of the first.
const KERBEROS_LEGACY: &[u8] = &[0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 1, 2, 2];
/// 1.2.840.113554.1.2.2.3
const USER_TO_USER: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2, 3];

/// The message inside a frame.
pub(crate) fn frame(id: TokenId, message: &[u8]) -> Vec<u8> {
    let contents = [&element(Tag::OBJECT_IDENTIFIER, KERBEROS), &id.0[..], message].concat();
    element(Tag::APPLICATION_0, &contents)
}

/// What kind of message a token frames, and its octets.
pub(crate) fn unframe(token: &[u8]) -> Result<(TokenId, &[u8]), AuthError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(AuthError::TokenTooLong { len: token.len(), len_max: TOKEN_BYTES_MAX });
    }
    let bare = [Tag::application(14), Tag::application(15), Tag::application(30)];
    if token.first().is_some_and(|first| bare.contains(&Tag(*first))) {
        return Err(KerberosError::DceStyle.into());
    }
    let mut contents = DerReader::new(only(token, Tag::APPLICATION_0, "InitialContextToken")?);
    let mechanism = contents.expect(Tag::OBJECT_IDENTIFIER, "thisMech")?;
    let (id, message) = contents.rest().split_first_chunk().ok_or(AuthError::WrongMechanism)?;
    match (mechanism, TokenId(*id)) {
        (USER_TO_USER, _) | (_, TokenId::TGT_REQ | TokenId::TGT_REP) => Err(KerberosError::UserToUser.into()),
        (KERBEROS | KERBEROS_LEGACY, id) => Ok((id, message)),
        _ => Err(AuthError::WrongMechanism),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `contents` behind the octets of a frame that another library made (python's gssapi: its first 17).
    fn framed(oid: &[u8], id: [u8; 2], contents: &[u8]) -> Vec<u8> {
        element(Tag(0x60), &[&element(Tag(6), oid), &id[..], contents].concat())
    }

    #[test]
    fn both_names_of_kerberos_are_taken() {
        for oid in [KERBEROS, KERBEROS_LEGACY] {
            assert_eq!(unframe(&framed(oid, [1, 0], b"x")).unwrap(), (TokenId::AP_REQ, b"x".as_slice()));
        }
        assert_eq!(frame(TokenId::AP_REP, b"x"), framed(KERBEROS, [2, 0], b"x"));
    }

    #[test]
    fn user_to_user_dce_style_and_other_mechanisms_are_refused_by_name() {
        let refused = |token: &[u8]| unframe(token).unwrap_err();
        assert_eq!(refused(&framed(USER_TO_USER, [1, 0], b"")), KerberosError::UserToUser.into());
        assert_eq!(refused(&framed(KERBEROS, [4, 0], b"")), KerberosError::UserToUser.into());
        assert_eq!(refused(&[0x6E, 0]), KerberosError::DceStyle.into());
        assert_eq!(refused(&[0x6F, 0]), KerberosError::DceStyle.into());
        assert_eq!(refused(&framed(&[0x2B, 6, 1, 5, 5, 2], [1, 0], b"")), AuthError::WrongMechanism);
        assert_eq!(
            refused(&element(Tag(0x60), &[&element(Tag(6), KERBEROS), &[1][..]].concat())),
            AuthError::WrongMechanism
        );
    }

    #[test]
    fn a_token_has_a_bound() {
        let token = |len: usize| framed(KERBEROS, [1, 0], &vec![0; len - 17]);
        assert_eq!(token(TOKEN_BYTES_MAX).len(), TOKEN_BYTES_MAX);
        assert!(unframe(&token(TOKEN_BYTES_MAX)).is_ok());
        let too_long = AuthError::TokenTooLong { len: TOKEN_BYTES_MAX + 1, len_max: TOKEN_BYTES_MAX };
        assert_eq!(unframe(&token(TOKEN_BYTES_MAX + 1)).unwrap_err(), too_long);
    }
}
