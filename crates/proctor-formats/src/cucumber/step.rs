//! Steps and hooks, which count alike.

use std::borrow::Cow;

use proctor_core::record::FailureDetail;

use crate::json::{Slot, first_line, texts};

/// A step or a hook and what it came to.
pub(super) struct Step<'a> {
    pub(super) status: Status,
    /// In the unit of the report; nanoseconds, except behave's.
    pub(super) duration: Option<f64>,
    name: Option<Slot<'a>>,
    message: Option<Slot<'a>>,
}

/// What a step came to; the order is that of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// It says nothing: behave leaves steps that did not run without a result.
    Absent,
    Passed,
    /// Skipped or pending.
    NotRun,
    Failed,
    Ambiguous,
    Undefined,
}

impl Status {
    pub(super) fn of(word: Option<Slot<'_>>) -> Self {
        match word.and_then(Slot::string).as_deref() {
            Some("passed") => Self::Passed,
            Some("skipped" | "pending" | "untested") => Self::NotRun,
            Some("failed" | "errored" | "error" | "hook_error" | "cleanup_error") => Self::Failed,
            Some("ambiguous") => Self::Ambiguous,
            Some("undefined") => Self::Undefined,
            _ => Self::Absent,
        }
    }

    pub(super) fn is_failure(self) -> bool {
        self >= Self::Failed
    }
}

impl<'a> Step<'a> {
    /// Reads a step with the hooks around it, or a hook, into `steps`.
    pub(super) fn read_into(slot: Slot<'a>, steps: &mut Vec<Self>) {
        let [name, result, before, after] = slot.fields(["name", "result", "before", "after"]);
        steps.extend(before.into_iter().flat_map(Slot::items).map(|hook| Self::of(None, hook.fields(["result"])[0])));
        steps.push(Self::of(name, result));
        steps.extend(after.into_iter().flat_map(Slot::items).map(|hook| Self::of(None, hook.fields(["result"])[0])));
    }

    fn of(name: Option<Slot<'a>>, result: Option<Slot<'a>>) -> Self {
        let [status, duration, message] = result.map_or([None; 3], |result| result.fields(["status", "duration", "error_message"]));
        Self { status: Status::of(status), duration: duration.and_then(Slot::number).filter(|duration| *duration >= 0.0), name, message }
    }

    /// What says best why it failed.
    pub(super) fn reason(&self) -> Option<Cow<'a, str>> {
        let message = self.message.and_then(|message| match message.string() {
            Some(text) => first_line(&text),
            // Older versions of behave write the lines of the message as an array.
            None => texts(Some(message)).iter().find_map(first_line),
        });
        message.or_else(|| {
            // Undefined and ambiguous steps carry no message, and neither do all of behave's.
            let kind = match self.status {
                Status::Undefined => "Undefined",
                Status::Ambiguous => "Ambiguous",
                _ => "Failed",
            };
            let name = self.name.and_then(Slot::text);
            Some(Cow::Owned(name.map_or_else(|| format!("{kind} hook"), |name| format!("{kind} step: {name}"))))
        })
    }

    pub(super) fn detail(&self) -> FailureDetail<'a> {
        let mut expanded = texts(self.message);
        if expanded.is_empty() {
            expanded.extend(self.reason());
        }
        FailureDetail { expanded, backtrace: Vec::new() }
    }
}
