use super::*;
use crate::execution::ExecutionFlags;
use crate::id::{UploadId, Uuid};
use crate::monitors::filter::TagFilters;
use crate::monitors::history::{Context, DerivedTags, HistoryUpload, Incidental};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::testing::MONDAY_MS;
use crate::run_env::RunEnv;
use crate::tags::TagSet;

const HOUR_MS: i64 = 3_600_000;

fn run(number: usize) -> RunId {
    RunId::new(Uuid::from_u128(number as u128))
}

/// One run an hour, each on a commit of its own. A run is a list of executions of tests 0, 1, ..: `F`, `P`, `-` for none; several letters
/// are attempts.
fn history(runs: &[&[&str]]) -> (History, RunTimes) {
    let mut history = History::default();
    let mut times = RunTimes::new();
    for (number, tests) in (0_u32..).zip(runs) {
        let at = Timestamp::from_millis(MONDAY_MS + i64::from(number) * HOUR_MS);
        let run = run(number as usize);
        times.insert(run, at);
        let id = UploadId::new(Uuid::from_u128(u128::from(number + 1) << 32));
        history.uploads.push(HistoryUpload { seq: u64::from(number), id, run, at, incident: Incidental::No });
        let derived = DerivedTags::of(&RunEnv::default(), Some("main"), Some(&format!("c{number}")));
        history.contexts.push(Context::new(&derived, &TagSet::default()));
        let letters = (0..)
            .zip(*tests)
            .flat_map(|(ordinal, letters)| letters.chars().filter(|letter| *letter != '-').map(move |letter| (ordinal, letter)));
        for (index, (ordinal, letter)) in (0..).zip(letters) {
            let result = if letter == 'F' { TestResult::Failed } else { TestResult::Passed };
            let flags = ExecutionFlags::default();
            history.rows.push(HistoryRow { ordinal, upload: number, index, context: number, location: 0, result, flags, duration_s: 0.1 });
        }
    }
    history.sort();
    (history, times)
}

fn rule() -> Rule {
    Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::on_branch("main")).unwrap()
}

fn account(runs: &[&[&str]], parts: u32) -> Account {
    let (history, times) = history(runs);
    let (rule, times) = (Arc::new(rule()), Arc::new(times));
    let mut whole = Account::default();
    for part in 0..parts {
        let mut backtest = Backtest::new(Arc::clone(&rule), Arc::clone(&times), part, parts);
        backtest.take(&history, &|_| Origin::Known);
        whole.merge(backtest.finish(Timestamp::from_millis(MONDAY_MS + 100 * HOUR_MS)));
    }
    whole
}

#[test]
fn runs_are_saved_when_all_failures_are_of_alarmed_tests() {
    // Test 0 turns out flaky in run 1; run 2 fails by it alone, run 3 by test 1 too.
    let account = account(&[&["P", "P"], &["FP", "P"], &["FP", "P"], &["FP", "F"], &["P", "P"]], 1);
    assert_eq!((account.executions, account.alarms, account.recoveries), (13, 1, 0));
    assert_eq!(account.failed_runs.len(), 3);
    assert_eq!(account.failed_runs[&run(1)], Cover::Gap, "the alarm came with this run, not before it");
    assert_eq!(account.failed_runs[&run(2)], Cover::Full);
    assert_eq!(account.failed_runs[&run(3)], Cover::Gap);
    assert_eq!(account.runs_saved(), 1);
    assert_eq!(account.flagged[&0].phase, Phase::Alarmed);
    assert_eq!(account.alarmed_ms, 99 * HOUR_MS);
    assert!(!account.flagged.contains_key(&1));
}

#[test]
fn a_regression_is_hidden_only_on_an_alarmed_test_and_counts_once() {
    let hidden = |runs: &[&[&str]]| account(runs, 1).regressions_hidden;
    assert_eq!(hidden(&[&["FP"], &["F"], &["F"], &["F"], &["P"]]), 1);
    assert_eq!(hidden(&[&["FP"], &["F"], &["P"], &["F"], &["P"]]), 0, "single red commits are what flaky tests do");
    assert_eq!(hidden(&[&["P"], &["F"], &["F"], &["F"], &["P"]]), 0, "nobody muted it");
    assert_eq!(hidden(&[&["FP"], &["FF"], &["F"], &["P"], &["F"], &["F"], &["P"]]), 2);
}

proptest::proptest! {
    #[test]
    fn parts_add_up_to_the_whole(letters in proptest::collection::vec(proptest::collection::vec("[FP]{0,3}", 5), 1..25), parts in 2..4_u32) {
        let runs: Vec<Vec<&str>> = letters.iter().map(|tests| tests.iter().map(String::as_str).collect()).collect();
        let runs: Vec<&[&str]> = runs.iter().map(Vec::as_slice).collect();
        let whole = account(&runs, 1);
        proptest::prop_assert!(whole.alarms - whole.recoveries <= whole.flagged.len() as u64, "no alarm twice without a recovery");
        proptest::prop_assert_eq!(account(&runs, parts), whole);
    }
}
