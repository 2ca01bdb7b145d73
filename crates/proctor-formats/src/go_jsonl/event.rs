//! One event: what `go doc test2json` describes.

use std::borrow::Cow;

use crate::json::{Kind, Reader, Slot};

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Run,
    Output,
    Pass,
    Fail,
    Skip,
    /// Output of the compiler (Go 1.24).
    BuildOutput,
    /// `start`, `pause`, `cont`, `bench`, `attr`, `build-fail`, and what is to come.
    Other,
}

impl Action {
    /// Whether the test or package is over.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Pass | Self::Fail | Self::Skip)
    }
}

/// One line.
#[derive(Debug)]
pub(super) struct Event<'a> {
    pub(super) action: Action,
    pub(super) package: Option<Cow<'a, str>>,
    /// `None`: the event is about the package.
    pub(super) test: Option<Cow<'a, str>>,
    pub(super) elapsed: Option<Slot<'a>>,
    /// Not read before it is needed: the output of tests that pass never is.
    pub(super) output: Option<Slot<'a>>,
    pub(super) failed_build: Option<Cow<'a, str>>,
    pub(super) import_path: Option<Cow<'a, str>>,
}

impl<'a> Event<'a> {
    /// Reads a line; `None` when it is not an event.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let mut reader = Reader::new(line);
        if reader.peek().ok()? != Kind::Object {
            return None;
        }
        let names = ["Action", "Package", "Test", "Elapsed", "Output", "FailedBuild", "ImportPath"];
        let [action, package, test, elapsed, output, failed_build, import_path] = reader.fields(names).ok()?;
        reader.end().ok()?;
        let action = match &*action?.string()? {
            "run" => Action::Run,
            "output" => Action::Output,
            "pass" => Action::Pass,
            "fail" => Action::Fail,
            "skip" => Action::Skip,
            "build-output" => Action::BuildOutput,
            _ => Action::Other,
        };
        let text = |field: Option<Slot<'a>>| field.and_then(Slot::string).filter(|text| !text.is_empty());
        Some(Self {
            action,
            package: text(package),
            test: text(test),
            elapsed,
            output,
            failed_build: text(failed_build),
            import_path: text(import_path),
        })
    }
}
