//! What the methods do. Their return values are those that the classes of Windows document.

use crate::limits::CIM_INSTANCES_MAX;
use crate::server::resources::cim::Cim;
use crate::server::resources::cim::Result;
use crate::server::resources::cim::invoking::Inputs;
use crate::server::resources::cim::process;
use crate::server::resources::cim::record::Field;
use crate::server::resources::cim::schema::Class;
use crate::server::resources::cim::schema::Method;
use crate::server::resources::cim::selecting::Place;
use crate::wsman::FaultReason;
use crate::wsman::cim::CimValue;

/// `StopService` of a service that doesn't run.
const CANNOT_ACCEPT_CONTROL: u32 = 5;
/// `StartService` of a service that runs.
const ALREADY_RUNNING: u32 = 10;
/// `StartService` of a service that is disabled.
const DISABLED: u32 = 14;
/// A parameter has a value that the class doesn't know.
const INVALID_PARAMETER: u32 = 21;
/// `Create` of a process when there is no room for one more.
const UNKNOWN_FAILURE: u32 = 8;

/// What a method answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) return_value: u32,
    /// What comes out besides; null is told too.
    pub(super) parameters: Vec<(&'static str, Option<Field>)>,
}

impl Answer {
    pub(super) fn of(return_value: u32) -> Self {
        Self { return_value, parameters: Vec::new() }
    }
}

impl Cim {
    /// One place that knows every method. `place` is where the instance is that the method is of.
    pub(super) fn run(
        &mut self,
        class: &Class,
        method: &Method,
        place: Option<Place>,
        inputs: &Inputs,
    ) -> Result<Answer> {
        match (class.name, method.name, place) {
            ("Win32_Service", "StartService", Some(place)) => self.start_service(place),
            ("Win32_Service", "StopService", Some(place)) => self.stop_service(place),
            ("Win32_Service", "ChangeStartMode", Some(place)) => self.change_start_mode(place, inputs),
            ("Win32_Process", "Create", None) => Ok(self.create_process(inputs)),
            ("Win32_Process", "Terminate", Some(place)) => {
                self.take(place);
                Ok(Answer::of(0))
            }
            ("Reference_Values", "Echo", None) => Ok(echo(method, inputs)),
            _ => Err(FaultReason::ResourceNotFound.into()),
        }
    }

    fn start_service(&mut self, place: Place) -> Result<Answer> {
        let service = self.at(place)?;
        if service.text("State") == Some("Running") {
            return Ok(Answer::of(ALREADY_RUNNING));
        }
        if service.text("StartMode") == Some("Disabled") {
            return Ok(Answer::of(DISABLED));
        }
        let process_id = self.free_process_id();
        self.run_service(place, true, process_id)
    }

    fn stop_service(&mut self, place: Place) -> Result<Answer> {
        if self.at(place)?.text("State") != Some("Running") {
            return Ok(Answer::of(CANNOT_ACCEPT_CONTROL));
        }
        self.run_service(place, false, 0)
    }

    fn run_service(&mut self, place: Place, runs: bool, process_id: u32) -> Result<Answer> {
        let service = self.at_mut(place)?;
        let mut set = |name: &str, text: &str| service.set(name, Some(Field::One(CimValue::of(text))));
        let started = if runs { "true" } else { "false" };
        set("State", if runs { "Running" } else { "Stopped" });
        set("Started", started);
        set("AcceptStop", started);
        set("ProcessId", &process_id.to_string());
        set("ExitCode", "0");
        Ok(Answer::of(0))
    }

    fn change_start_mode(&mut self, place: Place, inputs: &Inputs) -> Result<Answer> {
        let asked = inputs.text("StartMode").unwrap_or_default();
        // The property says `Auto` for what the method calls `Automatic`.
        let modes = [
            ("Boot", "Boot"),
            ("System", "System"),
            ("Automatic", "Auto"),
            ("Manual", "Manual"),
            ("Disabled", "Disabled"),
        ];
        let Some((_, mode)) = modes.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked)) else {
            return Ok(Answer::of(INVALID_PARAMETER));
        };
        self.at_mut(place)?.set("StartMode", Some(Field::One(CimValue::of(mode))));
        Ok(Answer::of(0))
    }

    fn create_process(&mut self, inputs: &Inputs) -> Answer {
        let command_line = inputs.text("CommandLine").unwrap_or_default();
        if command_line.is_empty() {
            return Answer { parameters: vec![("ProcessId", None)], ..Answer::of(INVALID_PARAMETER) };
        }
        if self.records.len() >= CIM_INSTANCES_MAX {
            return Answer { parameters: vec![("ProcessId", None)], ..Answer::of(UNKNOWN_FAILURE) };
        }
        let process_id = self.free_process_id();
        self.push(process::process(process_id, command_line));
        let created = Some(Field::One(CimValue::Text(process_id.to_string())));
        Answer { parameters: vec![("ProcessId", created)], ..Answer::of(0) }
    }

    /// The next identity that no process and no service has: a multiple of four, as on Windows.
    fn free_process_id(&self) -> u32 {
        let used = self.records.iter().filter_map(|record| record.text("ProcessId")?.parse::<u32>().ok());
        used.max().unwrap_or(0).saturating_add(4) / 4 * 4
    }
}

/// Gives back what it was given.
fn echo(method: &Method, inputs: &Inputs) -> Answer {
    let given = method.inputs.iter().map(|input| (input.name, inputs.field(input.name).cloned()));
    Answer { parameters: given.collect(), ..Answer::of(0) }
}
