//! A progress bar, when somebody watches.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use crate::visible::visible_lines;

/// How far the upload is, in bytes of the files.
#[derive(Clone, Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar on stderr over `bytes`; nothing when stderr is no terminal.
    pub(crate) fn of_bytes(bytes: u64) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(bytes);
        let template = "  {bar:32} {bytes} of {total_bytes}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// More bytes have been read.
    pub(crate) fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// A try failed: its bytes are read again.
    pub(crate) fn take_back(&self, bytes: u64) {
        self.0.set_position(self.0.position().saturating_sub(bytes));
    }

    /// Says something above the bar, or on stderr when there is none.
    pub(crate) fn note(&self, text: &str) {
        if self.0.is_hidden() { crate::output::note(text) } else { self.0.println(visible_lines(text)) }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
