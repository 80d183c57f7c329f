use clap::Args;
use winrm_harness::encryption::Hostility;
use winrm_harness::net::Listener;
use winrm_harness::server::Account;
use winrm_harness::server::COMMANDS;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;

use crate::cli::error::CliError;
use crate::subject::Logon;
use crate::verdict::ExitCode;

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = built_in_commands())]
pub(crate) struct ServeArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:5985")]
    listen: String,
    /// An administrator who may log on
    #[arg(long, required_unless_present_any = ["mutant"])]
    user: Option<String>,
    /// The environment variable that holds the passwords of both users
    #[arg(long, value_name = "VARIABLE", default_value = "WINRM_PASSWORD")]
    password_env: String,
    /// A user who may log on and do nothing
    #[arg(long, value_name = "NAME")]
    guest_user: Option<String>,
    #[command(flatten)]
    reference: ReferenceArguments,
}

/// What the server's command shell knows; it never runs anything of the host.
fn built_in_commands() -> String {
    let lines = COMMANDS.iter().map(|(usage, what)| format!("  {usage:12} {what}\n"));
    ["Commands of its shell, which runs nothing of the host:\n".to_owned()].into_iter().chain(lines).collect()
}

/// How the reference server is configured; what is left out is as Windows has it.
#[derive(Debug, Default, Args)]
pub(crate) struct ReferenceArguments {
    /// Take SOAP in clear over HTTP
    #[arg(long)]
    allow_unencrypted: bool,
    /// Offer Basic
    #[arg(long)]
    basic: bool,
    /// Break a rule on purpose; `--mutant list` lists the ways
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Give sealed answers a ciphertext that careless clients stumble over: `ends-with=crlf`, nul, space, cr, lf or dashes;
    /// in UTF-16 `contains=boundary`, closing-boundary or part-header
    #[arg(long, value_name = "WHAT")]
    hostile_answers: Option<String>,
    /// The largest envelope, in units of 1024 octets
    #[arg(long, value_name = "KB")]
    max_envelope_size_kb: Option<u32>,
    /// The longest OperationTimeout
    #[arg(long, value_name = "MS")]
    max_timeout_ms: Option<u64>,
    /// Shells of one user at once
    #[arg(long, value_name = "COUNT")]
    max_shells_per_user: Option<usize>,
}

impl ReferenceArguments {
    /// What the suite certifies: the defaults, with room for the shells that a mutant doesn't delete.
    pub(crate) fn certified(mutant: Option<String>) -> Self {
        Self { mutant, max_shells_per_user: Some(1000), ..Self::default() }
    }

    /// The configuration with these users.
    pub(crate) fn config(&self, user: &Logon, guest: Option<&Logon>) -> Result<Config, CliError> {
        let mut config = Config {
            accounts: std::iter::once(account(user, true))
                .chain(guest.map(|guest| account(guest, false)))
                .collect(),
            allow_unencrypted: self.allow_unencrypted,
            basic: self.basic,
            mutant: self.mutant.as_deref().map(mutant).transpose()?,
            hostile_answers: self.hostile_answers.as_deref().map(hostility).transpose()?,
            ..Config::default()
        };
        config.max_envelope_size_kb = self.max_envelope_size_kb.unwrap_or(config.max_envelope_size_kb);
        config.max_timeout_ms = self.max_timeout_ms.unwrap_or(config.max_timeout_ms);
        config.max_shells_per_user = self.max_shells_per_user.unwrap_or(config.max_shells_per_user);
        Ok(config)
    }
}

/// The account of somebody who logs on.
pub(crate) fn account(logon: &Logon, is_administrator: bool) -> Account {
    Account { user: logon.user.clone(), password: logon.password.clone(), is_administrator }
}

fn mutant(name: &str) -> Result<Mutant, CliError> {
    let unknown = || CliError::Usage(format!("unknown mutant `{name}`: `--mutant list` lists them"));
    Mutant::from_name(name).ok_or_else(unknown)
}

fn hostility(text: &str) -> Result<Hostility, CliError> {
    let found = text.split_once('=').and_then(|(place, name)| Hostility::find(place, name));
    found.ok_or_else(|| {
        CliError::Usage(format!("unknown hostile answers `{text}`: expected `ends-with=crlf`"))
    })
}

/// Prints the mutants.
pub(crate) fn list_mutants() -> ExitCode {
    for (name, _, what) in Mutant::ALL {
        println!("{name:24} {what}");
    }
    ExitCode::AsExpected
}

/// The password in that environment variable.
pub(crate) fn password(variable: &str) -> Result<String, CliError> {
    std::env::var(variable).map_err(|_| CliError::NoPassword(variable.to_owned()))
}

/// `serve`
pub(crate) async fn serve(arguments: ServeArguments) -> Result<ExitCode, CliError> {
    if arguments.reference.mutant.as_deref() == Some("list") {
        return Ok(list_mutants());
    }
    let Some(user) = &arguments.user else {
        return Err(CliError::Usage("expected `--user NAME`".to_owned()));
    };
    let password = password(&arguments.password_env)?;
    let user = Logon::new(user, &password);
    let guest = arguments.guest_user.as_deref().map(|guest| Logon::new(guest, &password));
    let config = arguments.reference.config(&user, guest.as_ref())?;
    let failed = |error| CliError::Listen(arguments.listen.clone(), error);
    let listener = Listener::bind(&arguments.listen).await.map_err(failed)?;
    println!("listening on http://{}/wsman", listener.local_address().map_err(failed)?);
    tokio::select! {
        served = listener.serve(config) => served.map_err(failed)?,
        // Without signals the server simply goes on.
        Ok(()) = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::AsExpected)
}
