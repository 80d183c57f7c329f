use clap::Args;
use clap::ValueEnum;
use winrm_harness::wsman::ResourceUri;

use crate::cli::error::CliError;
use crate::cli::reach::ReachArguments;
use crate::cli::run::Play;
use crate::cli::run::RunArguments;
use crate::cli::run::conduct;
use crate::cli::run::prepare;
use crate::cli::run::random_password;
use crate::cli::serve::ReferenceArguments;
use crate::cli::serve::password as password_of;
use crate::engine;
use crate::reference;
use crate::reference::Reference;
use crate::reference::Users;
use crate::subject::Allowances;
use crate::subject::Capabilities;
use crate::subject::EndpointUrl;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::subject::TicketSource;
use crate::verdict::ExitCode;
use crate::wsx::Role;
use crate::wsx::Safety;

/// Arguments of `server`.
#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// The endpoint, as http://host:5985/wsman or https://host; the built-in reference server if it is left out
    url: Option<String>,
    /// Who logs on, as `user` or `DOMAIN\user`
    #[arg(long, requires = "url")]
    user: Option<String>,
    /// How a case logs on that asks for nothing particular
    #[arg(long, value_enum, default_value_t = Authentication::Negotiate)]
    auth: Authentication,
    #[command(flatten)]
    reach: ReachArguments,
    /// A resource that the user can read without selectors
    #[arg(long, value_name = "URI", default_value = ResourceUri::CONFIG)]
    resource: String,
    /// The environment variable that holds the password
    #[arg(long, value_name = "VARIABLE", default_value = "WINRM_PASSWORD")]
    password_env: String,
    /// Another administrator, whom some cases need; the password is in WINRM_OTHER_PASSWORD
    #[arg(long, value_name = "NAME", requires = "url")]
    other_user: Option<String>,
    /// Somebody who may log on and do nothing, whom some need; the password is in WINRM_ORDINARY_PASSWORD
    #[arg(long, value_name = "NAME", requires = "url")]
    ordinary_user: Option<String>,
    #[command(flatten)]
    run: RunArguments,
    /// Cases at once that may create shells
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    max_shells: u16,
    /// Also cases that may do this to the endpoint
    #[arg(long, value_enum, value_delimiter = ',')]
    allow: Vec<Allowance>,
    /// The endpoint also has this (see `needs` in a case); may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    has: Vec<String>,
    /// The endpoint doesn't have this; may be repeated
    #[arg(long, value_name = "CAPABILITY")]
    lacks: Vec<String>,
    /// Break the built-in server on purpose; `--mutant list` lists the ways
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    mutant: Option<String>,
}

/// [`Safety`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Allowance {
    /// It may cost time or resources
    Load,
    /// It may lock an account out
    Lockout,
    /// It may change or end something
    Destructive,
}

/// [`Scheme`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Authentication {
    /// NTLM in SPNEGO, or Kerberos if it is said where to get tickets; over HTTP, envelopes are sealed
    Negotiate,
    /// NTLM without SPNEGO
    Ntlm,
    /// Kerberos without SPNEGO
    Kerberos,
    /// The password is handed over
    Credssp,
    /// A client certificate, over HTTPS
    Certificate,
    /// A proof of the password on every request, envelopes in clear
    Digest,
    /// User and password in clear on every request, and envelopes too
    Basic,
}

impl Authentication {
    fn scheme(self, has_tickets: bool) -> Scheme {
        match self {
            Self::Negotiate if has_tickets => Scheme::NegotiatedKerberos,
            Self::Negotiate => Scheme::Negotiate,
            Self::Ntlm => Scheme::Ntlm,
            Self::Kerberos => Scheme::Kerberos,
            Self::Credssp => Scheme::CredSsp,
            Self::Certificate => Scheme::Certificate,
            Self::Digest => Scheme::Digest,
            Self::Basic => Scheme::Basic,
        }
    }
}

impl Allowance {
    fn safety(self) -> Safety {
        match self {
            Self::Load => Safety::Load,
            Self::Lockout => Safety::Lockout,
            Self::Destructive => Safety::Destructive,
        }
    }
}

/// `server`
pub(crate) async fn server(arguments: ServerArguments) -> Result<ExitCode, CliError> {
    if arguments.mutant.as_deref() == Some("list") {
        return Ok(crate::cli::serve::list_mutants());
    }
    let Some(prepared) = prepare(&arguments.run, Role::Server)? else { return Ok(ExitCode::NothingSelected) };
    let (subject, _reference) = subject(&arguments).await?;
    engine::is_reachable(&subject.url, arguments.run.timeout())
        .await
        .map_err(|error| CliError::Unreachable(error.to_string()))?;
    let redactor = engine::redactor(&subject);
    let endpoint = subject.url.to_string();
    let shells_max = usize::from(arguments.max_shells);
    conduct(&arguments.run, prepared, endpoint, &redactor, async |play: Play<'_>| {
        let options = engine::Options { shells_max, ..play.options };
        engine::run(play.cases, subject, play.catalogue, options, play.cancel, play.tell).await
    })
    .await
}

async fn subject(arguments: &ServerArguments) -> Result<(Subject, Option<Reference>), CliError> {
    let (mut subject, reference) = match &arguments.url {
        Some(url) => (arguments.endpoint(url)?, None),
        None => {
            let (subject, reference) = arguments.reference().await?;
            (subject, Some(reference))
        }
    };
    for capability in &arguments.has {
        subject.capabilities.add(capability)?;
    }
    for capability in &arguments.lacks {
        subject.capabilities.remove(capability)?;
    }
    Ok((subject, reference))
}

/// Whether everything is there that the scheme needs.
fn complete(subject: &Subject) -> Result<(), CliError> {
    let has_certificate = subject.url.is_tls() && subject.tls.certificates.mapped.is_some();
    let lacks = match (subject.scheme, &subject.tickets) {
        (Scheme::Certificate, _) if !has_certificate => {
            "expected an https address, `--certificate FILE` and `--key FILE` with `--auth certificate`"
        }
        (Scheme::Kerberos, TicketSource::None) => {
            "expected `--kdc HOST:PORT` or `--ccache FILE` with `--auth kerberos`"
        }
        _ => return Ok(()),
    };
    Err(CliError::Usage(lacks.to_owned()))
}

impl ServerArguments {
    fn endpoint(&self, url: &str) -> Result<Subject, CliError> {
        let Some(user) = &self.user else {
            return Err(CliError::Usage("expected `--user NAME` with an address".to_owned()));
        };
        let url = EndpointUrl::parse(url)?;
        let https = match &self.reach.https {
            Some(https) => Some(EndpointUrl::parse(https)?),
            None => url.is_tls().then(|| url.clone()),
        };
        let scheme = self.auth.scheme(self.reach.has_tickets());
        let mut capabilities = Capabilities::of(scheme, url.is_tls());
        if https.is_some() {
            capabilities.add("https")?;
        }
        let allowed = self.allow.iter().map(|allowance| allowance.safety());
        // Who logs on by a certificate or with tickets that he has needs no password.
        let tickets = self.reach.tickets(&url, user, scheme == Scheme::Kerberos)?;
        let has_tickets = matches!(tickets, TicketSource::Cache { .. });
        let needs_none = scheme == Scheme::Certificate || has_tickets;
        let password = match needs_none {
            true => std::env::var(&self.password_env).unwrap_or_default(),
            false => password_of(&self.password_env)?,
        };
        let mut subject = Subject {
            logon: Logon::new(user, &password),
            tls: self.reach.tls(https.as_ref())?,
            tickets,
            url,
            https,
            scheme,
            resource_uri: self.resource.clone(),
            capabilities,
            other_logon: None,
            ordinary_logon: None,
            allowances: Allowances::new(allowed),
        };
        complete(&subject)?;
        if let Some(other) = &self.other_user {
            subject.other_logon = Some(Logon::new(other, &password_of("WINRM_OTHER_PASSWORD")?));
            subject.capabilities.add("other-user")?;
        }
        if let Some(ordinary) = &self.ordinary_user {
            let password = password_of("WINRM_ORDINARY_PASSWORD")?;
            subject.ordinary_logon = Some(Logon::new(ordinary, &password));
            subject.capabilities.add("user.ordinary")?;
        }
        Ok(subject)
    }

    async fn reference(&self) -> Result<(Subject, Reference), CliError> {
        if self.auth == Authentication::Digest {
            let reason = "the built-in server takes no Digest: expected an address with `--auth digest`";
            return Err(CliError::Usage(reason.to_owned()));
        }
        let somebody = |name: &str| Logon::new(name, &random_password());
        let users = Users {
            administrator: somebody("conformance"),
            other: somebody("colleague"),
            ordinary: somebody("visitor"),
        };
        let reference = ReferenceArguments::certified(self.mutant.clone());
        let config = reference.config(&users.administrator, None)?;
        let failed = |error| CliError::Listen("127.0.0.1:0".to_owned(), error);
        let (mut subject, reference) = reference::start(config, &users).await.map_err(failed)?;
        subject.scheme = self.auth.scheme(false);
        subject.resource_uri.clone_from(&self.resource);
        let is_tls = matches!(subject.scheme, Scheme::Certificate | Scheme::Basic);
        if is_tls {
            // Over HTTP it would not take them.
            subject.url = subject.https.clone().unwrap_or(subject.url);
        }
        subject.capabilities = Capabilities::reference(subject.scheme, is_tls);
        Ok((subject, reference))
    }
}
