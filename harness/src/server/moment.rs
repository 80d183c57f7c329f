/// When something happens: the caller's clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds on a clock that never runs backwards.
    pub elapsed_ms: u64,
    /// The wall clock as FILETIME, which NTLM puts into its challenge.
    pub filetime: u64,
}
