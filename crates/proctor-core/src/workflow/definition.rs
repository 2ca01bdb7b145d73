//! What the owners of a suite write down about one workflow.

use super::action::Action;
use crate::label::Label;
use crate::monitors::filter::TagFilters;
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::passed_on_retry::PassedOnRetry;
use crate::monitors::rule::Rule;

/// Workflows of one suite: a safety limit (`workflows.md`, 11).
pub const WORKFLOWS_PER_SUITE_MAX: usize = 200;
/// Actions on alarm, and on recovery.
pub const ACTIONS_MAX: usize = 10;
/// The longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// Events of a workflow that may be told outside within a minute, unless it says otherwise (`workflows.md`, section 5).
pub const EVENTS_PER_MINUTE_DEFAULT: u32 = 500;
/// The most that a workflow may say.
pub const EVENTS_PER_MINUTE_MAX: u32 = 10_000;
/// The label that the workflow of a new suite gives.
pub const FLAKY_LABEL: &str = "flaky";

/// A workflow as its owners wrote it down, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name, unique in its suite.
    pub name: String,
    /// Whether it is evaluated.
    pub status: Status,
    /// Whether its actions are carried out.
    pub mode: Mode,
    /// Monitor, filters and expiry.
    pub rule: Rule,
    /// What is done on alarm.
    pub alarm: Vec<Action>,
    /// What is done on recovery.
    pub recover: Vec<Action>,
    /// Events that may be told outside within a minute; the others wait. 1 to [`EVENTS_PER_MINUTE_MAX`].
    pub events_per_minute: u32,
}

/// Whether a workflow is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is.
    #[default]
    Active,
    /// It is not: its states stay, and are brought up to date from the stored history once it is active again.
    Paused,
}

impl Status {
    /// The word used on disk and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Paused].into_iter().find(|status| status.as_str() == word)
    }
}

/// Whether actions are carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// They are.
    #[default]
    Live,
    /// They are only recorded; events and states are real.
    DryRun,
}

/// Why something cannot be a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// No name, or one that is too long.
    #[error("name must have 1 to {NAME_BYTES_MAX} bytes")]
    Name,
    /// Too many actions; which list.
    #[error("{0} must list at most {ACTIONS_MAX} actions")]
    TooManyActions(&'static str),
    /// No events may be told, or too many.
    #[error("events_per_minute must be from 1 to {EVENTS_PER_MINUTE_MAX}")]
    EventsPerMinute,
}

impl Definition {
    /// Checks what its parts do not check themselves.
    ///
    /// # Errors
    /// The first rule that is broken, in words for a 422.
    pub fn checked(self) -> Result<Self, DefinitionError> {
        if self.name.trim().is_empty() || self.name.len() > NAME_BYTES_MAX {
            return Err(DefinitionError::Name);
        }
        if !(1..=EVENTS_PER_MINUTE_MAX).contains(&self.events_per_minute) {
            return Err(DefinitionError::EventsPerMinute);
        }
        for (list, actions) in [("alarm_actions", &self.alarm), ("recover_actions", &self.recover)] {
            if actions.len() > ACTIONS_MAX {
                return Err(DefinitionError::TooManyActions(list));
            }
        }
        Ok(self)
    }

    /// The workflow that every suite is born with (`workflows.md`, 2): tests that pass on retry are labelled `flaky`.
    ///
    /// `None` cannot happen with the defaults; it keeps this function free of panics.
    #[must_use]
    pub fn of_new_suite(default_branch: &str) -> Option<Self> {
        let rule = Rule::new(MonitorSettings::PassedOnRetry(PassedOnRetry::of_new_suite()), TagFilters::on_branch(default_branch)).ok()?;
        let label = Label::new(FLAKY_LABEL).ok()?;
        let definition = Self {
            name: "Flaky tests".to_owned(),
            status: Status::Active,
            mode: Mode::Live,
            rule,
            alarm: vec![Action::AddLabel(label.clone())],
            recover: vec![Action::RemoveLabel(label)],
            events_per_minute: EVENTS_PER_MINUTE_DEFAULT,
        };
        definition.checked().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_suite_labels_what_passes_on_retry() {
        for branch in ["main", "", "trunk"] {
            let definition = Definition::of_new_suite(branch).unwrap();
            assert_eq!(definition.rule.monitor().as_str(), "passed_on_retry");
            assert_eq!(definition.rule.filters().branch().unwrap_or_default(), branch);
            assert_eq!((definition.alarm[0].as_str(), definition.recover[0].as_str()), ("add_label", "remove_label"));
        }
    }

    #[test]
    fn names_and_actions_are_bounded() {
        let definition = Definition::of_new_suite("main").unwrap();
        let named = |name: String| Definition { name, ..definition.clone() }.checked();
        assert_eq!(named(" ".to_owned()), Err(DefinitionError::Name));
        assert_eq!(named("n".repeat(129)), Err(DefinitionError::Name));
        assert!(named("n".repeat(128)).is_ok());
        for events_per_minute in [0, EVENTS_PER_MINUTE_MAX + 1] {
            assert_eq!(Definition { events_per_minute, ..definition.clone() }.checked(), Err(DefinitionError::EventsPerMinute));
        }
        let actions = vec![definition.alarm[0].clone(); ACTIONS_MAX + 1];
        let many = Definition { recover: actions, ..definition }.checked();
        assert_eq!(many.unwrap_err().to_string(), "recover_actions must list at most 10 actions");
    }
}
