//! What a case is, once read.

use serde::Deserialize;
use serde::Serialize;

use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::wsx::matcher::Matcher;
use crate::wsx::path::Path;
use crate::wsx::template::Template;
use crate::wsx::template::VariableName;
use crate::wsx::tls::TlsDirective;

/// A recorded exchange and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is about.
    pub front: FrontMatter,
    /// What happens, in order of their numbers.
    pub steps: Vec<Step>,
    /// What happens afterwards, whatever happened before.
    pub finally: Option<Finally>,
}

impl Case {
    /// Whether an assertion looks at that step.
    pub fn is_asserted(&self, number: StepNumber) -> bool {
        self.steps.iter().any(|step| match &step.body {
            StepBody::Assert(assertions) => assertions.iter().any(|assertion| assertion.step == number),
            StepBody::Exchange(_) => false,
        })
    }
}

/// The TOML at the head of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// The version of the format: 1.
    pub wsx: u32,
    /// The name of the case: its path below the corpus, with dots.
    pub id: String,
    /// What a report calls it.
    pub title: String,
    /// What it tests. A mismatch counts against each, at its level, unless the section says otherwise.
    pub requires: Vec<RequirementId>,
    /// The profiles it belongs to; lint knows the names.
    pub profiles: Vec<String>,
    /// Who can be tested with it.
    pub roles: Vec<Role>,
    /// What the endpoint must have for it to be applicable; lint knows the names.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What it may do to the endpoint.
    pub safety: Safety,
    /// The `any-of` labels that are tolerances: an answer that meets one of them passes leniently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tolerates: Vec<String>,
}

/// Who is under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A server: we send the `>` sections and judge by the `<` sections.
    Server,
    /// A client: we judge by the `>` sections and send the `<` sections.
    Client,
    /// A recording: we judge both.
    Capture,
}

/// What a case may do to the endpoint. The order is of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Nothing that a careful administrator wouldn't do.
    Normal,
    /// It costs time or resources.
    Load,
    /// It may lock an account out.
    Lockout,
    /// It may change or end something.
    Destructive,
}

/// The number of a step, 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepNumber(pub u16);

/// A connection, written `c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u8);

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number; numbers only grow.
    pub number: StepNumber,
    /// What happens.
    pub body: StepBody,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepBody {
    /// Something is sent, something comes back.
    Exchange(Exchange),
    /// What came is looked at.
    Assert(Vec<Assertion>),
}

/// A request and its answer on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The connection; opened when first named.
    pub connection: ConnectionId,
    /// How often at most until the answer matches. 1 without `loop`.
    pub attempts_max: u16,
    /// What is sent, in order.
    pub sends: Vec<Sent>,
    /// What is expected, all of it.
    pub expects: Vec<Expect>,
}

/// One `>` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Who is to blame for a mismatch when a client is under test.
    pub blame: Blame,
    /// What the client sends.
    pub send: Send,
}

/// What a `>` section says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    /// Open the connection, over TLS.
    Tls(TlsDirective),
    /// Authenticate.
    Auth(AuthDirective),
    /// A start line, header fields and a body, in clear.
    Http(HttpRequest),
    /// An envelope, sealed if the connection seals.
    Soap(Template),
    /// What is done to the seal of this step's envelope.
    Sealed(Vec<Tamper>),
    /// These octets as they are.
    Bytes(Vec<u8>),
    /// Close the connection.
    Closed,
}

/// How to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthDirective {
    /// The scheme.
    pub scheme: AuthScheme,
    /// The options, in order; no key twice.
    pub options: Vec<(String, Template)>,
}

impl AuthDirective {
    /// The value of that option.
    pub fn option(&self, key: &str) -> Option<&Template> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// The authentication schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthScheme {
    /// No Authorization header at all.
    None,
    /// Name and password in clear.
    Basic,
    /// SPNEGO, with NTLM or Kerberos inside.
    Negotiate,
    /// NTLM under its own name.
    Ntlm,
    /// Kerberos under its own name.
    Kerberos,
    /// CredSSP.
    CredSsp,
    /// A TLS client certificate.
    Certificate,
    /// A proof of the password on each request.
    Digest,
}

/// An HTTP request, literally. Lines end with CR LF on the wire, the body is as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The start line.
    pub start: Template,
    /// The header fields.
    pub headers: Vec<(String, Template)>,
    /// The body; if it is empty, what the step sends next is the body.
    pub body: Template,
}

/// One change to the sealed message of the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// `flip = "signature 3"`: the lowest bit of that octet, from 0, of that part.
    Flip {
        /// The part.
        part: SealPart,
        /// The octet.
        octet: u32,
    },
    /// `frame = "crlf-before-close"`: a named deviation in the multipart frame.
    Frame(String),
    /// `length = "+1"`: added to the Length that the frame states.
    Length(i32),
    /// `sequence = "+1"`: added to the sequence number of the seal.
    Sequence(i32),
    /// `protocol = "application/…"`: the protocol parameter of the frame.
    Protocol(String),
    /// `context = "c2"`: seal with the keys of that connection.
    Context(ConnectionId),
    /// `replay = "02"`: send the octets of that step's sealed message once more.
    Replay(StepNumber),
    /// `truncate = 5`: leave that many octets off the end of the message.
    Truncate(u32),
    /// `charset = "utf-16"`: the envelope inside the seal is in UTF-16 and says so.
    Utf16,
    /// `chunked = 100`: the message goes out in chunks of that many octets; at least one.
    Chunked(u32),
    /// `ends-with = "crlf"`: white space behind the envelope makes its ciphertext end so; a name of the engine.
    EndsWith(String),
    /// `contains = "boundary"`: a comment in the envelope makes its ciphertext hold that; a name of the engine.
    Contains(String),
}

/// A part of a sealed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealPart {
    /// The length of the signature that stands before it.
    Header,
    /// The signature or the token header.
    Signature,
    /// The encrypted envelope.
    Ciphertext,
}

/// One `<` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    /// Who is to blame for a mismatch.
    pub blame: Blame,
    /// `any-of LABEL`: the group of sections this belongs to; one group of the step must match as a whole.
    pub any_of: Option<String>,
    /// What should come.
    pub answer: Answer,
}

/// What a mismatch means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// It counts against all that the case requires.
    Required,
    /// `for ID,…`: it counts against these only.
    Only(Vec<RequirementId>),
    /// `setup`: it makes the case inconclusive, as the step only prepares the ground.
    Setup,
}

/// What should come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The end of the handshake of TLS.
    Tls(AuthOutcome),
    /// The end of the authentication.
    Auth(AuthOutcome),
    /// Status line, header fields, body.
    Http(HttpPattern),
    /// Whether the answer is sealed.
    Sealed(SealRule),
    /// The envelope.
    Soap(SoapPattern),
    /// A fault.
    Fault(FaultPattern),
    /// The octets the answer begins with.
    Bytes(Vec<u8>),
    /// The connection is closed by the other side.
    Closed,
}

/// How an authentication ends, or the handshake of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthOutcome {
    /// The other side accepts.
    Accepted,
    /// The other side refuses.
    Refused,
}

/// A status that a pattern accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusPattern {
    /// That number.
    Exactly(u16),
    /// `4xx`: any with that first digit.
    Class(u8),
}

impl StatusPattern {
    /// Whether it accepts the status.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Exactly(code) => code == status,
            Self::Class(digit) => status / 100 == u16::from(digit),
        }
    }
}

/// What is expected of an HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpPattern {
    /// Any of these statuses.
    pub statuses: Vec<StatusPattern>,
    /// One line each.
    pub lines: Vec<HttpLine>,
}

/// A line below the status line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpLine {
    /// `Name: pattern`: a field of that name matches.
    Field(String, Template),
    /// `absent Name`: no field has that name.
    Absent(String),
    /// `empty`: there is no body.
    Empty,
}

/// Whether an answer is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealRule {
    /// It must be.
    Required,
    /// It must not be.
    Forbidden,
}

/// What is expected of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoapPattern {
    /// `absent`: there is none.
    Absent,
    /// There is one, and it has what this has.
    Like(Template),
}

/// What is expected of a fault; an empty list accepts anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPattern {
    /// The values of Code, as `s:Sender`.
    pub codes: Vec<String>,
    /// The values of Subcode, as `w:InvalidSelectors`.
    pub subcodes: Vec<String>,
    /// The addresses in FaultDetail.
    pub details: Vec<String>,
    /// The numbers in WSManFault.
    pub wsmanfaults: Vec<u32>,
}

/// One line of an `assert` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// How strongly.
    pub level: Level,
    /// Against what a mismatch counts.
    pub requirement: RequirementId,
    /// Which answer is looked at.
    pub step: StepNumber,
    /// What is looked at.
    pub look: Look,
    /// What it should be.
    pub condition: Condition,
}

/// What an assertion looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// `soap xpath "…"`
    Path(Path),
    /// `http status`
    Status,
    /// `http header NAME`
    Header(String),
    /// `auth NAME`: a fact that the engine knows of the authentication, as `challenge.flags`.
    Auth(String),
    /// `tls NAME`: a fact that the engine knows of the connection's TLS, as `version`.
    Tls(String),
}

/// What it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `exists`
    Exists,
    /// `absent`
    Absent,
    /// `is kind`
    Is(Matcher),
    /// `OP number`
    Number(Comparison, i64),
    /// `OP "text"`
    Text(TextComparison, Template),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// How texts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextComparison {
    /// `==`: the whole text, by the pattern.
    Equal,
    /// `!=`: not the whole text.
    NotEqual,
    /// `contains`
    Contains,
    /// `lacks`
    Lacks,
    /// `starts-with`
    StartsWith,
}

/// What happens afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finally {
    /// Short forms.
    pub actions: Vec<CleanUp>,
    /// Literal steps, tried in turn and never judged.
    pub steps: Vec<Step>,
}

/// A short form of cleaning up. It is skipped in silence if its variable was never bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CleanUp {
    /// `delete shell {{shell}}`
    DeleteShell(VariableName),
}
