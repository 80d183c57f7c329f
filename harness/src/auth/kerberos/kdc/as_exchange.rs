use std::fmt;

use zeroize::Zeroizing;

use crate::auth::AuthError;
use crate::auth::der::DerReader;
use crate::auth::der::Tag;
use crate::auth::der::only;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::ErrorCode;
use crate::auth::kerberos::Key;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::TicketFlags;
use crate::auth::kerberos::kdc::Account;
use crate::auth::kerberos::kdc::Given;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::kerberos::kdc::KdcOptions;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::kerberos::kdc::krb_error::KrbError;
use crate::auth::kerberos::kdc::preauth::KeyRecipe;
use crate::auth::kerberos::kdc::preauth::PaData;
use crate::auth::kerberos::kdc::preauth::PaType;
use crate::auth::kerberos::kdc::reply::Reply;
use crate::auth::kerberos::kdc::reply::SealedPart;
use crate::auth::kerberos::kdc::request::Exchange;
use crate::auth::kerberos::kdc::request::RequestBody;
use crate::auth::kerberos::wire;

/// [RFC 4120 3.1] The exchange that turns a password into a ticket-granting ticket.
#[derive(Debug)]
pub struct AsExchange;

impl AsExchange {
    /// The first request, without a proof of the password: the KDC says how it wants that.
    pub fn begin(
        account: Account,
        password: &str,
        wish: Wish,
        mut given: Given,
    ) -> Result<(ExpectAsRep, Vec<u8>), AuthError> {
        let realm = account.name.realm.clone();
        let server = ticket_granting_service(&realm, &realm);
        let body = RequestBody {
            options: wish.options,
            client: Some((account.kind, account.name.clone())),
            server,
            till: given.now.unix_s.saturating_add(wish.lifetime_s),
            nonce: given.nonce(),
            encryption_types: wish.encryption_types,
        };
        let password = Zeroizing::new(password.to_owned());
        let ask = Ask { account, password, body, pac: wish.pac, given };
        let request = ask.request(None);
        let expect = ExpectAsRep { ask, request: request.clone(), proof: None };
        Ok((expect, request))
    }
}

/// [RFC 6806 11]
impl TicketFlags {
    /// The sealed part echoes the request.
    const ENC_PA_REP: Self = Self(1 << 16);
}

/// [RFC 4120 7.3] The service that grants tickets of `of_realm`, as `realm` knows it.
pub(crate) fn ticket_granting_service(of_realm: &str, realm: &str) -> PrincipalName {
    PrincipalName {
        realm: realm.to_owned(),
        components: vec![TICKET_GRANTING_SERVICE.to_owned(), of_realm.to_owned()],
    }
}

/// [RFC 4120 7.3] The first component of its name.
pub(crate) const TICKET_GRANTING_SERVICE: &str = "krbtgt";

/// What is asked, the same in both requests.
#[derive(Debug)]
struct Ask {
    account: Account,
    password: Zeroizing<String>,
    body: RequestBody,
    pac: Option<bool>,
    given: Given,
}

/// What the proof was made with.
#[derive(Debug)]
struct Proof {
    recipe: KeyRecipe,
    key: Key,
}

/// The KDC's answer is due. Its password is in no log.
pub struct ExpectAsRep {
    ask: Ask,
    /// As it was sent.
    request: Vec<u8>,
    /// `None` in the first round.
    proof: Option<Proof>,
}

impl fmt::Debug for ExpectAsRep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpectAsRep").field("account", &self.ask.account).finish_non_exhaustive()
    }
}

/// What follows from an answer.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "its receiver takes it apart at once; a box would be an allocation for nothing"
)]
pub enum AsStep {
    /// This request has to reach the KDC.
    Send(ExpectAsRep, Vec<u8>),
    /// The ticket-granting ticket.
    Done(Credential),
}

impl ExpectAsRep {
    /// The realm whose KDC has to get the request.
    #[must_use]
    pub fn realm(&self) -> &str {
        self.ask.account.realm()
    }

    /// Takes the KDC's answer.
    pub fn step(self, answer: &[u8]) -> Result<AsStep, AuthError> {
        if !KrbError::is_one(answer) {
            return self.take(answer).map(AsStep::Done);
        }
        let error = KrbError::parse(answer)?;
        if error.code != ErrorCode::PREAUTHENTICATION_REQUIRED {
            let (code, kdc_time, now) = (error.code, error.server_time, self.ask.given.now.unix_s);
            return Err(KdcError::Refused { code, kdc_time, now }.into());
        }
        if self.proof.is_some() {
            return Err(KdcError::PreauthenticationTwice.into());
        }
        self.prove(&error.data)
    }

    /// The second request, with what the KDC's METHOD-DATA asks for.
    fn prove(mut self, method_data: &[u8]) -> Result<AsStep, AuthError> {
        let padata = PaData::parse_list(only(method_data, Tag::SEQUENCE, "METHOD-DATA")?)?;
        if !padata.iter().any(|element| element.kind == PaType::ENC_TIMESTAMP) {
            return Err(KdcError::NoPreauthentication.into());
        }
        let recipe = self.ask.recipe(&padata)?.ok_or(KdcError::NoPreauthentication)?;
        let key = recipe.key(&self.ask.password, &self.ask.account.name)?;
        let timestamp = PaData::timestamp(&key, &mut self.ask.given)?;
        let request = self.ask.request(Some(timestamp));
        let next = Self { ask: self.ask, request: request.clone(), proof: Some(Proof { recipe, key }) };
        Ok(AsStep::Send(next, request))
    }

    fn take(self, answer: &[u8]) -> Result<Credential, AuthError> {
        const AS_REP: KeyUsage = KeyUsage(3);
        let reply = Reply::parse(answer, Exchange::As)?;
        let key = self.reply_key(&reply)?;
        let sealed = reply.open(&key, AS_REP, KdcError::PasswordWrong)?;
        if sealed.flags.contains(TicketFlags::ENC_PA_REP) {
            self.expect_echo(&key, &sealed)?;
        }
        let ask = self.ask;
        let credential = reply.credential(sealed, &ask.body, ask.given.now.unix_s)?;
        let may_rename = ask.body.options.has(KdcOptions::CANONICALIZE);
        if credential.client != ask.account.name && !may_rename {
            return Err(KdcError::ClientWrong.into());
        }
        let realm = &credential.client.realm;
        let is_its_own = credential.server == ticket_granting_service(realm, realm);
        match is_its_own && (may_rename || credential.server == ask.body.server) {
            true => Ok(credential),
            false => Err(KdcError::ServerWrong.into()),
        }
    }

    /// [RFC 4120 3.1.5] The reply's type may be another than the proof's, and its padata may tell the salt again.
    fn reply_key(&self, reply: &Reply) -> Result<Key, AuthError> {
        let found = reply.sealed.encryption_type;
        if !self.ask.body.encryption_types.contains(&found) {
            return Err(KdcError::EncryptionTypeNotAsked { found }.into());
        }
        let told = KeyRecipe::parse_all(&reply.padata)?;
        let told = told.into_iter().find(|recipe| recipe.encryption_type == found);
        let proof = self.proof.as_ref().filter(|proof| proof.recipe.encryption_type == found);
        match (proof, told) {
            (Some(proof), Some(told)) if told == proof.recipe => Ok(proof.key.clone()),
            (Some(proof), None) => Ok(proof.key.clone()),
            (_, told) => {
                let recipe = told.unwrap_or_else(|| KeyRecipe::usual(found));
                recipe.key(&self.ask.password, &self.ask.account.name)
            }
        }
    }

    /// [RFC 6806 11] The checksum of the request as the KDC got it: nobody took encryption types out of it on its way.
    fn expect_echo(&self, key: &Key, sealed: &SealedPart) -> Result<(), AuthError> {
        const AS_REQ: KeyUsage = KeyUsage(56);
        let echo = sealed.padata.iter().find(|element| element.kind == PaType::REQ_ENC_PA_REP);
        let echo = echo.ok_or(KdcError::RequestModified)?;
        let mut fields = DerReader::new(only(&echo.value, Tag::SEQUENCE, "Checksum")?);
        let kind = wire::int32(fields.explicit(0, Tag::INTEGER, "cksumtype")?, "cksumtype")?;
        let checksum = fields.explicit(1, Tag::OCTET_STRING, "checksum")?;
        if key.encryption_type().checksum_type().map(|expected| expected.0) != Some(kind) {
            return Err(KdcError::RequestModified.into());
        }
        key.verify_checksum(AS_REQ, &self.request, checksum).map_err(|_| KdcError::RequestModified.into())
    }
}

impl Ask {
    fn request(&self, proof: Option<PaData>) -> Vec<u8> {
        let pac = self.pac.map(PaData::pac_request);
        let padata: Vec<_> = proof.into_iter().chain(pac).chain([PaData::request_echo()]).collect();
        self.body.request(Exchange::As, &padata)
    }

    /// The best recipe of our own order: an error that nobody signed can't talk us into a weak type while a better one
    /// is told too.
    fn recipe(&self, padata: &[PaData]) -> Result<Option<KeyRecipe>, AuthError> {
        let recipes = KeyRecipe::parse_all(padata)?;
        let mut wanted = self.body.encryption_types.iter();
        Ok(wanted.find_map(|kind| recipes.iter().find(|recipe| recipe.encryption_type == *kind)).cloned())
    }
}

#[cfg(test)]
impl ExpectAsRep {
    /// What was sent, for a test to change.
    pub(crate) fn request_for_test(&mut self) -> &mut Vec<u8> {
        &mut self.request
    }
}
