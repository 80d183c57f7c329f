//! The command `winrm-conformance`: arguments in, exit code out.
#![expect(
    clippy::disallowed_methods,
    reason = "the command reads the files that it is given; the layers below get their text"
)]

mod cases;
mod client;
mod error;
mod files;
mod progress;
mod reach;
mod requirements;
mod run;
mod serve;
mod server;
mod time;

use clap::Parser;
use clap::Subcommand;

use crate::cli::error::CliError;
use crate::verdict::ExitCode;

const AFTER_HELP: &str = "\
Examples:
  winrm-conformance server                       certify the built-in reference server
  winrm-conformance server --mutant plain-answers   see a broken one fail
  WINRM_PASSWORD=… winrm-conformance server http://10.0.0.5:5985/wsman --user Administrator
  winrm-conformance client --trigger ./my-client    certify a client
  winrm-conformance serve --listen 127.0.0.1:5985 --user alice --password-env ALICE
  winrm-conformance explain DSP0226:R7.6-5
  winrm-conformance requirements --area eventing --untested

Exit codes:
  0  everything as expected        3  incomplete: unreachable, inconclusive, interrupted
  1  something isn't as expected   4  nothing selected
  2  wrong usage                   5  a stale expectation";

/// Certifies WS-Management and WinRM endpoints, rule by rule.
#[derive(Debug, Parser)]
#[command(name = "winrm-conformance", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play the cases against a server and judge its answers
    Server(Box<server::ServerArguments>),
    /// Answer a client and judge what it asks
    Client(client::ClientArguments),
    /// Run the reference server, correct or broken on purpose
    Serve(serve::ServeArguments),
    /// List the cases
    List(cases::Selection),
    /// Print a case as it stands in the corpus
    Show {
        /// The id of the case, as `winrm-shell.create.epr`
        case: String,
    },
    /// Tell what a requirement demands, and which cases test it
    Explain {
        /// The id of the requirement, as `DSP0226:R7.6-5`
        requirement: String,
    },
    /// List the requirements with the cases that test them, or why none does
    Requirements(requirements::RequirementsArguments),
    /// Check case files
    Lint {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Write case files in the one form
    Fmt {
        /// The files
        #[arg(required = true)]
        files: Vec<String>,
        /// Change nothing; exit 1 if a file would change
        #[arg(long)]
        check: bool,
    },
}

/// Runs the command with the arguments of the process.
pub fn main() -> std::process::ExitCode {
    // clap exits with 2 for wrong usage, which is our code for it as well.
    let arguments = Arguments::parse();
    let code = match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    };
    code.into()
}

fn run(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Server(arguments) => runtime()?.block_on(server::server(*arguments)),
        Command::Client(arguments) => runtime()?.block_on(client::client(arguments)),
        Command::Serve(arguments) => runtime()?.block_on(serve::serve(arguments)),
        Command::List(selection) => cases::list(&selection),
        Command::Show { case } => cases::show(&case),
        Command::Explain { requirement } => cases::explain(&requirement),
        Command::Requirements(arguments) => requirements::requirements(&arguments),
        Command::Lint { files } => files::lint_files(&files),
        Command::Fmt { files, check } => files::format_files(&files, check),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Runtime::new().map_err(|error| CliError::Internal(error.to_string()))
}
