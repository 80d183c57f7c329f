use std::io::IsTerminal;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::report::CaseResult;
use crate::verdict::Verdict;

/// A bar on a terminal, and nothing where nobody looks.
pub(crate) struct Progress {
    bar: ProgressBar,
    failed: u64,
}

impl Progress {
    /// A bar of that many cases on stderr.
    pub(crate) fn new(cases: usize) -> Self {
        let length = u64::try_from(cases).unwrap_or(u64::MAX);
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}") {
            bar.set_style(style);
        }
        Self { bar, failed: 0 }
    }

    /// A case is over.
    pub(crate) fn finished(&mut self, result: &CaseResult) {
        if matches!(result.verdict, Verdict::Fail | Verdict::Error) {
            self.failed = self.failed.saturating_add(1);
        }
        self.bar.inc(1);
        self.bar.set_message(format!("{} failed  {}", self.failed, result.id));
    }

    /// Lines above the bar.
    pub(crate) fn print(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    /// Takes the bar away.
    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}
