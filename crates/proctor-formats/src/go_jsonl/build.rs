//! Output of the compiler, by what it was building.

use std::borrow::Cow;
use std::collections::HashMap;

use super::event::Event;
use crate::json::Slot;

/// The output of all builds of the stream.
#[derive(Debug, Default)]
pub(super) struct Builds<'a>(HashMap<Cow<'a, str>, Vec<Slot<'a>>>);

impl<'a> Builds<'a> {
    pub(super) fn add_output(&mut self, event: Event<'a>) {
        if let (Some(path), Some(output)) = (event.import_path, event.output) {
            self.0.entry(path).or_default().push(output);
        }
    }

    /// Takes what the compiler said while it built `path`. The first package that asks gets it: one failed build may fail
    /// many packages.
    pub(super) fn take_output_of(&mut self, path: &str) -> String {
        joined(&self.0.remove(path).unwrap_or_default())
    }
}

/// Pieces of output in one: a line may come in several.
pub(super) fn joined(output: &[Slot<'_>]) -> String {
    let mut text = String::new();
    for piece in output.iter().filter_map(|piece| piece.string()) {
        text.push_str(&piece);
    }
    text
}
