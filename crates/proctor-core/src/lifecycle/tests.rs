use proptest::prelude::*;

use super::*;

const STALE_MS: i64 = 1_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn counts(results: &[TestResult]) -> ResultCounts {
    let mut counts = ResultCounts::default();
    results.iter().for_each(|result| counts.add(*result));
    counts
}

fn run_through(events: &[(i64, RunEvent)]) -> RunStatus {
    events.iter().fold(RunStatus::created(at(0)), |status, (millis, event)| status.after(*event, at(*millis), STALE_MS))
}

/// What happened when, the moment of looking, and what is seen.
type Row<'a> = (&'a [(i64, RunEvent)], i64, RunState, RunResult);

// contract: general 36-42, uploads 26, 27
#[test]
fn the_table_of_the_contract() {
    use RunEvent::{UploadAccepted, UploadFailed, UploadProcessed};
    use TestResult::{Failed, Passed, Pending, Skipped, Unknown};
    let table: &[Row<'_>] = &[
        (&[(0, UploadAccepted)], 0, RunState::Running, RunResult::Pending),
        (&[(0, UploadAccepted)], 99_999, RunState::Running, RunResult::Pending),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[Passed])))], 1, RunState::Finished, RunResult::Passed),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[Skipped])))], 1, RunState::Finished, RunResult::Passed),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[Pending, Unknown])))], 1, RunState::Finished, RunResult::Passed),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[Failed, Passed])))], 1, RunState::Finished, RunResult::Failed),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[])))], 1, RunState::Finished, RunResult::Pending),
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[])))], 1_001, RunState::Finished, RunResult::Stale),
        (&[(0, UploadAccepted), (1, UploadFailed)], 1, RunState::Finished, RunResult::Pending),
        // a late upload leaves a stale run stale until it brings results
        (&[(0, UploadAccepted), (1, UploadProcessed(counts(&[]))), (2_000, UploadAccepted)], 2_000, RunState::Running, RunResult::Stale),
        (
            &[(0, UploadAccepted), (1, UploadFailed), (2_000, UploadAccepted), (2_001, UploadProcessed(counts(&[Passed])))],
            2_001,
            RunState::Finished,
            RunResult::Passed,
        ),
        // failed is final
        (
            &[(0, UploadAccepted), (1, UploadAccepted), (2, UploadProcessed(counts(&[Failed]))), (3, UploadProcessed(counts(&[Passed])))],
            9_999,
            RunState::Finished,
            RunResult::Failed,
        ),
        // passed is known before the run is finished
        (&[(0, UploadAccepted), (1, UploadAccepted), (2, UploadProcessed(counts(&[Passed])))], 2, RunState::Running, RunResult::Passed),
    ];
    for (events, now, state, result) in table {
        assert_eq!(run_through(events).observed(at(*now), STALE_MS), (*state, *result), "after {events:?} at {now}");
    }
}

fn any_event() -> impl Strategy<Value = RunEvent> {
    prop_oneof![
        Just(RunEvent::UploadAccepted),
        Just(RunEvent::UploadFailed),
        proptest::collection::vec(0_u8..5, 0..4).prop_map(|codes| {
            let results: Vec<_> = codes.into_iter().filter_map(TestResult::from_code).collect();
            RunEvent::UploadProcessed(counts(&results))
        }),
    ]
}

proptest! {
    #[test]
    fn failed_is_never_left_and_passed_never_falls_back(events in proptest::collection::vec((0_i64..5_000, any_event()), 0..30)) {
        let mut status = RunStatus::created(at(0));
        let mut now = 0;
        for (wait, event) in events {
            now += wait;
            let before = status.observed(at(now), STALE_MS).1;
            status = status.after(event, at(now), STALE_MS);
            let after = status.observed(at(now), STALE_MS).1;
            if before == RunResult::Failed {
                prop_assert_eq!(after, RunResult::Failed);
            }
            if before == RunResult::Passed {
                prop_assert!(matches!(after, RunResult::Passed | RunResult::Failed));
            }
        }
    }

    /// Whatever the order and overlap in which uploads are accepted and end, the run comes to the same.
    #[test]
    fn order_and_overlap_do_not_matter(
        uploads in proptest::collection::vec(proptest::collection::vec(0_u8..5, 0..4), 1..8),
        order in proptest::collection::vec(any::<u16>(), 16),
    ) {
        let ends: Vec<RunEvent> = uploads
            .iter()
            .map(|codes| RunEvent::UploadProcessed(counts(&codes.iter().copied().filter_map(TestResult::from_code).collect::<Vec<_>>())))
            .collect();
        let mut one_by_one = RunStatus::created(at(0));
        for end in &ends {
            one_by_one = one_by_one.after(RunEvent::UploadAccepted, at(1), STALE_MS).after(*end, at(1), STALE_MS);
        }
        // interleaved: any order in which each upload is accepted before it ends
        let mut waiting: Vec<RunEvent> = Vec::new();
        let mut rest = ends.clone();
        let mut mixed = RunStatus::created(at(0));
        let mut choices = order.into_iter().cycle();
        while !rest.is_empty() || !waiting.is_empty() {
            let choice = usize::from(choices.next().unwrap_or(0));
            if waiting.is_empty() || (!rest.is_empty() && choice % 2 == 0) {
                waiting.push(rest.swap_remove(choice / 2 % rest.len()));
                mixed = mixed.after(RunEvent::UploadAccepted, at(1), STALE_MS);
            } else {
                let event = waiting.swap_remove(choice / 2 % waiting.len());
                mixed = mixed.after(event, at(1), STALE_MS);
            }
        }
        prop_assert_eq!(one_by_one, mixed);
    }
}
