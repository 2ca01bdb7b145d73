//! One state per workflow and test, and the only two ways out of it (`workflows.md`, 1.1).

use super::evaluation::Condition;

/// Where a test is under one workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is reported.
    #[default]
    Idle,
    /// An alarm was given and not yet taken back.
    Alarmed,
}

/// What a change of [`Phase`] is reported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// From idle to alarmed.
    Alarm,
    /// From alarmed to idle.
    Recover,
}

impl EventKind {
    /// The word used on the wire and on disk.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Recover => "recover",
        }
    }
}

impl Phase {
    /// The phase after `condition` was found, and the event if that is another phase.
    #[must_use]
    pub const fn after(self, condition: Condition) -> (Self, Option<EventKind>) {
        match (self, condition) {
            (Self::Idle, Condition::Alarm) => (Self::Alarmed, Some(EventKind::Alarm)),
            (Self::Alarmed, Condition::Recover) => (Self::Idle, Some(EventKind::Recover)),
            (Self::Idle, Condition::Recover | Condition::Neither) | (Self::Alarmed, Condition::Alarm | Condition::Neither) => (self, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: workflows 1, 2
    #[test]
    fn the_table() {
        use Condition::{Alarm, Neither, Recover};
        for (phase, condition, then, event) in [
            (Phase::Idle, Alarm, Phase::Alarmed, Some(EventKind::Alarm)),
            (Phase::Alarmed, Alarm, Phase::Alarmed, None),
            (Phase::Alarmed, Recover, Phase::Idle, Some(EventKind::Recover)),
            (Phase::Idle, Recover, Phase::Idle, None),
            (Phase::Idle, Neither, Phase::Idle, None),
            (Phase::Alarmed, Neither, Phase::Alarmed, None),
        ] {
            assert_eq!(phase.after(condition), (then, event), "{phase:?} {condition:?}");
        }
    }
}
