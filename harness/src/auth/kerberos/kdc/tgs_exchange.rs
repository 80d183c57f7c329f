use crate::auth::AuthError;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::KeyUsage;
use crate::auth::kerberos::PrincipalName;
use crate::auth::kerberos::kdc::Given;
use crate::auth::kerberos::kdc::KdcError;
use crate::auth::kerberos::kdc::KdcOptions;
use crate::auth::kerberos::kdc::Wish;
use crate::auth::kerberos::kdc::as_exchange::TICKET_GRANTING_SERVICE;
use crate::auth::kerberos::kdc::as_exchange::ticket_granting_service;
use crate::auth::kerberos::kdc::krb_error::KrbError;
use crate::auth::kerberos::kdc::proof;
use crate::auth::kerberos::kdc::reply::Reply;
use crate::auth::kerberos::kdc::request::Exchange;
use crate::auth::kerberos::kdc::request::RequestBody;
use crate::limits::KDC_REFERRALS_MAX;

/// [RFC 4120 3.3] The exchange that turns a ticket-granting ticket into another ticket.
#[derive(Debug)]
pub struct TgsExchange;

impl TgsExchange {
    /// Asks for a ticket for `service`, as `HTTP` and `host.example.test`. The realm that `ticket` is of is asked first,
    /// and refers to the service's own.
    pub fn begin(
        ticket: &Credential,
        service: &[&str],
        wish: Wish,
        given: Given,
    ) -> Result<(ExpectTgsRep, Vec<u8>), AuthError> {
        let components = service.iter().map(|component| (*component).to_owned()).collect();
        Quest { service: components, wish, given, realms: Vec::new() }.ask(ticket.clone())
    }

    /// [RFC 4120 2.6] Asks for a ticket-granting ticket that somebody else may use in the client's name: unconstrained
    /// delegation. It has no addresses, so that it can be used from anywhere.
    pub fn forward(
        ticket: &Credential,
        mut wish: Wish,
        given: Given,
    ) -> Result<(ExpectTgsRep, Vec<u8>), AuthError> {
        wish.options = wish.options.with(KdcOptions::FORWARDED).with(KdcOptions::FORWARDABLE);
        let service = vec![TICKET_GRANTING_SERVICE.to_owned(), ticket.client.realm.clone()];
        Quest { service, wish, given, realms: Vec::new() }.ask(ticket.clone())
    }
}

/// What is asked, the same in each realm.
#[derive(Debug)]
struct Quest {
    service: Vec<String>,
    wish: Wish,
    given: Given,
    /// The realms that were asked.
    realms: Vec<String>,
}

/// The answer of a ticket-granting service is due.
#[derive(Debug)]
pub struct ExpectTgsRep {
    quest: Quest,
    /// What the service knows us by.
    ticket: Credential,
    body: RequestBody,
}

/// What follows from an answer.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "its receiver takes it apart at once; a box would be an allocation for nothing"
)]
pub enum TgsStep {
    /// This request has to reach the KDC of [`ExpectTgsRep::realm`], which may be another than before.
    Send(ExpectTgsRep, Vec<u8>),
    /// The ticket.
    Done(Credential),
}

impl Quest {
    /// Asks the realm whose ticket-granting service `ticket` is for.
    fn ask(mut self, ticket: Credential) -> Result<(ExpectTgsRep, Vec<u8>), AuthError> {
        let realm = realm_of(&ticket.server).ok_or(KdcError::ServerWrong)?.to_owned();
        let server = PrincipalName { realm: realm.clone(), components: self.service.clone() };
        let body = RequestBody {
            options: self.wish.options,
            client: None,
            server,
            till: self.given.now.unix_s.saturating_add(self.wish.lifetime_s),
            nonce: self.given.nonce(),
            encryption_types: self.wish.encryption_types.clone(),
        };
        let proof = proof::of_session_key(&ticket, &body.to_der(), &mut self.given)?;
        let request = body.request(Exchange::Tgs, &[proof]);
        self.realms.push(realm);
        Ok((ExpectTgsRep { quest: self, ticket, body }, request))
    }
}

impl ExpectTgsRep {
    /// The realm whose KDC has to get the request.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.body.server.realm
    }

    /// Takes the answer.
    pub fn step(self, answer: &[u8]) -> Result<TgsStep, AuthError> {
        const TGS_REP: KeyUsage = KeyUsage(8);
        let now = self.quest.given.now.unix_s;
        if KrbError::is_one(answer) {
            let KrbError { code, server_time: kdc_time, .. } = KrbError::parse(answer)?;
            return Err(KdcError::Refused { code, kdc_time, now }.into());
        }
        let reply = Reply::parse(answer, Exchange::Tgs)?;
        let sealed = reply.open(&self.ticket.session_key, TGS_REP, KdcError::NotFromKdc)?;
        let credential = reply.credential(sealed, &self.body, now)?;
        if credential.client != self.ticket.client {
            return Err(KdcError::ClientWrong.into());
        }
        if credential.server == self.body.server {
            return Ok(TgsStep::Done(credential));
        }
        self.follow(credential)
    }

    /// [RFC 6806 8] Another ticket than the one asked for is a referral: a ticket-granting ticket of another realm.
    fn follow(self, credential: Credential) -> Result<TgsStep, AuthError> {
        let next = realm_of(&credential.server).ok_or(KdcError::ServerWrong)?;
        let is_referral = credential.server == ticket_granting_service(next, self.realm())
            && self.body.options.has(KdcOptions::CANONICALIZE)
            && self.quest.service.first().map(String::as_str) != Some(TICKET_GRANTING_SERVICE);
        if !is_referral {
            return Err(KdcError::ServerWrong.into());
        }
        if self.quest.realms.iter().any(|realm| realm == next) {
            return Err(KdcError::ReferralLoop.into());
        }
        if self.quest.realms.len() > KDC_REFERRALS_MAX {
            return Err(KdcError::ReferralsTooMany { referrals_max: KDC_REFERRALS_MAX }.into());
        }
        let (expect, request) = self.quest.ask(credential)?;
        Ok(TgsStep::Send(expect, request))
    }
}

/// The realm whose tickets the service grants, if it is one that grants tickets.
fn realm_of(server: &PrincipalName) -> Option<&str> {
    match server.components.as_slice() {
        [service, realm] if service == TICKET_GRANTING_SERVICE => Some(realm),
        _ => None,
    }
}
