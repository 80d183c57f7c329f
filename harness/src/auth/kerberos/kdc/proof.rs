use crate::auth::AuthError;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::ap_req::ApOptions;
use crate::auth::kerberos::ap_req::ApReq;
use crate::auth::kerberos::authenticator::Authenticator;
use crate::auth::kerberos::authenticator::Checksum;
use crate::auth::kerberos::authenticator::Extras;
use crate::auth::kerberos::kdc::Given;
use crate::auth::kerberos::kdc::preauth::PaData;
use crate::auth::kerberos::kdc::preauth::PaType;
use crate::auth::kerberos::wire::EncryptedData;

/// [RFC 4120 5.2.7.1] PA-TGS-REQ: the ticket-granting ticket, and a proof that its session key is known, which covers
/// the body of the request. No subkey, so that the answer is sealed with the session key itself.
pub(crate) fn of_session_key(
    ticket: &Credential,
    body: &[u8],
    given: &mut Given,
) -> Result<PaData, AuthError> {
    const CHECKSUM: KeyUsage = KeyUsage(6);
    const AUTHENTICATOR: KeyUsage = KeyUsage(7);
    let key = &ticket.session_key;
    let found = key.encryption_type();
    let kind = found.checksum_type().ok_or(AuthError::UnknownEncryptionType { found })?;
    let authenticator = Authenticator {
        client_kind: NameType::PRINCIPAL,
        client: ticket.client.clone(),
        checksum: Some(Checksum { kind: kind.0.into(), octets: key.checksum(CHECKSUM, body)? }),
        time: given.now,
        subkey: None,
        sequence: None,
        extras: Extras::default(),
    };
    let cipher = key.encrypt(AUTHENTICATOR, given.confounder(), &authenticator.to_der())?;
    let authenticator = EncryptedData { encryption_type: found, key_version: None, cipher };
    let request = ApReq { options: ApOptions::default(), ticket: ticket.ticket.clone(), authenticator };
    Ok(PaData { kind: PaType::TGS_REQ, value: request.to_der() })
}
