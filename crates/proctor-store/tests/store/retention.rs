//! Retention: whole days go, their aggregates stay, receipts and counts stay.

use proctor_core::day::Day;
use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::result::TestResult::{Failed, Passed, Skipped};
use proctor_core::retention::{Keep, Retention};
use proctor_core::run::RunDetails;
use proctor_core::suite::SuiteSettings;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::catalog::stored_days::StoredDay;
use proctor_store::catalog::uploads::{Completed, UploadStatus};
use proctor_store::queries::{GroupBy, HistoryPoint, Percentiles, Selected};
use proctor_store::retention::RetentionReport;
use proctor_store::{PageRequest, Store, Sweep};

use crate::engines::{Place, at, on_both};
use crate::fixtures::{results, suite, upload};

const DAY_MS: i64 = 86_400_000;
/// When everything that waits is compacted.
const MUCH_LATER_MS: i64 = DAY_MS;
const ALL: PageRequest = PageRequest { offset: 0, limit: 100 };

/// The time of day of [`at`], so many days before it.
fn days_ago(days: i64) -> Timestamp {
    at(-days * DAY_MS)
}

async fn keep(store: &Store, executions: Keep, aggregates: Keep) -> proctor_core::id::SuiteId {
    let (organization, web) = suite(store).await;
    let settings = SuiteSettings { retention: Retention { executions, aggregates }, ..web.settings };
    store.update_suite(organization.id, web.id, settings).await.unwrap();
    web.id
}

/// Where executions are when retention comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Segments,
    DayFiles,
    /// The first half is compacted.
    Both,
}

#[tokio::test]
async fn old_days_become_aggregates_and_what_is_younger_stays() {
    for layout in [Layout::Segments, Layout::DayFiles, Layout::Both] {
        on_both(async |place| old_days_go(place, layout).await).await;
    }
}

async fn old_days_go(place: &Place, layout: Layout) {
    let store = place.try_open(Sweep::DeadUploads).await.unwrap();
    let suite = keep(&store, Keep::Days(2), Keep::Days(10)).await;
    let mut runs = Vec::new();
    for (key, days, branch) in [("a", 5, Some("main")), ("b", 5, Some("dev")), ("c", 3, None), ("d", 2, Some("main")), ("e", 0, None)] {
        let mut upload = upload(suite, key, days_ago(days), results(suite, &[Passed, Failed, Skipped]));
        upload.run = RunDetails { branch: branch.map(str::to_owned), ..RunDetails::default() };
        let id = upload.upload_id;
        let Completed::Stored { run_id } = store.complete_upload(upload).await.unwrap() else { panic!("stored before") };
        runs.push((run_id, id));
        if layout == Layout::Both && runs.len() == 1 {
            store.compact(at(MUCH_LATER_MS)).await.unwrap();
        }
    }
    if layout == Layout::DayFiles {
        store.compact(at(MUCH_LATER_MS)).await.unwrap();
        assert_eq!(place.rows("segments").await, 0);
    }
    let report = store.apply_retention(at(0)).await.unwrap();
    let expected = RetentionReport { executions_deleted: 9, executions_aggregated: 9, ..RetentionReport::default() };
    assert_eq!(report, expected);
    // A day that is in part within the period stays.
    let (segments, files) = (place.rows("segments").await, place.rows("day_files").await);
    assert_eq!((segments, files), if layout == Layout::DayFiles { (0, 2) } else { (2, 0) });
    assert_eq!(place.files_on_disk(), files.unsigned_abs());
    for (number, (run, upload)) in runs.iter().enumerate() {
        let is_gone = number < 3;
        let failures = store.executions_of_run(suite, *run, Some(Failed), ALL).await.unwrap();
        assert_eq!((failures.total, failures.items.len()), if is_gone { (0, 0) } else { (1, 1) });
        assert_eq!(store.executions_of_upload(suite, *upload).await.unwrap().len(), if is_gone { 0 } else { 3 });
        // counts and receipts are not deleted, and `failed` is for ever
        assert_eq!(store.run(suite, *run).await.unwrap().unwrap().counts.total(), 3);
        assert_eq!(store.upload(suite, *upload).await.unwrap().unwrap().status, UploadStatus::Succeeded);
    }
    let stored = store.stored_days(suite).await.unwrap();
    let today = Day::of(at(0));
    let seen: Vec<_> = stored.iter().map(|day| (today.number() - day.day.number(), day.executions, day.aggregated)).collect();
    assert_eq!(seen, [(5, 0, 6), (3, 0, 3), (2, 3, 0), (0, 3, 0)]);
    let is_sound =
        |day: &StoredDay| (day.aggregate_bytes > 0) == (day.aggregated > 0) && (day.segments + day.files > 0) == (day.executions > 0);
    assert!(stored.iter().all(is_sound), "{stored:?}");
    assert_eq!(store.apply_retention(at(0)).await.unwrap(), RetentionReport::default(), "nothing is due twice");
    store.close().await;
}

#[tokio::test]
async fn late_history_is_aggregated_too_and_aggregates_end() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = keep(&store, Keep::Days(2), Keep::Days(10)).await;
        for (key, results_of) in [("a", [Passed, Failed].as_slice()), ("b", &[Passed, Passed, Passed])] {
            store.complete_upload(upload(suite, key, days_ago(5), results(suite, results_of))).await.unwrap();
            store.apply_retention(at(0)).await.unwrap();
        }
        let stored = store.stored_days(suite).await.unwrap();
        assert_eq!(stored.iter().map(|day| (day.executions, day.aggregated)).collect::<Vec<_>>(), [(0, 5)]);
        assert_eq!(place.rows("day_aggregates").await, 2);
        // five days on: ten days are whole, on the sixth they are over
        assert_eq!(store.apply_retention(days_ago(-5)).await.unwrap(), RetentionReport::default());
        let report = store.apply_retention(days_ago(-6)).await.unwrap();
        let expected = RetentionReport { aggregate_days_deleted: 1, failure_groups_forgotten: 1, ..RetentionReport::default() };
        assert_eq!(report, expected, "and when its failure was seen");
        assert_eq!(store.stored_days(suite).await.unwrap(), []);
        // what comes for a day that is past both periods is not aggregated first
        store.complete_upload(upload(suite, "c", days_ago(20), results(suite, &[Passed]))).await.unwrap();
        let report = store.apply_retention(at(0)).await.unwrap();
        assert_eq!(report, RetentionReport { executions_deleted: 1, ..RetentionReport::default() });
        assert_eq!((place.rows("segments").await, place.rows("day_aggregates").await), (0, 0));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn suites_that_keep_everything_are_left_alone_and_deleted_ones_leave_nothing() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        store.complete_upload(upload(web.id, "a", days_ago(4_000), results(web.id, &[Passed]))).await.unwrap();
        assert_eq!(store.apply_retention(at(0)).await.unwrap(), RetentionReport::default());
        let retention = Retention { executions: Keep::Days(1), aggregates: Keep::Forever };
        store.update_suite(organization.id, web.id, SuiteSettings { retention, ..web.settings }).await.unwrap();
        assert_eq!(store.apply_retention(at(0)).await.unwrap().executions_aggregated, 1);
        store.delete_suite(organization.id, web.id).await.unwrap();
        assert_eq!(place.rows("day_aggregates").await, 0);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_compaction_and_retention_at_once_lose_and_double_nothing() {
    const UPLOADS: u64 = 40;
    on_both(async |place| {
        let store = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = keep(&store, Keep::Days(2), Keep::Forever).await;
        let (done, is_done) = tokio::sync::watch::channel(());
        let uploads = async {
            for number in 0..UPLOADS {
                let at = days_ago(4 + i64::try_from(number % 3).unwrap());
                store.complete_upload(upload(suite, &format!("k{number}"), at, results(suite, &[Passed, Failed]))).await.unwrap();
            }
            drop(done);
        };
        let compactions = async {
            while is_done.has_changed().is_ok() {
                store.compact(at(MUCH_LATER_MS)).await.unwrap();
            }
        };
        let retention = async {
            let mut deleted = 0;
            while is_done.has_changed().is_ok() {
                deleted += store.apply_retention(at(0)).await.unwrap().executions_deleted;
            }
            deleted
        };
        let (_, _, deleted) = tokio::join!(uploads, compactions, retention);
        let last = store.apply_retention(at(0)).await.unwrap();
        assert_eq!(deleted + last.executions_deleted, 2 * UPLOADS);
        let stored = store.stored_days(suite).await.unwrap();
        assert_eq!(
            stored.iter().map(|day| (day.executions, day.aggregated)).fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1)),
            (0, 2 * UPLOADS)
        );
        assert_eq!((place.rows("segments").await, place.rows("day_files").await, place.files_on_disk()), (0, 0, 0));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn histories_go_on_where_executions_are_gone() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = keep(&store, Keep::Days(2), Keep::Forever).await;
        for (number, branch) in (0..6).zip([Some("main"), Some("dev"), None].into_iter().cycle()) {
            let mut upload = upload(suite, &format!("k{number}"), days_ago(number), results(suite, &[Passed, Failed, Passed]));
            upload.run = RunDetails { branch: branch.map(str::to_owned), ..RunDetails::default() };
            store.complete_upload(upload).await.unwrap();
        }
        let window = Window { from: days_ago(4), until: at(1) };
        let on_main = FilterQuery { branch: Some("main"), ..FilterQuery::default() };
        let on_main = TestFilters::parse(&on_main, ListKind::Suite).unwrap();
        let with_result = FilterQuery { tags: Some("result:failed".into()), ..FilterQuery::default() };
        let with_result = TestFilters::parse(&with_result, ListKind::Suite).unwrap();
        let all = TestFilters::default();
        let ask = async |filters: &TestFilters| {
            let selected = Selected { window, filters, runs: None };
            let suite_points = store.history_of_suite(suite, selected, &GroupBy::Nothing).await.unwrap();
            (suite_points, store.history_of_test(suite, 1, selected, &GroupBy::Nothing).await.unwrap())
        };
        let (before, main_before, failed_before) = (ask(&all).await, ask(&on_main).await, ask(&with_result).await);
        assert_eq!((before.0.len(), main_before.0.len(), failed_before.0.len()), (5, 2, 5));
        assert_eq!(store.apply_retention(at(0)).await.unwrap().executions_aggregated, 9);
        let (after, main_after, failed_after) = (ask(&all).await, ask(&on_main).await, ask(&with_result).await);
        // The day that the window cuts cannot be told from its rest; the others are what they were, but for percentiles.
        let is_whole = |point: &&HistoryPoint| point.day >= window.from;
        for (before, after) in [(&before.0, &after.0), (&before.1, &after.1), (&main_before.0, &main_after.0)] {
            let expected: Vec<_> = before.iter().filter(is_whole).map(|point| (point.day, point.metrics)).collect();
            assert_eq!(after.iter().map(|point| (point.day, point.metrics)).collect::<Vec<_>>(), expected);
            let is_kept = |point: &HistoryPoint| point.day >= Day::of(days_ago(2)).start();
            assert!(after.iter().all(|point| is_kept(point) || point.percentiles == Percentiles::default()));
        }
        assert_eq!(after.0.len(), 4);
        // Aggregates do not know which executions failed how.
        assert_eq!(failed_after.0.len(), 3);
        store.close().await;
    })
    .await;
}
