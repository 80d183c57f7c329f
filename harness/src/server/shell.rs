//! The operations on shells: [MS-WSMV] 3.1.4.2 to 3.1.4.17.

use std::sync::Arc;

use crate::addressing::Address;
use crate::auth::Random;
use crate::compression::Xpress;
use crate::limits::SHELL_ENVIRONMENT_BYTES_MAX;
use crate::server::Config;
use crate::server::Mutant;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::dispatch::Success;
use crate::server::dispatch::new_uuid;
use crate::server::process::Surroundings;
use crate::server::resources::Instance;
use crate::server::resources::event_log::What;
use crate::server::running_shell::Link;
use crate::server::running_shell::RunningShell;
use crate::server::shells::Shells;
use crate::server::shells::key;
use crate::shell::Connect;
use crate::shell::ConnectResponse;
use crate::shell::Disconnect;
use crate::shell::DisconnectResponse;
use crate::shell::ReconnectResponse;
use crate::shell::Shell;
use crate::shell::ShellId;
use crate::shell::StreamNames;
use crate::shell::action;
use crate::shell::option;
use crate::soap::ExpandedName;
use crate::soap::HeaderBlock;
use crate::soap::NotUnderstood;
use crate::wsman::CompressionType;
use crate::wsman::Duration;
use crate::wsman::FaultReason;
use crate::wsman::InvalidOptions;
use crate::wsman::InvalidParameter;
use crate::wsman::ResourceUri;
use crate::wsman::WsmanErrorCode;
use crate::wsman::transfer;
use crate::wsman::transfer::ResourceCreated;
use crate::xml::Document;
use crate::xml::FromXml;
use crate::xml::ToXml;
use crate::xml::Writer;

type Result<T> = std::result::Result<T, Refusal>;

impl Shells {
    /// [MS-WSMV] 3.1.4.5.2
    pub(super) fn create(
        &mut self,
        call: &Call<'_>,
        config: &Config,
        random: &mut Random,
    ) -> Result<Success> {
        let asked: Shell = body(call)?;
        check_streams(&asked)?;
        check_code_page(call)?;
        let chosen = asked.requested_shell_id.clone().filter(|_| !config.is_mutant(Mutant::IgnoresShellId));
        self.require_room(&call.user.name, config)?;
        let id = match &chosen {
            Some(id) if uuid::Uuid::parse_str(&key(id)).is_err() => {
                return Err(FaultReason::SchemaValidationError.into());
            }
            Some(id) if self.shells.contains_key(&key(id)) => {
                let code = WsmanErrorCode::WINRS_SHELL_CLIENTID_RESOURCE_CONFLICT;
                return Err(FaultReason::AlreadyExists(code).into());
            }
            Some(id) => id.clone(),
            None => ShellId::new(&new_uuid(random)),
        };
        let shell = new_shell(id, chosen.is_some(), asked, call, config)?;
        let created = Created {
            reference: ResourceCreated {
                address: Address::new(call.header.to.as_str()),
                resource_uri: ResourceUri::new(ResourceUri::CMD),
                selector_set: shell.id.to_selectors(),
            },
            is_without_reference: config.is_mutant(Mutant::CreateWithoutEpr),
            shell: shell.describe(call.now_ms),
        };
        self.news.push(shell.news(What::ShellCreated, &shell.id));
        self.shells.insert(key(&shell.id), shell);
        Ok(Success::new(transfer::CREATE_RESPONSE, created))
    }

    /// [MS-WSMV] 3.1.4.4.1: ends the shell's commands with it.
    pub(super) fn delete(&mut self, call: &Call<'_>, config: &Config) -> Result<Success> {
        let shell = self.selected(call)?;
        let id = key(&shell.id);
        let due = shell.abort_receives(config);
        let news = shell.news(What::ShellDeleted, &shell.id);
        self.due.extend(due);
        self.news.push(news);
        if !config.is_mutant(Mutant::DeleteKeepsShell) {
            self.shells.remove(&id);
        }
        Ok(Success::empty(transfer::DELETE_RESPONSE))
    }

    /// [MS-WSMV] 3.1.4.2.1
    pub(super) fn get(&mut self, call: &Call<'_>) -> Result<Success> {
        let shell = self.selected_unused(call)?;
        Ok(Success::new(transfer::GET_RESPONSE, shell.describe(call.now_ms)))
    }

    /// [MS-WSMV] 3.1.4.8.2: the shells of the user as they are now.
    pub(super) fn enumerate(&self, call: &Call<'_>) -> Result<Vec<Arc<Instance>>> {
        let own = self.of_user(&call.user.name).map(|shell| {
            let mut writer = Writer::new();
            writer.write(&shell.describe(call.now_ms));
            let document = Document::parse(writer.finish().as_bytes());
            let representation = document.and_then(|document| document.root().read());
            Ok(Arc::new(Instance {
                resource_uri: ResourceUri::new(ResourceUri::CMD),
                selector_set: shell.id.to_selectors(),
                // What was written can't be read back: a fault of this server.
                representation: representation
                    .map_err(|_| FaultReason::InternalError(WsmanErrorCode::INVALID_XML))?,
            }))
        });
        own.collect()
    }

    /// [MS-WSMV] 3.1.4.15
    pub(super) fn disconnect(&mut self, call: &Call<'_>, config: &Config) -> Result<Success> {
        let asked: Disconnect = body(call)?;
        let shell = self.selected(call)?;
        if !shell.can_disconnect {
            let code = WsmanErrorCode::WINRS_SHELL_DISCONNECT_NOT_SUPPORTED;
            return Err(FaultReason::InternalError(code).into());
        }
        shell.require_same_client(call)?;
        if let Some(idle_timeout) = asked.idle_timeout {
            shell.idle_timeout_ms = idle_timeout.as_millis().min(config.max_idle_timeout_ms);
        }
        shell.link = Link::Disconnected;
        let due = shell.disconnect_receives(config);
        self.due.extend(due);
        Ok(Success::new(action::DISCONNECT_RESPONSE, DisconnectResponse))
    }

    /// [MS-WSMV] 3.1.4.16: of a shell that its own client holds, it changes nothing.
    pub(super) fn reconnect(&mut self, call: &Call<'_>) -> Result<Success> {
        let shell = self.selected(call)?;
        shell.require_same_client(call)?;
        shell.link = Link::Connected(call.header.session_id.clone());
        Ok(Success::new(action::RECONNECT_RESPONSE, ReconnectResponse))
    }

    /// [MS-WSMV] 3.1.4.17: another client takes over a shell that nobody holds.
    pub(super) fn connect(&mut self, call: &Call<'_>) -> Result<Success> {
        let _: Connect = body(call)?;
        let shell = self.selected(call)?;
        if shell.link != Link::Disconnected {
            let code = WsmanErrorCode::WINRS_SHELL_CONNECTED_TO_DIFFERENT_CLIENT;
            return Err(FaultReason::InternalError(code).into());
        }
        shell.link = Link::Connected(call.header.session_id.clone());
        let response = ConnectResponse {
            input_streams: shell.described.input_streams.clone(),
            output_streams: shell.described.output_streams.clone(),
            content: None,
        };
        Ok(Success::new(action::CONNECT_RESPONSE, response))
    }
}

impl RunningShell {
    /// What the service tells about the shell, in the spelling of Windows: `PT7200.000S`, `UTF8`, `No`.
    pub(super) fn describe(&self, now_ms: u64) -> Shell {
        let seconds =
            |since_ms: u64| Some(Duration::from_millis(now_ms.saturating_sub(since_ms) / 1000 * 1000));
        let state = match self.link {
            Link::Connected(_) => "Connected",
            Link::Disconnected => "Disconnected",
        };
        Shell {
            state: Some(state.to_owned()),
            idle_timeout: Some(Duration::from_millis(self.idle_timeout_ms)),
            shell_run_time: seconds(self.created_ms),
            shell_inactivity: seconds(self.last_used_ms),
            ..self.described.clone()
        }
    }

    fn require_same_client(&self, call: &Call<'_>) -> Result<()> {
        match &self.link {
            Link::Connected(session) if *session != call.header.session_id => {
                let code = WsmanErrorCode::WINRS_SHELL_CLIENTSESSIONID_MISMATCH;
                Err(FaultReason::InternalError(code).into())
            }
            _ => Ok(()),
        }
    }
}

/// The bodies of a CreateResponse: the reference of the shell, and the shell.
struct Created {
    reference: ResourceCreated,
    is_without_reference: bool,
    shell: Shell,
}

impl ToXml for Created {
    fn to_xml(&self, writer: &mut Writer) {
        if !self.is_without_reference {
            writer.write(&self.reference);
        }
        writer.write(&self.shell);
    }
}

/// Reads the body that an action requires.
pub(super) fn body<T: FromXml>(call: &Call<'_>) -> Result<T> {
    let element = call.envelope.body().ok_or(FaultReason::SchemaValidationError)?;
    Ok(element.read()?)
}

/// [MS-WSMV] 2.2.4.37: the command shell knows stdin, stdout and stderr.
fn check_streams(asked: &Shell) -> Result<()> {
    let knows_only = |names: &Option<StreamNames>, known: &[&str]| {
        names.as_ref().is_none_or(|names| names.iter().all(|name| known.contains(&name)))
    };
    if !knows_only(&asked.input_streams, &["stdin"]) {
        return Err(FaultReason::InternalError(WsmanErrorCode::SHELL_INVALID_INPUT_STREAM).into());
    }
    if !knows_only(&asked.output_streams, &["stdout", "stderr"]) {
        return Err(FaultReason::InternalError(WsmanErrorCode::SHELL_INVALID_DESIRED_STREAMS).into());
    }
    Ok(())
}

/// The built-in commands write UTF-8 whatever the code page; a value that is no code page is refused all the same.
fn check_code_page(call: &Call<'_>) -> Result<()> {
    match call.header.option_set.value(option::CODEPAGE) {
        Some(page) if page.trim().parse::<u16>().is_err() => {
            Err(FaultReason::InvalidOptions(InvalidOptions::InvalidValue).into())
        }
        _ => Ok(()),
    }
}

/// [MS-WSMV] 3.1.4.1.31.6: whether the streams of a shell are to be compressed. The text names no fault for another
/// algorithm, so SOAP decides: what is mandatory and not understood is refused, the rest is ignored.
fn asks_for_compression(call: &Call<'_>, config: &Config) -> Result<bool> {
    let Some(asked) = &call.header.compression_type else { return Ok(false) };
    if asked.as_str().eq_ignore_ascii_case(CompressionType::XPRESS) {
        return Ok(!config.is_mutant(Mutant::IgnoresCompression));
    }
    let is_it = |block: &HeaderBlock<'_>| block.element.is(CompressionType::NAME) && block.is_mandatory();
    match call.envelope.header_blocks().find(is_it) {
        Some(block) => {
            Err(FaultReason::MustUnderstand(vec![NotUnderstood(ExpandedName::of(block.element))]).into())
        }
        None => Ok(false),
    }
}

fn new_shell(
    id: ShellId,
    can_disconnect: bool,
    asked: Shell,
    call: &Call<'_>,
    config: &Config,
) -> Result<RunningShell> {
    let environment_bytes: usize =
        asked.environment.iter().map(|v| v.name.len().saturating_add(v.value.len())).sum();
    if environment_bytes > SHELL_ENVIRONMENT_BYTES_MAX {
        return Err(FaultReason::InvalidParameter(InvalidParameter::InvalidValue).into());
    }
    if asked.idle_timeout.is_some_and(|timeout| timeout.as_millis() == 0) {
        return Err(FaultReason::InternalError(WsmanErrorCode::WINRS_IDLETIMEOUT_OUTOFBOUNDS).into());
    }
    let is_compressed = asks_for_compression(call, config)?;
    let idle_timeout_ms = asked.idle_timeout.map_or(config.idle_timeout_ms, Duration::as_millis);
    let surroundings = Surroundings {
        user: format!("{}\\{}", config.computer, call.user.name),
        environment: asked.environment.iter().map(|v| (v.name.clone(), v.value.clone())).collect(),
        working_directory: asked
            .working_directory
            .unwrap_or_else(|| format!("C:\\Users\\{}", call.user.name)),
    };
    let described = Shell {
        shell_id: Some(id.clone()),
        name: Some(asked.requested_name.unwrap_or_else(|| format!("Shell{}", call.now_ms))),
        resource_uri: Some(ResourceUri::new(ResourceUri::CMD)),
        owner: Some(surroundings.user.clone()),
        client_ip: Some(call.client_ip.to_owned()),
        process_id: Some(0),
        input_streams: Some(asked.input_streams.unwrap_or_else(|| StreamNames::parse("stdin"))),
        output_streams: Some(asked.output_streams.unwrap_or_else(|| StreamNames::parse("stdout stderr"))),
        max_idle_timeout: Some(Duration::from_millis(config.max_idle_timeout_ms)),
        locale: Some("en-US".to_owned()),
        data_locale: Some("en-US".to_owned()),
        compression_mode: Some(if is_compressed { Xpress::NAME } else { "NoCompression" }.to_owned()),
        profile_loaded: Some("No".to_owned()),
        encoding: Some("UTF8".to_owned()),
        buffer_mode: None,
        ..Shell::default()
    };
    Ok(RunningShell {
        id,
        owner: call.user.name.clone(),
        described,
        surroundings,
        commands: std::collections::BTreeMap::new(),
        link: Link::Connected(call.header.session_id.clone()),
        can_disconnect,
        is_compressed,
        idle_timeout_ms: idle_timeout_ms.min(config.max_idle_timeout_ms),
        created_ms: call.now_ms,
        last_used_ms: call.now_ms,
    })
}
