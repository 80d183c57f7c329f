//! From a request to its answer: whose it is, what it says, and what goes back.

use crate::http::Request;
use crate::http::Response;
use crate::http::Status;
use crate::http::challenge::challenges;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Moment;
use crate::server::Mutant;
use crate::server::Server;
use crate::server::authentication::Authentication;
use crate::server::authentication::Authorized;
use crate::server::authentication::Given;
use crate::server::authentication::LastToken;
use crate::server::authentication::User;
use crate::server::body;
use crate::server::body::Reading;
use crate::server::dispatch::Answer;
use crate::server::dispatch::Origin;
use crate::server::identify;
use crate::server::pipeline::Connection;
use crate::server::pipeline::Owed;
use crate::server::resources::event_log::What;
use crate::tls::Channel;
use crate::wsman::robust::RobustKind;
use crate::xml::Charset;

impl Server {
    /// Answers a request, unless the answer is owed until later.
    pub(super) fn request(&mut self, id: ConnectionId, request: &Request, moment: Moment) {
        let response = self.answer(id, request, moment);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if let Some(response) = response {
            connection.send(response, request.keep_alive());
        }
    }

    /// The answer to a request, unless it is owed until later.
    fn answer(&mut self, id: ConnectionId, request: &Request, moment: Moment) -> Option<Response> {
        if let Some(refusal) = refuse_target(request, &self.config) {
            return Some(refusal);
        }
        let Self { connections, config, shared, .. } = self;
        let Connection { authentication, channel, .. } = connections.get_mut(&id)?;
        let given = Given { config, channel, moment, shared };
        let authorization = challenges(&request.headers, "Authorization");
        let authorized = match authorization.as_deref() {
            Ok([]) if identify::is_unauthenticated(request) => {
                return Some(self.identify_unauthenticated(id, request));
            }
            Ok([]) => match authentication.user() {
                Some(user) => {
                    let user = user.clone();
                    return self.answer_user(id, &user, None, request, moment);
                }
                // A handshake that is left in the middle is over.
                None => return Some(authentication.refuse(&given)),
            },
            Ok([challenge]) => authentication.authorize(request, challenge, &given),
            // Whose request it is can't be told.
            Ok(_) | Err(_) => return Some(authentication.refuse(&given)),
        };
        self.heed_logon(id, &authorized, moment);
        match authorized {
            Authorized::Answer(response) => Some(response),
            Authorized::Broken => {
                self.connections.get_mut(&id)?.output.is_last = true;
                Some(Response::new(Status::INTERNAL_SERVER_ERROR))
            }
            Authorized::User { user, token, .. } => self.answer_user(id, &user, token, request, moment),
        }
    }

    fn identify_unauthenticated(&mut self, id: ConnectionId, request: &Request) -> Response {
        if body::charset_of(request).is_none() {
            let refusal = self.refuse_charset();
            return body::plain(Status::INTERNAL_SERVER_ERROR, refusal.envelope, Charset::Utf8);
        }
        let channel = self.connections.get(&id).map_or(&Channel::Clear, |connection| &connection.channel);
        identify::unauthenticated(request, &self.config, channel)
    }

    /// Tells the event log who logged on, once, and who was refused.
    fn heed_logon(&mut self, id: ConnectionId, authorized: &Authorized, moment: Moment) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let client_ip = connection.client_ip.clone();
        match authorized {
            Authorized::User { user, manner, .. } if !user.is_nobody() => {
                // Schemes without keys say it with each request.
                if connection.logged_on.as_ref() != Some(user) {
                    connection.logged_on = Some(user.clone());
                    self.record_logon(What::LoggedOn, &user.name, &client_ip, manner, moment);
                }
            }
            // Between two tokens nothing is decided.
            Authorized::Answer(_)
                if matches!(connection.authentication, Authentication::Negotiating { .. }) => {}
            _ => self.record_logon(What::LogonRefused, "", &client_ip, "", moment),
        }
    }

    fn answer_user(
        &mut self,
        id: ConnectionId,
        user: &User,
        token: Option<LastToken>,
        request: &Request,
        moment: Moment,
    ) -> Option<Response> {
        if request.body.is_empty() {
            let status = if user.is_nobody() { Status::UNAUTHORIZED } else { Status::OK };
            return Some(LastToken::add_to(token, Response::new(status)));
        }
        let reading = self.read(id, request, user)?;
        let (envelope, charset, writing) = match reading {
            Reading::Envelope { octets, charset, writing } => (octets, charset, writing),
            Reading::UnknownCharset { writing } => {
                let answer = self.refuse_charset();
                let authentication = &mut self.connections.get_mut(&id)?.authentication;
                let response = body::write(answer, &writing, authentication, &self.config);
                return Some(LastToken::add_to(token, response));
            }
            Reading::Refused { status, is_fatal } => {
                self.connections.get_mut(&id)?.output.is_last |= is_fatal;
                return Some(LastToken::add_to(token, Response::new(status)));
            }
        };
        let is_chunked = writing.is_chunked;
        let operations = self.operations_of(user);
        let connection = self.connections.get_mut(&id)?;
        let keep_alive = request.keep_alive();
        let user_name = user.name.clone();
        connection.owed = Some(Owed { writing, token, keep_alive, user: user_name, is_begun: false });
        let client_ip = connection.client_ip.clone();
        let soap_action = request.headers.text("SOAPAction").map(|value| value.trim().trim_matches('"'));
        let origin =
            Origin { connection: id, client_ip: &client_ip, user, is_chunked, soap_action, operations };
        if let Some(answer) = self.dispatch(&origin, &envelope, charset, moment) {
            self.settle(id, answer);
        }
        None
    }

    /// Reads the body of a request.
    fn read(&mut self, id: ConnectionId, request: &Request, user: &User) -> Option<Reading> {
        let is_auth_leg = request.headers.contains("Authorization");
        let reading = body::read(request, is_auth_leg, self.connections.get_mut(&id)?, &self.config);
        if !self.config.is_mutant(Mutant::SealOfOtherConnection) {
            return Some(reading);
        }
        let is_of_user = |connection: &Connection| connection.authentication.user() == Some(user);
        let others =
            self.connections.iter().filter(|(other, connection)| **other != id && is_of_user(connection));
        let others: Vec<ConnectionId> = others.map(|(other, _)| *other).collect();
        Some(others.into_iter().fold(reading, |reading, other| match reading {
            Reading::Refused { is_fatal: true, .. } => self.read_by_keys_of(id, other, request),
            reading => reading,
        }))
    }

    /// What [`Mutant::SealOfOtherConnection`] does: the connections change their keys.
    fn read_by_keys_of(&mut self, id: ConnectionId, other: ConnectionId, request: &Request) -> Reading {
        let broken = Reading::Refused { status: Status::BAD_REQUEST, is_fatal: true };
        let Some(mut keys) = self
            .connections
            .get_mut(&other)
            .map(|other| std::mem::replace(&mut other.authentication, Authentication::None))
        else {
            return broken;
        };
        let Some(connection) = self.connections.get_mut(&id) else { return broken };
        std::mem::swap(&mut connection.authentication, &mut keys);
        let reading = body::read(request, false, connection, &self.config);
        if let Some(other) = self.connections.get_mut(&other) {
            other.authentication = keys;
        }
        reading
    }

    /// How many operations of a user are owed an answer.
    fn operations_of(&self, user: &User) -> usize {
        let owed = self.connections.values().filter_map(|connection| connection.owed.as_ref());
        owed.filter(|owed| owed.user == user.name).count()
    }

    /// Sends the answer that a connection was owed; that of a robust operation goes where its client is now. Which
    /// connection that is.
    pub(super) fn settle(&mut self, id: ConnectionId, answer: Answer) -> Option<ConnectionId> {
        let Some((primary, full)) = self.operations.complete(id, &answer) else {
            self.answer_whole(id, answer);
            return Some(id);
        };
        let primary = primary?;
        self.stream(primary, answer, full.is_none());
        if let Some(id) = full {
            let ask = self.about(&id, RobustKind::AcknowledgeRequest);
            self.stream(primary, ask, true);
        }
        Some(primary)
    }

    /// Sends a message of an answer that comes in chunks, a whole one in each ([MS-WSMV] 3.1.6.6).
    pub(super) fn stream(&mut self, id: ConnectionId, message: Answer, is_last: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(owed) = &mut connection.owed else { return };
        let response = body::write(message, &owed.writing, &mut connection.authentication, &self.config);
        let response = LastToken::add_to(owed.token.take(), response);
        connection.send_chunk(response, is_last);
    }

    /// Ends a connection whose answer will come on another one.
    pub(super) fn hang_up(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.owed = None;
        connection.waiting.clear();
        connection.output.is_last = true;
    }

    fn answer_whole(&mut self, id: ConnectionId, answer: Answer) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(owed) = connection.owed.take() else { return };
        let response = body::write(answer, &owed.writing, &mut connection.authentication, &self.config);
        connection.send(LastToken::add_to(owed.token, response), owed.keep_alive);
    }
}

/// [MS-WSMV] 3.1.4.1.29.5: "only process requests … addressed to the path given by the URLPrefix property" of a
/// listener that is enabled; a query, which PowerShell adds, makes no difference.
fn refuse_target(request: &Request, config: &Config) -> Option<Response> {
    let path = request.target.split('?').next().unwrap_or_default();
    let path = path.trim_end_matches('/').strip_prefix('/').unwrap_or_default();
    if !config.serves(path) {
        return Some(Response::new(Status::NOT_FOUND));
    }
    if request.method != "POST" {
        return Some(Response::new(Status::METHOD_NOT_ALLOWED).with_header("Allow", "POST"));
    }
    None
}
