//! What a reader may know of the upload around the document.

/// The parts of `run_env` that change how a report reads. Everything else about the upload is applied after reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseContext<'a> {
    /// `run_env.cwd`: the absolute working directory of the sender.
    pub cwd: Option<&'a str>,
    /// `run_env.test_runner`: `pytest`, `gotest`, `vitest`, ...
    pub test_runner: Option<&'a str>,
}
