//! What a changepoint says to people: "broke between commits a and b, 96 %".

use proctor_core::id::ExecutionId;
use proctor_core::monitors::changepoint::Signal;
use proctor_core::monitors::evaluation::{Change, Figures};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::tracker::Event;
use serde_json::{Map, Value, json};

use crate::catalog::commits::Commits;

/// Characters of a hash in a sentence; its key has all of them.
const HASH_CHARACTERS: usize = 12;

/// The executions whose commits [`name_commits`] wants to know.
#[must_use]
pub fn executions_of_change(event: &Event) -> Vec<ExecutionId> {
    match event.figures {
        Figures::Changepoint(Some(Change { after, before, .. })) => after.into_iter().chain([before]).collect(),
        _ => Vec::new(),
    }
}

/// Adds to the document of an event of `changepoint` between which commits the change lies: `after_commit` and `before_commit` in its
/// figures, null when unknown, and `summary`. Other events stay as they are.
pub fn name_commits(monitor: &MonitorSettings, event: &Event, commits: &Commits, document: &mut Map<String, Value>) {
    let (MonitorSettings::Changepoint(settings), Figures::Changepoint(Some(change))) = (monitor, &event.figures) else { return };
    let Change { after, before, probability, .. } = change;
    let after = after.and_then(|after| commits.get(&after));
    let before = commits.get(before);
    if let Some(Value::Object(figures)) = document.get_mut("figures") {
        figures.insert("after_commit".to_owned(), json!(after));
        figures.insert("before_commit".to_owned(), json!(before));
    }
    let verb = match settings.signal {
        Signal::PassRate => "broke",
        Signal::Duration => "slowed down",
    };
    let place = match (after.map(|commit| short(commit)), before.map(|commit| short(commit))) {
        (Some(after), Some(before)) if after == before => format!("between two executions of commit {after}"),
        (Some(after), Some(before)) => format!("between commits {after} and {before}"),
        (Some(after), None) => format!("after commit {after}"),
        (None, Some(before)) => format!("up to commit {before}"),
        (None, None) => "at an unknown commit".to_owned(),
    };
    // Cut, not rounded: nothing is surer than it is.
    let percent = (probability * 100.0).clamp(0.0, 99.0).floor();
    document.insert("summary".to_owned(), json!(format!("{verb} {place}, {percent} %")));
}

fn short(commit: &str) -> &str {
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { &commit[..HASH_CHARACTERS] } else { commit }
}

/// The figures without what [`name_commits`] adds: as the history alone gives them.
#[must_use]
pub fn without_commits(figures: &Value) -> Value {
    let mut figures = figures.clone();
    if let Value::Object(figures) = &mut figures {
        figures.remove("after_commit");
        figures.remove("before_commit");
    }
    figures
}

#[cfg(test)]
mod tests {
    use proctor_core::id::Uuid;
    use proctor_core::monitors::changepoint::Changepoint;
    use proctor_core::monitors::evaluation::Thresholds;
    use proctor_core::monitors::hysteresis::EventKind;
    use proctor_core::monitors::tracker::Cause;
    use proctor_core::time::Timestamp;

    use super::*;
    use crate::documents::event_document;

    fn execution(number: u128) -> ExecutionId {
        ExecutionId::new(Uuid::from_u128(number))
    }

    fn summary(settings: Changepoint, commits: &[(u128, &str)]) -> (Value, Value) {
        let change = Change { after: Some(execution(1)), before: execution(2), probability: 0.969, level_before: 0.0, level_after: 1.0 };
        let event = Event {
            kind: EventKind::Alarm,
            at: Timestamp::from_millis(0),
            cause: Cause::Execution(execution(3)),
            score: Some(0.99),
            thresholds: Thresholds { alarm: 0.99, recover: None },
            figures: Figures::Changepoint(Some(change)),
            evidence: executions_of_change(&Event {
                kind: EventKind::Alarm,
                at: Timestamp::from_millis(0),
                cause: Cause::Clock,
                score: None,
                thresholds: Thresholds { alarm: 0.99, recover: None },
                figures: Figures::Changepoint(Some(change)),
                evidence: Vec::new(),
            }),
        };
        assert_eq!(event.evidence, [execution(1), execution(2)]);
        let commits = commits.iter().map(|(number, commit)| (execution(*number), (*commit).to_owned())).collect();
        let plain = event_document("changepoint", &event);
        let mut document = plain.clone();
        name_commits(&MonitorSettings::Changepoint(settings), &event, &commits, &mut document);
        assert_eq!(without_commits(&document["figures"]), plain["figures"]);
        (document["summary"].clone(), document["figures"]["before_commit"].clone())
    }

    #[test]
    fn a_change_is_told_by_its_commits() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(summary(Changepoint::default(), &[(1, "a"), (2, "b")]), (json!("broke between commits a and b, 96 %"), json!("b")));
        assert_eq!(summary(Changepoint::of_duration(), &[(1, "a"), (2, hash)]).0, "slowed down between commits a and 0123456789ab, 96 %");
        assert_eq!(summary(Changepoint::default(), &[(1, "a"), (2, "a")]).0, "broke between two executions of commit a, 96 %");
        assert_eq!(summary(Changepoint::default(), &[(2, "b")]).0, "broke up to commit b, 96 %");
        assert_eq!(summary(Changepoint::default(), &[]), (json!("broke at an unknown commit, 96 %"), Value::Null));
    }
}
