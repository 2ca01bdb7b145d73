//! How the tests of monitors write histories down.

use super::filter::TagFilters;
use super::hysteresis::EventKind;
use super::monitor::MonitorSettings;
use super::new_test::Origin;
use super::observation::{Observation, TextHash};
use super::replay::replay;
use super::rule::Rule;
use super::tracker::{Cause, Event};
use crate::id::{ExecutionId, RunId, Uuid};
use crate::result::TestResult;
use crate::time::Timestamp;

/// 2026-03-02, a Monday, at midnight.
pub(super) const MONDAY_MS: i64 = 1_772_409_600_000;
pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// Day 0 is Monday; the text is `hh:mm`.
pub(super) fn at(day: i64, time: &str) -> Timestamp {
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    Timestamp::from_millis(MONDAY_MS + day * DAY_MS + minutes * MINUTE_MS)
}

pub(super) fn execution(number: u64) -> ExecutionId {
    ExecutionId::new(Uuid::from_u128(u128::from(number)))
}

/// Execution `number` (from 1), ten minutes after the one before, on a commit and in a run of its own.
pub(super) fn seen(number: u64, result: TestResult) -> Observation {
    Observation {
        execution: execution(number),
        run: RunId::new(Uuid::from_u128(1 << 64 | u128::from(number))),
        result,
        commit: Some(TextHash::of(&format!("commit {number}"))),
        location: None,
        variant: None,
        duration_s: None,
        at: Timestamp::from_millis(MONDAY_MS + number.cast_signed() * 10 * MINUTE_MS),
        sequence: number,
        runner_retried: false,
    }
}

/// A history from letters: `P`assed, `F`ailed, `S`kipped, `N`ot finished, `U`nknown.
pub(super) fn history(letters: &str) -> Vec<Observation> {
    let result = |letter| match letter {
        'P' => TestResult::Passed,
        'F' => TestResult::Failed,
        'S' => TestResult::Skipped,
        'N' => TestResult::Pending,
        _ => TestResult::Unknown,
    };
    (1..).zip(letters.chars()).map(|(number, letter)| seen(number, result(letter))).collect()
}

/// A history of commits: `a1:FP b2:P` is a1 failing, then passing, then b2 passing.
pub(super) fn commits(text: &str) -> Vec<Observation> {
    let of_commits = text.split_whitespace().flat_map(|group| {
        let (commit, letters) = group.split_once(':').unwrap();
        history(letters).into_iter().map(move |seen| Observation { commit: Some(TextHash::of(commit)), ..seen })
    });
    (1..).zip(of_commits).map(|(number, one)| Observation { result: one.result, commit: one.commit, ..seen(number, one.result) }).collect()
}

pub(super) fn rule(settings: MonitorSettings) -> Rule {
    Rule::new(settings, TagFilters::on_branch("main")).unwrap()
}

/// All events of a history that ends with its last execution.
pub(super) fn events(settings: MonitorSettings, history: &[Observation]) -> Vec<Event> {
    let until = history.last().map_or(Timestamp::from_millis(0), |last| last.at);
    replay(&rule(settings), Origin::New, history, until)
}

/// The events in short: what happened, and at which execution.
pub(super) fn verdicts(settings: MonitorSettings, history: &[Observation]) -> Vec<(EventKind, u128)> {
    let short = |event: Event| match event.cause {
        Cause::Execution(id) => (event.kind, id.uuid().as_u128()),
        Cause::Clock | Cause::Expired => (event.kind, 0),
    };
    events(settings, history).into_iter().map(short).collect()
}
