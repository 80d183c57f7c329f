use clap::Args;

use crate::cli::error::CliError;
use crate::cli::run::Play;
use crate::cli::run::RunArguments;
use crate::cli::run::conduct;
use crate::cli::run::prepare;
use crate::cli::run::random_password;
use crate::engine;
use crate::report::Redactor;
use crate::subject::Client;
use crate::subject::Logon;
use crate::verdict::ExitCode;
use crate::wsx::Role;

const AFTER_HELP: &str = "\
For each case the command is run by `sh -c`, with this in its environment:
  WINRM_CASE      the id of the case, as `client.pull.epr`: it says what to do
  WINRM_URL       where to do it, as http://127.0.0.1:40123/wsman, another one for each case
  WINRM_AUTH      `basic` or `none`
  WINRM_USER, WINRM_PASSWORD
It has to live as long as the client does: its end is the end of the case. Exit code 127 says that the
client can't do what the case asks: the case is not-applicable. Other codes are told and not judged.
`show CASE` prints what a case answers and expects; `--trace` shows what is said, and the command's stderr.

Examples:
  winrm-conformance client --trigger './my-client --for-case \"$WINRM_CASE\" \"$WINRM_URL\"'
  winrm-conformance client --trigger ./my-client --run 'client.pull.*' --format json

Only HTTP in clear, with Basic or without authentication: cases that need a seal are for servers as yet.";

/// Arguments of `client`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ClientArguments {
    /// The command that makes the client do what $WINRM_CASE asks
    #[arg(long, value_name = "COMMAND")]
    trigger: String,
    #[command(flatten)]
    run: RunArguments,
}

/// `client`
pub(crate) async fn client(arguments: ClientArguments) -> Result<ExitCode, CliError> {
    let Some(prepared) = prepare(&arguments.run, Role::Client)? else { return Ok(ExitCode::NothingSelected) };
    let client =
        Client { trigger: arguments.trigger.clone(), logon: Logon::new("conformance", &random_password()) };
    let redactor = Redactor::new().credentials(&client.logon.user, &client.logon.password);
    conduct(&arguments.run, prepared, arguments.trigger, &redactor, async |play: Play<'_>| {
        engine::run_client(play.cases, client, play.catalogue, play.options, play.cancel, play.tell).await
    })
    .await
}
