use clap::Args;
use clap::ValueEnum;
use winrm_harness::net::Listener;
use winrm_harness::wsman::ResourceUri;

use crate::cli::error::CliError;
use crate::cli::run::Play;
use crate::cli::run::RunArguments;
use crate::cli::run::conduct;
use crate::cli::run::prepare;
use crate::cli::run::random_password;
use crate::cli::serve::ReferenceArguments;
use crate::cli::serve::account;
use crate::cli::serve::password;
use crate::engine;
use crate::report::Redactor;
use crate::subject::Allowances;
use crate::subject::Capabilities;
use crate::subject::EndpointUrl;
use crate::subject::Logon;
use crate::subject::Scheme;
use crate::subject::Subject;
use crate::verdict::ExitCode;
use crate::wsx::Role;
use crate::wsx::Safety;

/// Arguments of `server`.
#[derive(Debug, Args)]
pub(crate) struct ServerArguments {
    /// The endpoint, as http://host:5985/wsman; the built-in reference server if it is left out
    url: Option<String>,
    /// Who logs on, as `user` or `DOMAIN\user`
    #[arg(long, requires = "url")]
    user: Option<String>,
    /// How a case logs on that asks for nothing particular
    #[arg(long, value_enum, default_value_t = Authentication::Negotiate, requires = "url")]
    auth: Authentication,
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
    /// NTLM, envelopes sealed: what Windows does by itself
    Negotiate,
    /// User and password in clear on every request, and envelopes too
    Basic,
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
    let logons = subject.logons().map(|logon| (&*logon.user, &*logon.password));
    let redactor = Redactor::new().all_credentials(logons);
    let endpoint = subject.url.to_string();
    let shells_max = usize::from(arguments.max_shells);
    conduct(&arguments.run, prepared, endpoint, &redactor, async |play: Play<'_>| {
        let options = engine::Options { shells_max, ..play.options };
        engine::run(play.cases, subject, play.catalogue, options, play.cancel, play.tell).await
    })
    .await
}

/// A running reference server; it ends with this.
struct Reference(tokio::task::JoinHandle<std::io::Result<()>>);

impl Drop for Reference {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn subject(arguments: &ServerArguments) -> Result<(Subject, Option<Reference>), CliError> {
    let allowed = arguments.allow.iter().map(|allowance| match allowance {
        Allowance::Load => Safety::Load,
        Allowance::Lockout => Safety::Lockout,
        Allowance::Destructive => Safety::Destructive,
    });
    let mut subject = Subject {
        url: EndpointUrl::parse(arguments.url.as_deref().unwrap_or("http://127.0.0.1"))?,
        logon: Logon::new(arguments.user.as_deref().unwrap_or("conformance"), ""),
        scheme: match arguments.auth {
            Authentication::Negotiate => Scheme::Negotiate,
            Authentication::Basic => Scheme::Basic,
        },
        resource_uri: arguments.resource.clone(),
        capabilities: match arguments.auth {
            Authentication::Negotiate => Capabilities::usual(),
            Authentication::Basic => Capabilities::unsealed(),
        },
        other_logon: None,
        ordinary_logon: None,
        allowances: Allowances::new(allowed),
    };
    let mut reference = None;
    if arguments.url.is_some() {
        if arguments.user.is_none() {
            return Err(CliError::Usage("expected `--user NAME` with an address".to_owned()));
        }
        subject.logon.password = password(&arguments.password_env)?;
        if let Some(other) = &arguments.other_user {
            subject.other_logon = Some(Logon::new(other, &password("WINRM_OTHER_PASSWORD")?));
            subject.capabilities.add("other-user")?;
        }
        if let Some(ordinary) = &arguments.ordinary_user {
            subject.ordinary_logon = Some(Logon::new(ordinary, &password("WINRM_ORDINARY_PASSWORD")?));
            subject.capabilities.add("user.ordinary")?;
        }
    } else {
        // It is ours: nobody is locked out of anything.
        subject.allowances = Allowances::new([Safety::Load, Safety::Lockout, Safety::Destructive]);
        subject.capabilities = Capabilities::reference();
        subject.logon.password = random_password();
        let guest = Logon::new("visitor", &random_password());
        let reference_arguments = ReferenceArguments::certified(arguments.mutant.clone());
        let other = Logon::new("colleague", &random_password());
        let mut config = reference_arguments.config(&subject.logon, Some(&guest))?;
        config.accounts.push(account(&other, true));
        subject.other_logon = Some(other);
        let address = "127.0.0.1:0";
        let failed = |error| CliError::Listen(address.to_owned(), error);
        let listener = Listener::bind(address).await.map_err(failed)?;
        let bound = listener.local_address().map_err(failed)?;
        subject.url = EndpointUrl::parse(&format!("http://{bound}/wsman"))?;
        subject.ordinary_logon = Some(guest);
        reference = Some(Reference(tokio::spawn(listener.serve(config))));
    }
    for capability in &arguments.has {
        subject.capabilities.add(capability)?;
    }
    for capability in &arguments.lacks {
        subject.capabilities.remove(capability)?;
    }
    Ok((subject, reference))
}
