use crate::auth::der::Tag;
use crate::auth::der::element;
use crate::auth::kerberos::EncryptionType;
use crate::auth::kerberos::NameType;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::kdc::KdcOptions;
use crate::auth::kerberos::kdc::preauth::PaData;
use crate::auth::kerberos::time;
use crate::auth::kerberos::wire::field;
use crate::auth::kerberos::wire::flags;
use crate::auth::kerberos::wire::general_string;
use crate::auth::kerberos::wire::integer;
use crate::auth::kerberos::wire::message;
use crate::auth::kerberos::wire::name_to_der;
use crate::auth::kerberos::wire::sequence;

/// [RFC 4120 5.4.1] What is asked, and the number of the message that asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exchange {
    As,
    Tgs,
}

impl Exchange {
    fn request_number(self) -> u8 {
        match self {
            Self::As => 10,
            Self::Tgs => 12,
        }
    }

    pub(crate) fn reply_number(self) -> u8 {
        self.request_number().saturating_add(1)
    }
}

/// [RFC 4120 5.4.1] KDC-REQ-BODY
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestBody {
    pub(crate) options: KdcOptions,
    /// Of an AS-REQ alone: a TGS-REQ has it in its ticket.
    pub(crate) client: Option<(NameType, PrincipalName)>,
    pub(crate) server: PrincipalName,
    pub(crate) till: u64,
    pub(crate) nonce: u32,
    pub(crate) encryption_types: Vec<EncryptionType>,
}

impl RequestBody {
    /// The body alone, which the checksum of a TGS-REQ covers.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let client = self.client.as_ref().map(|(kind, name)| field(1, &name_to_der(*kind, name)));
        let types: Vec<_> = self.encryption_types.iter().map(|kind| integer(kind.0.into())).collect();
        sequence(&[
            field(0, &flags(self.options.0)),
            client.unwrap_or_default(),
            field(2, &general_string(&self.server.realm)),
            field(3, &name_to_der(NameType::SERVICE, &self.server)),
            field(5, &time::to_der(self.till)),
            field(7, &integer(self.nonce.into())),
            field(8, &sequence(&types)),
        ])
    }

    /// The request with this body.
    pub(crate) fn request(&self, exchange: Exchange, padata: &[PaData]) -> Vec<u8> {
        let padata: Vec<_> = padata.iter().map(PaData::to_der).collect();
        let padata = if padata.is_empty() { Vec::new() } else { field(3, &sequence(&padata)) };
        let number = exchange.request_number();
        let number_field = field(2, &integer(number.into()));
        message(number, &[field(1, &integer(5)), number_field, padata, field(4, &self.to_der())])
    }
}

impl PaData {
    fn to_der(&self) -> Vec<u8> {
        let value = element(Tag::OCTET_STRING, &self.value);
        sequence(&[field(1, &integer(self.kind.0.into())), field(2, &value)])
    }
}
