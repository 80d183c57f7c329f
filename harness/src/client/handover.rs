use std::fmt;

use crate::auth::Established;
use crate::auth::Mechanism;
use crate::auth::kerberos::Credential;
use crate::auth::kerberos::TicketFlags;
use crate::auth::policy::Scheme;
use crate::client::Logon;

/// What a logon gave the server to act in the user's name, as far as a client can tell. Constrained delegation can't be
/// seen here: it is between the server and its KDC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    /// What was handed over.
    pub what: HandedOver,
    /// [RFC 4120 2.8] Whether the KDC's policy trusts the server with credentials; `None` without a ticket for it.
    pub is_ok_as_delegate: Option<bool>,
}

/// What a server can act by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOver {
    /// Nothing: a second hop is nobody's.
    Nothing,
    /// A forwarded ticket-granting ticket.
    Ticket,
    /// The password, by CredSSP.
    Password,
    /// The password, by Basic, whose every request carries it.
    PasswordOfBasic,
}

impl Handover {
    /// What a logon handed over that led to `established`, with a ticket for the server and one to forward if it had them.
    #[must_use]
    pub fn of(
        logon: &Logon,
        established: Option<&Established>,
        ticket: Option<&Credential>,
        forwarded: Option<&Credential>,
    ) -> Self {
        let is_by_ticket = established.is_some_and(|proved| proved.mechanism == Mechanism::Kerberos);
        let what = match logon.scheme {
            Scheme::CredSsp => HandedOver::Password,
            Scheme::Basic => HandedOver::PasswordOfBasic,
            _ if is_by_ticket && logon.policy.delegate && forwarded.is_some() => HandedOver::Ticket,
            _ => HandedOver::Nothing,
        };
        let is_trusted =
            |ticket: &Credential| TicketFlags(ticket.flags).contains(TicketFlags::OK_AS_DELEGATE);
        Self { what, is_ok_as_delegate: ticket.map(is_trusted) }
    }
}

impl fmt::Display for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.what {
            HandedOver::Nothing => "delegation none",
            HandedOver::Ticket => "delegation unconstrained (forwarded ticket)",
            HandedOver::Password => "delegation credssp",
            HandedOver::PasswordOfBasic => "delegation none, but Basic sent the password",
        })?;
        match self.is_ok_as_delegate {
            Some(true) => f.write_str(", ok-as-delegate"),
            Some(false) => f.write_str(", not ok-as-delegate"),
            None => Ok(()),
        }
    }
}
