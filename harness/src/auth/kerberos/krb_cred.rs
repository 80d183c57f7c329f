use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::KerberosError;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::Time;
use crate::auth::kerberos::ticket::Ticket;
use crate::auth::kerberos::ticket::optional_time;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::EncryptedData;
use crate::auth::kerberos::wire::expect_number;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::flags;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::key_to_der;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::open_message;
use crate::auth::kerberos::wire::parse_flags;
use crate::auth::kerberos::wire::parse_key;
use crate::auth::kerberos::wire::parse_name;
use crate::auth::kerberos::wire::sequence;
use crate::auth::kerberos::wire::text;
use crate::codec::CodecError;
use crate::limits::KERBEROS_CRED_TICKETS_MAX;

/// [RFC 4120 5.10]
const KRB_CRED: u8 = 22;
const ENC_KRB_CRED_PART: u8 = 29;

/// [RFC 4120 3.6.2] The first credential of a KRB-CRED, which one of `keys` opens. One that is not encrypted is refused.
pub(crate) fn open(input: &[u8], keys: &[&Key]) -> Result<Credential, AuthError> {
    let (ticket, enc_part) = parse(input)?;
    let opened = keys.iter().find_map(|key| {
        let fits = key.encryption_type() == enc_part.encryption_type;
        fits.then(|| key.decrypt(KeyUsage::KRB_CRED, &enc_part.cipher).ok()).flatten()
    });
    let opened = opened.ok_or(KerberosError::DelegationMalformed)?;
    let mut fields = open_message(&opened, ENC_KRB_CRED_PART, "EncKrbCredPart")?;
    let mut infos = DerReader::new(fields.explicit(0, Tag::SEQUENCE, "ticket-info")?);
    parse_info(infos.expect(Tag::SEQUENCE, "ticket-info")?, ticket)
}

fn parse(input: &[u8]) -> Result<(Vec<u8>, EncryptedData), CodecError> {
    let mut fields = open_message(input, KRB_CRED, "KRB-CRED")?;
    expect_number(&mut fields, 0, 5, "pvno")?;
    expect_number(&mut fields, 1, KRB_CRED.into(), "msg-type")?;
    let mut tickets = DerReader::new(fields.explicit(2, Tag::SEQUENCE, "tickets")?);
    let first = tickets.whole(Tag::application(Ticket::TAG), "tickets")?;
    let mut count = 1_usize;
    while !tickets.is_empty() {
        tickets.expect(Tag::application(Ticket::TAG), "tickets")?;
        count = count.saturating_add(1);
        if count > KERBEROS_CRED_TICKETS_MAX {
            let len_max = KERBEROS_CRED_TICKETS_MAX;
            return Err(CodecError::TooLong { field: "tickets", len: count, len_max });
        }
    }
    let enc_part = EncryptedData::parse(fields.explicit(3, Tag::SEQUENCE, "enc-part")?)?;
    fields.expect_end()?;
    Ok((first.to_vec(), enc_part))
}

/// [RFC 4120 5.8.1] KrbCredInfo. Whose ticket it is and for whom has to be there: a credential without is of no use.
fn parse_info(contents: &[u8], ticket: Vec<u8>) -> Result<Credential, AuthError> {
    let mut fields = DerReader::new(contents);
    let session_key = parse_key(fields.explicit(0, Tag::SEQUENCE, "key")?)?;
    let client = optional_principal(&mut fields, 1, "pname")?;
    let flags = fields.optional_explicit(Tag::context(3), Tag::BIT_STRING, "flags")?;
    let flags = flags.map(|flags| parse_flags(flags, "flags")).transpose()?.unwrap_or_default();
    let auth_time = optional_time(&mut fields, 4, "authtime")?;
    let start_time = optional_time(&mut fields, 5, "starttime")?.or(auth_time).unwrap_or_default();
    let end_time = optional_time(&mut fields, 6, "endtime")?.unwrap_or_default();
    optional_time(&mut fields, 7, "renew-till")?;
    let server = optional_principal(&mut fields, 8, "sname")?;
    fields.optional_explicit(Tag::context(10), Tag::SEQUENCE, "caddr")?;
    fields.expect_end()?;
    Ok(Credential { client, server, ticket, session_key, flags, start_time, end_time })
}

fn optional_principal(
    fields: &mut DerReader<'_>,
    number: u8,
    name: &'static str,
) -> Result<PrincipalName, CodecError> {
    let missing = CodecError::Missing { field: name };
    let realm = fields.optional_explicit(Tag::context(number), Tag::GENERAL_STRING, name)?;
    let components = fields.optional_explicit(Tag::context(number.saturating_add(1)), Tag::SEQUENCE, name)?;
    let (realm, components) = realm.zip(components).ok_or(missing)?;
    let (_, components) = parse_name(components)?;
    Ok(PrincipalName { realm: text(realm, name)?, components })
}

/// [RFC 4120 3.6.1] The KRB-CRED that hands `credential` over to who has `key`.
pub(crate) fn seal(
    credential: &Credential,
    key: &Key,
    confounder: [u8; 16],
    now: Time,
) -> Result<Vec<u8>, AuthError> {
    let info = sequence(&[
        field(0, &key_to_der(&credential.session_key)),
        field(1, &general_string(&credential.client.realm)),
        field(2, &name_to_der(NameType::PRINCIPAL, &credential.client)),
        field(3, &flags(credential.flags)),
        field(5, &time::to_der(credential.start_time)),
        field(6, &time::to_der(credential.end_time)),
        field(8, &general_string(&credential.server.realm)),
        field(9, &name_to_der(NameType::SERVICE, &credential.server)),
    ]);
    let part = [
        field(0, &sequence(&[info])),
        field(2, &time::to_der(now.unix_s)),
        field(3, &integer(now.micros.into())),
    ];
    let cipher = key.encrypt(KeyUsage::KRB_CRED, confounder, &message(ENC_KRB_CRED_PART, &part))?;
    let enc_part = EncryptedData { encryption_type: key.encryption_type(), key_version: None, cipher };
    let fields = [
        field(0, &integer(5)),
        field(1, &integer(KRB_CRED.into())),
        field(2, &sequence(std::slice::from_ref(&credential.ticket))),
        field(3, &enc_part.to_der()),
    ];
    Ok(message(KRB_CRED, &fields))
}
