use super::*;
use crate::execution::ExecutionFlags;
use crate::id::{UploadId, Uuid};
use crate::monitors::filter::TagFilters;
use crate::monitors::history::{Context, DerivedTags, HistoryUpload, Incidental};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::passed_on_retry::PassedOnRetry;
use crate::result::TestResult;
use crate::run_env::{RunEnv, RunEnvEntry};
use crate::tags::TagSet;

const DAY_MS: i64 = 86_400_000;

fn weeks() -> Weeks {
    let day = |day: i64| Timestamp::from_millis(day * DAY_MS);
    Weeks { before: day(0), from: day(7), to: day(14) }
}

fn rule() -> Rule {
    Rule::new(MonitorSettings::PassedOnRetry(PassedOnRetry::of_new_suite()), TagFilters::on_branch("main")).unwrap()
}

/// Executions, one a word: the day, the branch (`m`ain or another), the test, the commit, and `P`assed or `F`ailed: `8:m:1:c1:F`.
fn history(words: &str) -> History {
    let mut history = History::default();
    for (seq, word) in (1_u64..).zip(words.split_whitespace()) {
        let [day, branch, test, commit, result] = word.split(':').collect::<Vec<_>>()[..] else { panic!("{word}") };
        let entry = |key: &str, text: &str| RunEnvEntry { key: key.to_owned(), text: text.to_owned(), json: String::new() };
        let branch = if branch == "m" { "main" } else { branch };
        let env = RunEnv::new([entry("branch", branch), entry("commit_sha", commit)]);
        let at = Timestamp::from_millis(day.parse::<i64>().unwrap() * DAY_MS + i64::try_from(seq).unwrap());
        let id = Uuid::from_u128(u128::from(seq) << 32);
        history.uploads.push(HistoryUpload { seq, id: UploadId::new(id), run: RunId::new(id), at, incident: Incidental::No });
        history.contexts.push(Context::new(&DerivedTags::of(&env, None, None), &TagSet::default()));
        history.rows.push(HistoryRow {
            ordinal: test.parse().unwrap(),
            upload: u32::try_from(seq).unwrap() - 1,
            index: 0,
            context: u32::try_from(seq).unwrap() - 1,
            location: 0,
            result: if result == "P" { TestResult::Passed } else { TestResult::Failed },
            flags: ExecutionFlags::default(),
            duration_s: 2.0,
        });
    }
    history.sort();
    history
}

fn week(words: &str, wanted: &[u32]) -> FlakyWeek {
    let mut tally = Tally::new(weeks());
    tally.take(&rule(), &history(words));
    tally.week(|ordinal| wanted.is_empty() || wanted.contains(&ordinal))
}

/// Ordinals and their flaky commits.
fn flaky(week: &FlakyWeek) -> Vec<(u32, u32)> {
    week.tests.iter().map(|test| (test.ordinal, test.commits)).collect()
}

#[test]
fn commits_with_a_pass_and_a_fail_count_where_the_pair_is_complete() {
    // Test 1 twice; 2 on two commits, so never; 3 on another branch; 4 a week earlier; 5 with its pass in the week only; 6 after it.
    let words = "8:m:1:a:F 8:m:1:a:P 9:m:1:b:P 9:m:1:b:F 8:m:2:a:F 9:m:2:b:P 8:x:3:a:F 8:x:3:a:P \
                 3:m:4:z:F 3:m:4:z:P 6:m:5:y:F 7:m:5:y:P 14:m:6:a:F 14:m:6:a:P 13:m:6:q:F";
    let found = week(words, &[]);
    assert_eq!(flaky(&found), [(1, 2), (5, 1)]);
    assert_eq!((found.new, found.recovered), (2, 1));
    assert_eq!(found.tests[0].now, Counts { passed: 2, failed: 2 });
    assert_eq!(found.tests[0].now.reliability(), Some(0.5));
    assert_eq!((found.tests[0].before.reliability(), found.tests[0].failed_time_s.to_bits()), (None, 4.0_f64.to_bits()));
    assert_eq!((found.tests[1].before, found.tests[1].now), (Counts { passed: 0, failed: 1 }, Counts { passed: 1, failed: 0 }));
}

#[test]
fn a_commit_that_fails_again_was_flaky_before_too() {
    let found = week("3:m:1:a:F 3:m:1:a:P 8:m:1:a:F", &[]);
    assert_eq!((flaky(&found), found.new, found.recovered), (vec![(1, 1)], 0, 0));
    assert_eq!(found.tests[0].first_at, Timestamp::from_millis(3 * DAY_MS + 2));
}

#[test]
fn runs_count_when_only_flaky_tests_of_the_list_failed_in_them() {
    // A run an execution here: those of test 1 count, that of 2 does not.
    let words = "8:m:1:a:F 8:m:1:a:P 9:m:1:b:F 9:m:2:a:F";
    assert_eq!(week(words, &[]).runs_failed_by_flaky, 2);
    assert_eq!(week(words, &[2]), FlakyWeek::default(), "other tests are not told of");
    let mut found = HashSet::new();
    failing_tests(&rule(), weeks(), &history("8:m:1:a:F 9:m:2:a:P 20:m:3:a:F 8:x:4:a:F"), &mut found);
    assert_eq!(found, HashSet::from([1]));
}

#[test]
fn the_most_flaky_come_first() {
    let test = |commits, failed, failed_time_s| FlakyTest {
        ordinal: 0,
        commits,
        now: Counts { passed: 1, failed },
        before: Counts::default(),
        failed_time_s,
        first_at: Timestamp::from_millis(0),
    };
    let mut list = [(test(1, 5, 1.0), "b"), (test(1, 5, 1.0), "a"), (test(1, 5, 2.0), "c"), (test(1, 6, 0.0), "d"), (test(2, 1, 0.0), "e")];
    list.sort_by(|one, other| FlakyTest::order((&one.0, one.1), (&other.0, other.1)));
    assert_eq!(list.iter().map(|(_, name)| *name).collect::<String>(), "edcab");
}
