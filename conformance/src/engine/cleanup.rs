use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use winrm_harness::http::Request;
use winrm_harness::http::Status;
use winrm_harness::xml::Document;

use crate::assertion::Found;
use crate::assertion::find;
use crate::engine::authenticate::authenticate;
use crate::engine::cancel::Cancel;
use crate::engine::cancel::canceller;
use crate::engine::link::Arrival;
use crate::engine::link::Link;
use crate::engine::link::Patience;
use crate::engine::link::Place;
use crate::engine::observation::AuthEnd;
use crate::engine::plan::AuthPlan;
use crate::engine::random::Random;
use crate::subject::Subject;
use crate::wsx::Path;
use crate::wsx::declarations;

/// How long deleting may take at each step.
const CLEANUP_WAIT: Duration = Duration::from_secs(10);
/// Shells of one case that are remembered; a case that makes more doesn't tell their names.
const SHELLS_MAX: usize = 64;
const CREATED: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse";
const CMD: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";

/// A shell that may be alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftShell {
    pub(crate) id: String,
    pub(crate) resource_uri: String,
}

/// The shells that a case may have left. It outlives the case, so that they are deleted even if that panics.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftShells(Arc<Mutex<Vec<LeftShell>>>);

impl LeftShells {
    /// Remembers the shell that an answer to Create names. Other answers may name the shells of other people.
    pub(crate) fn learn(&self, answer: &Document) {
        let text = |path: &str| match Path::parse(path).map(|path| find(&path, answer.root())) {
            Ok(Found::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        if text("/s:Envelope/s:Header/a:Action").as_deref() != Some(CREATED) {
            return;
        }
        let by_reference = || text("//x:ResourceCreated//w:Selector[@Name='ShellId']");
        let Some(id) = by_reference().or_else(|| text("/s:Envelope/s:Body/rsp:Shell/rsp:ShellId")) else {
            return;
        };
        let uri = text("//x:ResourceCreated//w:ResourceURI");
        self.add(id, uri.unwrap_or_else(|| CMD.to_owned()));
    }

    /// Remembers a shell of cmd.
    pub(crate) fn add_cmd(&self, id: &str) {
        self.add(id.to_owned(), CMD.to_owned());
    }

    fn add(&self, id: String, resource_uri: String) {
        let mut shells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shells.len() < SHELLS_MAX && shells.iter().all(|known| known.id != id) {
            shells.push(LeftShell { id, resource_uri });
        }
    }

    fn take(&self) -> Vec<LeftShell> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Deletes the shells on a fresh connection. Says which may still be there.
pub(crate) async fn delete_shells(
    shells: &LeftShells,
    subject: &Subject,
    random: &mut Random,
) -> Vec<String> {
    let left = shells.take();
    if left.is_empty() {
        return Vec::new();
    }
    // Cleaning up goes on when the run is called off; its waits are short.
    let (_canceller, cancel) = canceller();
    let mut link = match log_on(subject, random, &cancel).await {
        Ok(link) => link,
        Err(reason) => return left.into_iter().map(|shell| format!("{} ({reason})", shell.id)).collect(),
    };
    let mut failed = Vec::new();
    for shell in left {
        if let Err(reason) = delete(&mut link, &shell, subject, random, &cancel).await {
            failed.push(format!("{} ({reason})", shell.id));
        }
    }
    failed
}

async fn log_on(subject: &Subject, random: &mut Random, cancel: &Cancel) -> Result<Link, String> {
    let patience = Patience { wait: CLEANUP_WAIT, cancel };
    let place = Place::usual(subject).map_err(|error| error.to_string())?;
    let mut link = Link::open(place, patience).await.map_err(|unopened| unopened.to_string())?;
    let plan = AuthPlan::usual(subject.logon.clone(), subject);
    let mut dress = |request: &Request| Ok(request.encode());
    let handshake = authenticate(&mut link, &plan, subject, random, patience, &mut dress).await;
    let handshake = handshake.map_err(|error| error.to_string())?;
    match handshake.end {
        AuthEnd::Accepted => Ok(link),
        _ => Err(format!("cannot log on: {:?}", handshake.end)),
    }
}

async fn delete(
    link: &mut Link,
    shell: &LeftShell,
    subject: &Subject,
    random: &mut Random,
    cancel: &Cancel,
) -> Result<(), String> {
    let request = link.session.request(&envelope(shell, subject, &random.uuid()));
    let octets = request.map_err(|error| error.to_string())?.encode();
    let patience = Patience { wait: CLEANUP_WAIT, cancel };
    match link.exchange(&octets, true, patience).await {
        // A fault says that the case has deleted it already.
        Arrival::Answer(response) => match response.status {
            Status::OK | Status::INTERNAL_SERVER_ERROR => {
                // The number of the answer has to be counted for the next one to open.
                let _ = link.session.open(&response);
                Ok(())
            }
            other => Err(format!("HTTP {other}")),
        },
        _ => Err("no answer".to_owned()),
    }
}

fn envelope(shell: &LeftShell, subject: &Subject, uuid: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let (id, uri, ns) = (escaped(&shell.id), escaped(&shell.resource_uri), declarations());
    format!(
        "<s:Envelope {ns}><s:Header><a:To>{}</a:To><a:ReplyTo><a:Address s:mustUnderstand=\"true\">\
         http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
         <a:Action s:mustUnderstand=\"true\">http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete</a:Action>\
         <a:MessageID>uuid:{uuid}</a:MessageID><w:ResourceURI s:mustUnderstand=\"true\">{uri}</w:ResourceURI>\
         <w:MaxEnvelopeSize s:mustUnderstand=\"true\">153600</w:MaxEnvelopeSize>\
         <w:OperationTimeout>PT10S</w:OperationTimeout>\
         <w:SelectorSet><w:Selector Name=\"ShellId\">{id}</w:Selector></w:SelectorSet></s:Header><s:Body/></s:Envelope>",
        subject.url
    )
}
