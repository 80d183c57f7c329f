/// One way in which the server breaks a rule on purpose, so that a suite can be seen to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutant {
    /// A line break before the closing boundary of a sealed body.
    CrlfBeforeClose,
    /// Answers in clear inside a sealed session.
    PlainAnswers,
    /// Faults in clear inside a sealed session, other answers sealed.
    PlainFaults,
    /// Executes SOAP in clear after authentication.
    ExecutesPlain,
    /// Executes SOAP in clear that comes with the last token of a handshake.
    ExecutesOnAuthLeg,
    /// Executes a sealed message that was executed before.
    AcceptsReplay,
    /// Accepts a handshake without its integrity code.
    NoMicNeeded,
    /// Accepts a session without sealing or with short keys.
    WeakFlags,
    /// Any user may do what administrators may.
    AdmitsEverybody,
    /// Every user sees and uses every shell.
    ShellShared,
    /// Offers Basic over HTTP although it is off.
    OffersBasic,
    /// An unauthenticated Identify tells the product version.
    IdentifyLeaks,
    /// Executes requests above MaxEnvelopeSizekb.
    LargeRequests,
    /// Ignores the request's MaxEnvelopeSize.
    LargeAnswers,
    /// Executes shell operations that come in chunks.
    TakesChunks,
    /// RelatesTo is not the request's MessageID.
    RelatesToWrong,
    /// Answers carry no RelatesTo.
    RelatesToAbsent,
    /// Answers carry no MessageID.
    MessageIdAbsent,
    /// Answers carry the request's Action.
    ActionWrong,
    /// Faults come with HTTP 200.
    FaultAsSuccess,
    /// The WSManFault has no Code.
    FaultWithoutCode,
    /// Ignores unknown mustUnderstand headers.
    IgnoresMustUnderstand,
    /// The MustUnderstand fault does not name the header.
    MustUnderstandWithoutBlock,
    /// Replaces the client's ShellId.
    IgnoresShellId,
    /// Replaces the client's CommandId.
    IgnoresCommandId,
    /// CreateResponse has no ResourceCreated.
    CreateWithoutEpr,
    /// Delete answers and leaves the shell alive.
    DeleteKeepsShell,
    /// Every command ends with exit code 0.
    ExitCodeZero,
    /// Stdout and stderr are swapped.
    StreamsSwapped,
    /// No stream is marked as ended.
    EndAbsent,
    /// CommandState names another command.
    CommandIdWrong,
    /// An empty success instead of the timeout fault.
    SilentSuccess,
    /// The timeout fault has another Code.
    TimeoutCodeWrong,
    /// Every Receive waits as long as the server's longest timeout.
    IgnoresOperationTimeout,
    /// Signal answers and leaves the command running.
    IgnoresSignal,
    /// Answers of a robust operation have no SequenceId.
    SequenceIdAbsent,
    /// Faults don't name the robust operation that they are part of.
    OperationIdLostInFaults,
    /// A request that is sent again is executed again.
    ExecutesRetransmissions,
    /// Streams come uncompressed whatever the client asked for.
    IgnoresCompression,
}

impl Mutant {
    /// Every mutant with its name on the command line and what it does.
    pub const ALL: &'static [(&'static str, Self, &'static str)] = &[
        (
            "crlf-before-close",
            Self::CrlfBeforeClose,
            "a line break before the closing boundary of a sealed body",
        ),
        ("plain-answers", Self::PlainAnswers, "answers in clear inside a sealed session"),
        ("plain-faults", Self::PlainFaults, "faults in clear inside a sealed session, other answers sealed"),
        ("executes-plain", Self::ExecutesPlain, "executes SOAP in clear after authentication"),
        (
            "executes-on-auth-leg",
            Self::ExecutesOnAuthLeg,
            "executes SOAP in clear that comes with the last token of a handshake",
        ),
        ("accepts-replay", Self::AcceptsReplay, "executes a sealed message that was executed before"),
        ("no-mic-needed", Self::NoMicNeeded, "accepts a handshake without its integrity code"),
        ("weak-flags", Self::WeakFlags, "accepts a session without sealing or with short keys"),
        ("admits-everybody", Self::AdmitsEverybody, "any user may do what administrators may"),
        ("shell-shared", Self::ShellShared, "every user sees and uses every shell"),
        ("offers-basic", Self::OffersBasic, "offers Basic over HTTP although it is off"),
        ("identify-leaks", Self::IdentifyLeaks, "an unauthenticated Identify tells the product version"),
        ("large-requests", Self::LargeRequests, "executes requests above MaxEnvelopeSizekb"),
        ("large-answers", Self::LargeAnswers, "ignores the request's MaxEnvelopeSize"),
        ("takes-chunks", Self::TakesChunks, "executes shell operations that come in chunks"),
        ("relates-to-wrong", Self::RelatesToWrong, "RelatesTo is not the request's MessageID"),
        ("relates-to-absent", Self::RelatesToAbsent, "answers carry no RelatesTo"),
        ("message-id-absent", Self::MessageIdAbsent, "answers carry no MessageID"),
        ("action-wrong", Self::ActionWrong, "answers carry the request's Action"),
        ("fault-as-success", Self::FaultAsSuccess, "faults come with HTTP 200"),
        ("fault-without-code", Self::FaultWithoutCode, "the WSManFault has no Code"),
        ("ignores-must-understand", Self::IgnoresMustUnderstand, "ignores unknown mustUnderstand headers"),
        (
            "must-understand-without-block",
            Self::MustUnderstandWithoutBlock,
            "the MustUnderstand fault does not name the header",
        ),
        ("ignores-shell-id", Self::IgnoresShellId, "replaces the client's ShellId"),
        ("ignores-command-id", Self::IgnoresCommandId, "replaces the client's CommandId"),
        ("create-without-epr", Self::CreateWithoutEpr, "CreateResponse has no ResourceCreated"),
        ("delete-keeps-shell", Self::DeleteKeepsShell, "Delete answers and leaves the shell alive"),
        ("exit-code-zero", Self::ExitCodeZero, "every command ends with exit code 0"),
        ("streams-swapped", Self::StreamsSwapped, "stdout and stderr are swapped"),
        ("end-absent", Self::EndAbsent, "no stream is marked as ended"),
        ("command-id-wrong", Self::CommandIdWrong, "CommandState names another command"),
        ("silent-success", Self::SilentSuccess, "an empty success instead of the timeout fault"),
        ("timeout-code-wrong", Self::TimeoutCodeWrong, "the timeout fault has another Code"),
        (
            "ignores-operation-timeout",
            Self::IgnoresOperationTimeout,
            "every Receive waits as long as the server's longest timeout",
        ),
        ("ignores-signal", Self::IgnoresSignal, "Signal answers and leaves the command running"),
        ("sequence-id-absent", Self::SequenceIdAbsent, "answers of a robust operation have no SequenceId"),
        (
            "operation-id-lost-in-faults",
            Self::OperationIdLostInFaults,
            "faults don't name the robust operation that they are part of",
        ),
        (
            "executes-retransmissions",
            Self::ExecutesRetransmissions,
            "a request that is sent again is executed again",
        ),
        (
            "ignores-compression",
            Self::IgnoresCompression,
            "streams come uncompressed whatever the client asked for",
        ),
    ];

    /// The mutant of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, ..)| *known == name).map(|(_, mutant, _)| *mutant)
    }

    /// What becomes of an envelope whose writing went right.
    pub(super) fn spoil(self, envelope: String) -> String {
        match self {
            Self::FaultWithoutCode => envelope.replace(" Code=\"", " Kode=\""),
            Self::TimeoutCodeWrong => envelope.replace("Code=\"2150858793\"", "Code=\"2150859046\""),
            Self::MessageIdAbsent => without_element(&envelope, "a:MessageID"),
            _ => envelope,
        }
    }
}

fn without_element(envelope: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let cut =
        envelope.split_once(&open).and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1)));
    cut.map_or_else(|| envelope.to_owned(), |(before, after)| [before, after].concat())
}
