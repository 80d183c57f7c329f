/// Declares the mutants: what each does is its documentation and its sentence on the command line.
macro_rules! mutants {
    ($(#[doc = $sentence:literal] $variant:ident = $name:literal,)*) => {
        /// One way in which the server breaks a rule on purpose, so that a suite can be seen to notice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Mutant {
            $(#[doc = $sentence] $variant,)*
        }

        impl Mutant {
            /// Every mutant with its name on the command line and what it does.
            pub const ALL: &'static [(&'static str, Self, &'static str)] =
                &[$(($name, Self::$variant, $sentence.trim_ascii_start()),)*];
        }
    };
}

mutants! {
    /// a line break before the closing boundary of a sealed body
    CrlfBeforeClose = "crlf-before-close",
    /// answers in clear inside a sealed session
    PlainAnswers = "plain-answers",
    /// faults in clear inside a sealed session, other answers sealed
    PlainFaults = "plain-faults",
    /// executes SOAP in clear after authentication
    ExecutesPlain = "executes-plain",
    /// executes SOAP in clear that comes with the last token of a handshake
    ExecutesOnAuthLeg = "executes-on-auth-leg",
    /// executes a sealed message that was executed before
    AcceptsReplay = "accepts-replay",
    /// accepts a handshake without its integrity code
    NoMicNeeded = "no-mic-needed",
    /// accepts a session without sealing or with short keys
    WeakFlags = "weak-flags",
    /// any user may do what administrators may
    AdmitsEverybody = "admits-everybody",
    /// every user sees and uses every shell
    ShellShared = "shell-shared",
    /// offers Basic over HTTP although it is off
    OffersBasic = "offers-basic",
    /// an unauthenticated Identify tells the product version
    IdentifyLeaks = "identify-leaks",
    /// executes requests above MaxEnvelopeSizekb
    LargeRequests = "large-requests",
    /// ignores the request's MaxEnvelopeSize
    LargeAnswers = "large-answers",
    /// executes shell operations that come in chunks
    TakesChunks = "takes-chunks",
    /// RelatesTo is not the request's MessageID
    RelatesToWrong = "relates-to-wrong",
    /// answers carry no RelatesTo
    RelatesToAbsent = "relates-to-absent",
    /// answers carry no MessageID
    MessageIdAbsent = "message-id-absent",
    /// answers carry the request's Action
    ActionWrong = "action-wrong",
    /// faults come with HTTP 200
    FaultAsSuccess = "fault-as-success",
    /// the WSManFault has no Code
    FaultWithoutCode = "fault-without-code",
    /// ignores unknown mustUnderstand headers
    IgnoresMustUnderstand = "ignores-must-understand",
    /// the MustUnderstand fault does not name the header
    MustUnderstandWithoutBlock = "must-understand-without-block",
    /// replaces the client's ShellId
    IgnoresShellId = "ignores-shell-id",
    /// replaces the client's CommandId
    IgnoresCommandId = "ignores-command-id",
    /// CreateResponse has no ResourceCreated
    CreateWithoutEpr = "create-without-epr",
    /// Delete answers and leaves the shell alive
    DeleteKeepsShell = "delete-keeps-shell",
    /// every command ends with exit code 0
    ExitCodeZero = "exit-code-zero",
    /// stdout and stderr are swapped
    StreamsSwapped = "streams-swapped",
    /// no stream is marked as ended
    EndAbsent = "end-absent",
    /// CommandState names another command
    CommandIdWrong = "command-id-wrong",
    /// an empty success instead of the timeout fault
    SilentSuccess = "silent-success",
    /// the timeout fault has another Code
    TimeoutCodeWrong = "timeout-code-wrong",
    /// every Receive waits as long as the server's longest timeout
    IgnoresOperationTimeout = "ignores-operation-timeout",
    /// Signal answers and leaves the command running
    IgnoresSignal = "ignores-signal",
    /// each portion of an enumeration begins with the item that the portion before ended with
    PullRepeatsItem = "pull-repeats-item",
    /// Pull gives more items than MaxElements
    IgnoresMaxElements = "ignores-max-elements",
    /// Release answers and leaves the enumeration open
    ReleaseKeepsContext = "release-keeps-context",
    /// the last PullResponse still has a context
    ContextAfterEnd = "context-after-end",
    /// a null property is an empty element, without xsi:nil
    NilAsEmpty = "nil-as-empty",
    /// an array is one element with all values in it
    ArrayJoined = "array-joined",
    /// a method answers that all went well and does nothing
    InvokeChangesNothing = "invoke-changes-nothing",
    /// the values of selectors are compared to the letter
    KeysCaseSensitive = "keys-case-sensitive",
    /// a fragment is ignored, and the operation is on all of the resource
    FragmentWhole = "fragment-whole",
    /// fragments come without XmlFragment
    FragmentBare = "fragment-bare",
    /// answers with a fragment do not repeat FragmentTransfer
    FragmentHeaderAbsent = "fragment-header-absent",
    /// Put answers and stores nothing
    PutNotStored = "put-not-stored",
    /// Basic stays on after it was turned off
    BasicStays = "basic-stays",
    /// whoever may read may write
    ReadersWrite = "readers-write",
    /// the configuration takes values that are out of range
    ConfigUnchecked = "config-unchecked",
    /// executes requests with unknown options that must be complied with
    IgnoresMustComply = "ignores-must-comply",
    /// reference parameters of ReplyTo don't come back
    ParametersLost = "parameters-lost",
    /// every fault is the sender's
    FaultCodeWrong = "fault-code-wrong",
    /// answers in UTF-8 whatever the encoding of the request
    AnswersInUtf8 = "answers-in-utf8",
    /// events that are lost are not counted
    DropsEventsSilently = "drops-events-silently",
    /// Unsubscribe answers and leaves the subscription alive
    UnsubscribesNothing = "unsubscribes-nothing",
    /// a heartbeat twice in one answer, or in a batch of events
    TwoHeartbeats = "two-heartbeats",
    /// takes filters of any dialect and delivers every event
    TakesAnyFilter = "takes-any-filter",
    /// answers of a robust operation have no SequenceId
    SequenceIdAbsent = "sequence-id-absent",
    /// faults don't name the robust operation that they are part of
    OperationIdLostInFaults = "operation-id-lost-in-faults",
    /// a request that is sent again is executed again
    ExecutesRetransmissions = "executes-retransmissions",
    /// streams come uncompressed whatever the client asked for
    IgnoresCompression = "ignores-compression",
    /// enumerates as if there were no filter
    IgnoresFilter = "ignores-filter",
    /// channel bindings may be absent although CbtHardeningLevel is Strict
    StrictWithoutBindings = "strict-without-bindings",
    /// accepts channel bindings of another TLS connection
    WrongBindingsAccepted = "wrong-bindings-accepted",
    /// accepts a Kerberos AP-REQ that was accepted before
    ApReqReplayed = "ap-req-replayed",
    /// executes a message that was sealed for another connection of the same user
    SealOfOtherConnection = "seal-of-other-connection",
    /// takes a sealed body whatever protocol it names
    KerberosProtocolAnywhere = "kerberos-protocol-anywhere",
    /// takes CredSSP of versions before 5, which can be relayed
    OldCredSsp = "old-credssp",
    /// offers and takes Basic over HTTP although it is off
    BasicInClear = "basic-in-clear",
    /// a client certificate that no mapping knows is the first administrator's
    CertificateUnmapped = "certificate-unmapped",
    /// a Kerberos principal of any realm is the account of the same name
    ForeignRealm = "foreign-realm",
    /// takes NTLM although only Kerberos is on
    NtlmUnasked = "ntlm-unasked",
    /// strips line breaks, NUL and spaces from the end of a ciphertext
    StripsWhiteSpaceOfCiphertext = "strips-white-space-of-ciphertext",
    /// takes a boundary inside a ciphertext for its end
    SplitsAtBoundaryInCiphertext = "splits-at-boundary-in-ciphertext",
    /// answers what can't be opened with HTTP 200
    OpensAnything = "opens-anything",
    /// answers a token that can't be read with HTTP 200
    RubbishTokenAccepted = "rubbish-token-accepted",
    /// logs on at other hosts as the user though nothing was delegated
    HopsUndelegated = "hops-undelegated",
}

impl Mutant {
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
            Self::FaultCodeWrong => envelope.replace(">s:Receiver<", ">s:Sender<"),
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
