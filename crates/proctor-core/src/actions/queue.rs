//! Messages beyond the limit of a workflow: which of those that wait cancel each other out (`workflows.md`, section 5).

use crate::monitors::hysteresis::EventKind;

/// A message that waits for its first attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number in the outbox.
    pub seq: u64,
    /// The test.
    pub ordinal: u32,
    /// What it tells of.
    pub kind: EventKind,
}

/// The messages that need not leave: those of an alarm, and of the recovery that followed while it waited. `waiting` is by test, and then
/// as written.
#[must_use]
pub fn cancelled(waiting: &[Queued]) -> Vec<u64> {
    let mut cancelled = Vec::new();
    for of_test in waiting.chunk_by(|one, other| one.ordinal == other.ordinal) {
        let mut alarm: &[Queued] = &[];
        // Several actions of one event stand together.
        for messages in of_test.chunk_by(|one, other| one.kind == other.kind) {
            match messages[0].kind {
                EventKind::Alarm => alarm = messages,
                EventKind::Recover if alarm.is_empty() => {}
                EventKind::Recover => {
                    cancelled.extend(alarm.iter().chain(messages).map(|message| message.seq));
                    alarm = &[];
                }
            }
        }
    }
    cancelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_and_its_recovery_cancel_each_other_out() {
        let queue = |letters: &str| -> Vec<Queued> {
            let of = |(seq, letter): (u64, char)| Queued {
                seq,
                ordinal: u32::from(letter.is_ascii_lowercase()),
                kind: if letter.eq_ignore_ascii_case(&'a') { EventKind::Alarm } else { EventKind::Recover },
            };
            (0..).zip(letters.chars()).map(of).collect()
        };
        for (letters, gone) in [
            ("", vec![]),
            ("A", vec![]),
            ("R", vec![]),
            ("AR", vec![0, 1]),
            ("ARA", vec![0, 1]),
            ("RAR", vec![1, 2]),
            ("AARR", vec![0, 1, 2, 3]),
        ] {
            assert_eq!(cancelled(&queue(letters)), gone, "{letters}");
        }
        assert_eq!(cancelled(&queue("ARar")), [0, 1, 2, 3]);
        assert!(cancelled(&queue("Ar")).is_empty(), "another test");
    }
}
