use clap::Args;
use clap::ValueEnum;
use winrm_harness::auth::kerberos::Keytab;
use winrm_harness::encryption::Hostility;
use winrm_harness::net::Listener;
use winrm_harness::server::COMMANDS;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;
use winrm_harness::tls::Identity;
use winrm_harness::tls::Pin;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::SessionServer;
use winrm_harness::tls::Versions;

use crate::cli::error::CliError;
use crate::cli::reach::read;
use crate::cli::reach::usage;
use crate::reference::Authority;
use crate::reference::account;
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
    /// Listen here too, over HTTPS; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT")]
    https: Option<String>,
    /// The certificate to show, a PEM file with those that lead to a trusted one; one is made if it is left out
    #[arg(long, value_name = "FILE", requires_all = ["https", "key"])]
    cert: Option<String>,
    /// Its private key, a PEM file
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<String>,
    /// Take Kerberos tickets for the principals in this file; their realm is the server's
    #[arg(long, value_name = "FILE")]
    keytab: Option<String>,
    /// Take CredSSP
    #[arg(long)]
    credssp: bool,
    /// What to ask of the channel bindings of logons over HTTPS
    #[arg(long, value_enum, default_value_t = Bindings::Relaxed)]
    cbt: Bindings,
    #[command(flatten)]
    reference: ReferenceArguments,
}

/// [`CbtHardeningLevel`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bindings {
    /// They are ignored
    None,
    /// Those that come have to be right
    Relaxed,
    /// They have to come
    Strict,
}

impl Bindings {
    fn level(self) -> CbtHardeningLevel {
        match self {
            Self::None => CbtHardeningLevel::None,
            Self::Relaxed => CbtHardeningLevel::Relaxed,
            Self::Strict => CbtHardeningLevel::Strict,
        }
    }
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
    let mut config = arguments.reference.config(&user, guest.as_ref())?;
    let identity = arguments.secure(&mut config)?;
    let failed = |error| CliError::Listen(arguments.listen.clone(), error);
    let listener = Listener::bind(&arguments.listen).await.map_err(failed)?;
    println!("listening on http://{}/wsman", listener.local_address().map_err(failed)?);
    let mut listeners = vec![listener];
    if let (Some(address), Some(identity)) = (&arguments.https, identity) {
        let failed = |error| CliError::Listen(address.clone(), error);
        let pin = Pin(identity.certificate().sha256());
        let listener = Listener::bind_tls(address, ServerTls::new(identity)).await.map_err(failed)?;
        println!("listening on https://{}/wsman", listener.local_address().map_err(failed)?);
        println!("certificate {pin}");
        listeners.push(listener);
    }
    tokio::select! {
        served = Listener::serve_all(listeners, config) => served.map_err(failed)?,
        // Without signals the server simply goes on.
        Ok(()) = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::AsExpected)
}

impl ServeArguments {
    /// Adds what TLS, Kerberos and CredSSP need, and says who the server is over HTTPS.
    fn secure(&self, config: &mut Config) -> Result<Option<Identity>, CliError> {
        config.cbt_hardening_level = self.cbt.level();
        if let Some(file) = &self.keytab {
            let keytab = Keytab::parse(&read(file)?).map_err(|error| usage(file, &error))?;
            let first = keytab.entries.first().map(|entry| entry.principal.realm.clone());
            config.realm = first.unwrap_or_default();
            config.service_keys = keytab;
        }
        if self.https.is_none() && !self.credssp {
            return Ok(None);
        }
        let identity = self.identity(&config.computer)?;
        if self.credssp {
            let server = SessionServer::new(&identity, Versions::Both);
            config.credssp_server = Some(server.map_err(|error| CliError::Internal(error.to_string()))?);
            config.credssp = true;
        }
        Ok(Some(identity))
    }

    fn identity(&self, computer: &str) -> Result<Identity, CliError> {
        if let (Some(certificate), Some(key)) = (&self.cert, &self.key) {
            let identity = Identity::from_pem(&read(certificate)?, &read(key)?);
            return identity.map_err(|error| usage(certificate, &error));
        }
        let names = ["localhost", &computer.to_lowercase()];
        let made = Authority::new().and_then(|authority| authority.server(&names));
        made.map_err(|error| CliError::Internal(error.to_string()))
    }
}
