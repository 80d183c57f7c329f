/// One way in which the server breaks a rule on purpose, so that a suite can be seen to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mutant {
    /// A line break before the closing boundary of a sealed body, which is then one octet pair too long.
    CrlfBeforeClose,
    /// Answers sealed requests in clear.
    PlainAnswers,
    /// Faults of a sealed session go out in clear, other answers are sealed.
    PlainFaults,
    /// Executes SOAP in clear on an authenticated connection.
    ExecutesPlain,
    /// `RelatesTo` is not the request's `MessageID`.
    RelatesToWrong,
    /// Answers carry no `RelatesTo`.
    RelatesToAbsent,
    /// Sender faults come with HTTP 200.
    FaultAsSuccess,
    /// A `mustUnderstand` header that nobody knows is ignored.
    IgnoresMustUnderstand,
    /// Every command ends with exit code 0.
    ExitCodeZero,
    /// stdout and stderr are swapped.
    StreamsSwapped,
    /// A silent command is answered by an empty success instead of the timeout fault.
    SilentSuccess,
    /// Delete answers and leaves the shell alive.
    DeleteKeepsShell,
    /// The client's `ShellId` is replaced.
    IgnoresShellId,
    /// The WSManFault has no `Code`.
    FaultWithoutCode,
    /// Basic is offered over HTTP although it is off.
    OffersBasic,
    /// Identify gives the product away to everybody.
    IdentifyLeaks,
    /// The same sealed message is executed twice, because sequence numbers are not looked at.
    AcceptsAnyUser,
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
        ("plain-faults", Self::PlainFaults, "faults in clear inside a sealed session"),
        ("executes-plain", Self::ExecutesPlain, "executes SOAP in clear after authentication"),
        ("relates-to-wrong", Self::RelatesToWrong, "RelatesTo is not the request's MessageID"),
        ("relates-to-absent", Self::RelatesToAbsent, "answers carry no RelatesTo"),
        ("fault-as-success", Self::FaultAsSuccess, "faults come with HTTP 200"),
        ("ignores-must-understand", Self::IgnoresMustUnderstand, "ignores unknown mustUnderstand headers"),
        ("exit-code-zero", Self::ExitCodeZero, "every command ends with exit code 0"),
        ("streams-swapped", Self::StreamsSwapped, "stdout and stderr are swapped"),
        ("silent-success", Self::SilentSuccess, "an empty success instead of the timeout fault"),
        ("delete-keeps-shell", Self::DeleteKeepsShell, "Delete answers and leaves the shell alive"),
        ("ignores-shell-id", Self::IgnoresShellId, "replaces the client's ShellId"),
        ("fault-without-code", Self::FaultWithoutCode, "the WSManFault has no Code"),
        ("offers-basic", Self::OffersBasic, "offers Basic over HTTP although it is off"),
        ("identify-leaks", Self::IdentifyLeaks, "an unauthenticated Identify tells the product version"),
        ("accepts-any-user", Self::AcceptsAnyUser, "any user with a known password is that user"),
    ];

    /// The mutant of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, ..)| *known == name).map(|(_, mutant, _)| *mutant)
    }
}
