//! Asking before something is lost.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::exit::Failure;
use crate::visible::visible;

/// Asks on the terminal until somebody says yes or no.
///
/// # Errors
/// When the answer is no, or nobody is there to be asked.
pub(crate) fn confirm(question: &str) -> Result<(), Failure> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() {
        return Err(Failure::usage(format!("{question} Nobody is there to answer"), "add --yes to go on without asking"));
    }
    let mut answer = String::new();
    let asked =
        write!(stderr, "{} [y/N] ", visible(question)).and_then(|()| stderr.flush()).and_then(|()| stdin.lock().read_line(&mut answer));
    if asked.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::refused("nothing was changed", "answer y, or add --yes, to go on"))
}
