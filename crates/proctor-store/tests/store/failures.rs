use proctor_core::execution::Execution;
use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::fingerprint::fingerprint_of;
use proctor_core::id::{RunId, SuiteId};
use proctor_core::result::TestResult::{Failed, Passed, Skipped};
use proctor_core::retention::{Keep, Retention};
use proctor_core::run::RunDetails;
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::Store;
use proctor_store::catalog::failures::{BranchRun, FailureGroup};
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::catalog::uploads::{Completed, CompletedUpload};
use proctor_store::executions::{FAILURE_GROUPS_PER_UPLOAD_MAX, Segment};

use crate::engines::{at, on_both, on_sqlite};
use crate::fixtures::{execution, results, segment, suite, upload};

const DAY_MS: i64 = 86_400_000;

/// A segment with one failure of one test for each reason.
fn failures(suite: SuiteId, reasons: &[&str]) -> Segment {
    let failed = |(index, reason): (u32, &&str)| Execution {
        failure_reason: Some((*reason).to_owned().into()),
        ..execution(index, "s", ["a", "b", "c", "d"][index as usize % 4], Failed)
    };
    let executions: Vec<_> = (0..).zip(reasons).map(failed).collect();
    segment(suite, &executions)
}

async fn store_it(store: &Store, upload: CompletedUpload) -> RunId {
    match store.complete_upload(upload).await.unwrap() {
        Completed::Stored { run_id } | Completed::Identical { run_id, .. } => run_id,
    }
}

async fn group(store: &Store, suite: SuiteId, reason: &str) -> Option<FailureGroup> {
    let mut groups = store.failure_groups(suite, &[fingerprint_of(Some(reason), &[]).id]).await.unwrap();
    assert!(groups.len() <= 1);
    groups.pop()
}

#[tokio::test]
async fn a_group_grows_with_every_upload_that_has_it() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let first = upload(suite, "one", at(10), failures(suite, &["timed out after 31 ms", "timed out after 9 ms", "no such file"]));
        let first_run = store_it(&store, first).await;
        let second_run = store_it(&store, upload(suite, "two", at(20), failures(suite, &["timed out after 8000 ms"]))).await;
        store_it(&store, upload(suite, "three", at(30), results(suite, &[Passed, Skipped]))).await;
        assert_eq!(place.rows("failure_groups").await, 2);
        let timeout = group(&store, suite, "timed out after 1 ms").await.unwrap();
        assert_eq!((timeout.title.as_str(), timeout.sample.as_str()), ("timed out after <duration>", "timed out after 31 ms"));
        assert_eq!((timeout.executions, timeout.first_seen_at, timeout.last_seen_at), (3, at(10), at(20)));
        assert_eq!((timeout.first_run_id, timeout.last_run_id), (first_run, second_run));
        // imported history comes later and is older
        let imported = store_it(&store, upload(suite, "old", at(-DAY_MS), failures(suite, &["timed out after 2 ms"]))).await;
        let timeout = group(&store, suite, "timed out after 1 ms").await.unwrap();
        assert_eq!((timeout.executions, timeout.first_seen_at, timeout.last_seen_at), (4, at(-DAY_MS), at(20)));
        assert_eq!((timeout.first_run_id, timeout.last_run_id), (imported, second_run));
        assert_eq!(group(&store, suite, "never happened").await, None);
        // what has not been seen since is forgotten
        assert_eq!(store.forget_failures(suite, at(10)).await.unwrap(), 0);
        assert_eq!(store.forget_failures(suite, at(11)).await.unwrap(), 1);
        assert_eq!(group(&store, suite, "no such file").await, None);
        assert!(group(&store, suite, "timed out after 1 ms").await.is_some());
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn retention_forgets_groups_when_executions_and_aggregates_of_their_days_are_over() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        for (key, days, reason) in [("one", 9, "boom"), ("two", 4, "bang"), ("three", 4, "boom"), ("four", 9, "no such file")] {
            store_it(&store, upload(web.id, key, at(-days * DAY_MS), failures(web.id, &[reason]))).await;
        }
        for (aggregates, left) in [(Keep::Forever, 3), (Keep::Days(30), 3), (Keep::Days(6), 2), (Keep::Days(2), 0)] {
            let settings = SuiteSettings { retention: Retention { executions: Keep::Days(2), aggregates }, ..web.settings.clone() };
            store.update_suite(organization.id, web.id, settings).await.unwrap();
            let before = place.rows("failure_groups").await;
            let report = store.apply_retention(at(0)).await.unwrap();
            assert_eq!(place.rows("failure_groups").await, left, "{aggregates:?}");
            assert_eq!(report.failure_groups_forgotten, (before - left).unsigned_abs(), "{aggregates:?}");
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_that_share_a_commit_add_up() {
    on_both(async |place| {
        let (one, two) = (place.open().await, place.open().await);
        let suite = suite(&one).await.1.id;
        let uploads = (0..40).map(|number| {
            let upload = upload(suite, &format!("k{number}"), at(number), failures(suite, &["boom", "bang", "boom"]));
            if number % 2 == 0 { one.complete_upload(upload) } else { two.complete_upload(upload) }
        });
        for stored in futures_util::future::join_all(uploads).await {
            stored.unwrap();
        }
        let boom = group(&one, suite, "boom").await.unwrap();
        assert_eq!((boom.executions, boom.first_seen_at, boom.last_seen_at), (80, at(0), at(39)));
        assert_eq!(group(&one, suite, "bang").await.unwrap().executions, 40);
        one.close().await;
        two.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_again_are_no_new_failures() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let mut first = upload(suite, "k", at(1), failures(suite, &["boom"]));
        first.identical = IdenticalUploads::Always;
        let mut again = upload(suite, "k", at(2), failures(suite, &["boom"]));
        (again.identical, again.digest) = (IdenticalUploads::Always, first.digest);
        store_it(&store, first).await;
        store_it(&store, again).await;
        let boom = group(&store, suite, "boom").await.unwrap();
        assert_eq!((boom.executions, boom.last_seen_at), (1, at(1)));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn groups_belong_to_their_suite_and_go_with_it() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, one) = suite(&store).await;
        let other = store.create_suite(organization.id, SuiteSettings::named("Other"), "token-of-other", at(0)).await.unwrap();
        for suite in [one.id, other.id] {
            store_it(&store, upload(suite, "k", at(1), failures(suite, &["boom"]))).await;
        }
        store.delete_suite(organization.id, one.id).await.unwrap();
        assert_eq!(place.rows("failure_groups").await, 1);
        assert_eq!(group(&store, one.id, "boom").await, None);
        assert_eq!(group(&store, other.id, "boom").await.unwrap().executions, 1);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn one_upload_is_remembered_with_so_many_groups() {
    on_sqlite(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        // words, not numbers: numbers are blanked
        let word = |number: usize| -> String {
            let letters = [number / 676, number / 26 % 26, number % 26];
            letters.iter().map(|letter| char::from(b'g' + u8::try_from(*letter % 20).unwrap())).collect()
        };
        let reasons: std::collections::BTreeSet<String> = (0..2_000).map(|number| format!("no {} there", word(number))).collect();
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        assert!(reasons.len() > FAILURE_GROUPS_PER_UPLOAD_MAX);
        // the first one again, behind all others
        let reasons = [&reasons[..], &reasons[..1]].concat();
        store_it(&store, upload(suite, "k", at(1), failures(suite, &reasons))).await;
        assert_eq!(place.rows("failure_groups").await, i64::try_from(FAILURE_GROUPS_PER_UPLOAD_MAX).unwrap());
        assert_eq!(group(&store, suite, reasons[0]).await.unwrap().executions, 2);
        store.close().await;
    })
    .await;
}

fn on_branch(
    suite: SuiteId,
    key: &str,
    branch: Option<&str>,
    received_at: Timestamp,
    results_of: &[proctor_core::result::TestResult],
) -> CompletedUpload {
    let mut upload = upload(suite, key, received_at, results(suite, results_of));
    upload.run = RunDetails { branch: branch.map(str::to_owned), ..RunDetails::default() };
    upload
}

#[tokio::test]
async fn runs_are_found_by_branch_and_counted_by_day() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let midnight = Timestamp::from_millis(at(0).millis().div_euclid(DAY_MS) * DAY_MS);
        let mut runs = Vec::new();
        let stories = [(0, Some("main"), Passed), (1, Some("dev"), Failed), (DAY_MS - 1, Some("main"), Failed), (DAY_MS, None, Failed)];
        for (number, (millis, branch, result)) in stories.into_iter().enumerate() {
            let upload = on_branch(suite, &format!("k{number}"), branch, midnight.plus_millis(millis), &[result]);
            runs.push(store_it(&store, upload).await);
        }
        let window = |from, until| Window { from: midnight.plus_millis(from), until: midnight.plus_millis(until) };
        let whole = window(0, 2 * DAY_MS);
        let run = |number: usize, millis| BranchRun { id: runs[number], created_at: midnight.plus_millis(millis) };
        assert_eq!(store.runs_on_branch(suite, "main", whole, 9).await.unwrap(), [run(2, DAY_MS - 1), run(0, 0)]);
        assert_eq!(store.runs_on_branch(suite, "main", whole, 1).await.unwrap(), [run(2, DAY_MS - 1)]);
        assert_eq!(store.runs_on_branch(suite, "main", window(0, DAY_MS - 1), 9).await.unwrap(), [run(0, 0)]);
        assert_eq!(store.window_of_run(suite, runs[1]).await.unwrap(), Some(window(1, 2)));
        store_it(&store, on_branch(suite, "k1", None, midnight.plus_millis(DAY_MS + 7), &[Passed])).await;
        assert_eq!(store.window_of_run(suite, runs[1]).await.unwrap(), Some(window(1, DAY_MS + 8)));
        assert_eq!(store.window_of_run(suite, RunId::new(uuid::Uuid::nil())).await.unwrap(), None);
        let days = store.runs_by_day(suite, whole, None).await.unwrap();
        let expected = [(midnight, RunsOfDay { runs: 3, failed: 2 }), (midnight.plus_millis(DAY_MS), RunsOfDay { runs: 1, failed: 1 })];
        assert_eq!(days.into_iter().collect::<Vec<_>>(), expected);
        let query = FilterQuery { branch: Some("!dev"), ..FilterQuery::default() };
        let filters = TestFilters::parse(&query, ListKind::Suite).unwrap();
        let days = store.runs_by_day(suite, window(0, DAY_MS), filters.branch.as_ref()).await.unwrap();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [(midnight, RunsOfDay { runs: 2, failed: 1 })]);
        store.close().await;
    })
    .await;
}
