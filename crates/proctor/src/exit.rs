//! How a command ends: exit codes and errors that say what to do next.

use std::fmt;
use std::process::ExitCode;

use crate::output;

/// The exit codes, the same for every command (`docs/cli.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: everything was done.
    Done,
    /// 1: the command ran, and something was refused or failed.
    Refused,
    /// 2: the command line, a file named there, or the environment is wrong; nothing was done.
    Usage,
    /// 3: the server could not be reached, or did not recover in time; trying again later may help.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
        })
    }
}

/// An error for people: what is wrong, and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    next_step: String,
    exit: Exit,
}

impl Failure {
    /// The command line, a file or the environment is wrong.
    pub(crate) fn usage(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { message: message.into(), next_step: next_step.into(), exit: Exit::Usage }
    }

    /// What was asked for was refused.
    pub(crate) fn refused(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { message: message.into(), next_step: next_step.into(), exit: Exit::Refused }
    }

    /// The server could not be reached.
    pub(crate) fn unreachable(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { message: message.into(), next_step: next_step.into(), exit: Exit::Unreachable }
    }

    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do next, one sentence.
    pub(crate) fn next_step(&self) -> &str {
        &self.next_step
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Writes an error to stderr, with its causes and the next step, and tells the exit code.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    output::note(&format!("error: {error}"));
    for cause in error.chain().skip(1) {
        output::note(&format!("  because: {cause}"));
    }
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    if let Some(failure) = failure {
        output::note(&format!("  next: {}", failure.next_step()));
    }
    failure.map_or(Exit::Refused, Failure::exit)
}
