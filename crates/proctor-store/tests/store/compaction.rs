//! Segments become day files, and nobody notices.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::result::TestResult::{self, Failed, Passed, Skipped};
use proctor_core::time::Timestamp;
use proctor_store::catalog::evaluations::{Committed, Evaluation};
use proctor_store::catalog::uploads::{Completed, CompletedUpload};
use proctor_store::compaction::Stage;
use proctor_store::executions::SegmentBuilder;
use proctor_store::{CompactionOptions, Database, PageRequest, Store, StoreError, Sweep};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::any_execution::{any_tag_sets, any_upload};
use crate::engines::{Place, at, on_both, on_sqlite};
use crate::fixtures::{results, suite, upload};

const DAY_MS: i64 = 86_400_000;
const PAGE: PageRequest = PageRequest { offset: 0, limit: 1_000 };

/// Late enough that everything is compacted, and each day is one file.
fn late() -> Timestamp {
    at(30 * DAY_MS)
}

fn day_of(received_at: Timestamp) -> i64 {
    received_at.millis().div_euclid(DAY_MS)
}

async fn store(store: &Store, upload: CompletedUpload) -> RunId {
    let Completed::Stored { run_id } = store.complete_upload(upload).await.unwrap() else { panic!("stored") };
    run_id
}

/// Everything that can be read of these uploads and runs, as text: NaN is not itself.
async fn everything(store: &Store, suite: SuiteId, uploads: &[UploadId], runs: &BTreeSet<RunId>) -> String {
    let mut text = String::new();
    for upload in uploads {
        text += &format!("{:?}\n", store.executions_of_upload(suite, *upload).await.unwrap());
    }
    for run in runs {
        for result in [None, Some(Failed), Some(Skipped)] {
            text += &format!("{:?}\n", store.executions_of_run(suite, *run, result, PAGE).await.unwrap());
        }
        let page = PageRequest { offset: 1, limit: 3 };
        text += &format!("{:?}\n", store.executions_of_run(suite, *run, Some(Passed), page).await.unwrap());
    }
    text
}

/// The files below the folder of day files, and how many the catalog names.
async fn files(place: &Place) -> (Vec<PathBuf>, i64) {
    let named = place.rows("day_files").await;
    let Database::Sqlite(database) = &place.database else { return (Vec::new(), named) };
    let root = database.parent().unwrap().join("executions");
    let below = |folder: PathBuf| {
        std::fs::read_dir(folder).map_or_else(|_| Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect())
    };
    (below(root).into_iter().flat_map(below).collect(), named)
}

/// On disk, or in the database, is what the catalog names and nothing else.
pub(crate) async fn assert_tidy(place: &Place) {
    let (found, named) = files(place).await;
    if place.is_sqlite() {
        assert_eq!(found.len() as i64, named, "{found:?}");
        assert!(found.iter().all(|path| path.extension().unwrap() == "parquet"), "{found:?}");
    } else {
        assert_eq!(place.number("SELECT COUNT(DISTINCT file_id) FROM day_file_parts").await, named);
        assert_eq!(place.rows("compactions").await, 0);
    }
}

async fn storage(store: &Store, suite: SuiteId) -> (u64, u64, u64) {
    let days = store.storage_by_day(suite).await.unwrap();
    (days.iter().map(|day| day.executions).sum(), days.iter().map(|day| day.files).sum(), days.iter().map(|day| day.segments).sum())
}

#[tokio::test]
async fn what_is_compacted_reads_as_before() {
    on_both(async |place| {
        let mut options = place.options(Sweep::DeadUploads);
        // several rewrites a day
        options.compaction.memory_bytes_max = 1;
        options.compaction.rows_min = 20;
        let server = Store::open(options, at(0)).await.unwrap();
        let suite = suite(&server).await.1.id;
        let mut runner = TestRunner::deterministic();
        let (mut uploads, mut runs, mut executions) = (Vec::new(), BTreeSet::new(), 0);
        for case in 0..40 {
            let rows = any_upload().new_tree(&mut runner).unwrap().current();
            let tag_sets = any_tag_sets().new_tree(&mut runner).unwrap().current();
            let mut builder = SegmentBuilder::new(suite);
            rows.iter().for_each(|execution| builder.push(execution));
            // three days, none of them in order
            let received_at = at((case * 7 % 3) * DAY_MS + case);
            let mut upload = upload(suite, &format!("k{}", case % 5), received_at, builder.finish(&tag_sets).unwrap());
            upload.run.branch = (case % 3 != 0).then(|| format!("b{}", case % 4));
            executions += rows.len() as u64;
            uploads.push(upload.upload_id);
            runs.insert(store(&server, upload).await);
            if case % 8 == 7 {
                let before = everything(&server, suite, &uploads, &runs).await;
                let report = server.compact(at(2 * DAY_MS)).await.unwrap();
                assert!(report.files_written > 0 && report.superseded == 0);
                assert_eq!(everything(&server, suite, &uploads, &runs).await, before);
                assert_eq!(storage(&server, suite).await.0, executions);
                assert_tidy(place).await;
            }
        }
        let before = everything(&server, suite, &uploads, &runs).await;
        server.compact(late()).await.unwrap();
        // written by the clock of the compaction: a while later each day becomes one file
        server.compact(late().plus_millis(3_600_000)).await.unwrap();
        assert_eq!(storage(&server, suite).await, (executions, 3, 0));
        assert_eq!(place.rows("segments").await, 0);
        assert_eq!(server.compact(late().plus_millis(2 * 3_600_000)).await.unwrap(), Default::default());
        assert_eq!(everything(&server, suite, &uploads, &runs).await, before);
        server.close().await;
        // also by a process that has none of the files open
        let cli = place.open().await;
        assert_eq!(everything(&cli, suite, &uploads, &runs).await, before);
        if place.is_sqlite() {
            assert!(matches!(cli.compact(late()).await, Err(StoreError::Unavailable(_))));
        }
        cli.close().await;
        assert_tidy(place).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_young_and_little_waits() {
    on_both(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        store(&server, upload(suite, "k", at(0), results(suite, &[Passed, Failed]))).await;
        assert_eq!(server.compact(at(9 * 60_000)).await.unwrap(), Default::default());
        let days = server.storage_by_day(suite).await.unwrap();
        assert_eq!((days.len(), days[0].day, days[0].executions, days[0].segments), (1, day_of(at(0)), 2, 1));
        assert!(days[0].segment_bytes > 0 && days[0].file_bytes == 0);
        let report = server.compact(at(10 * 60_000)).await.unwrap();
        assert_eq!((report.files_written, report.segments_replaced, report.executions_written), (1, 1, 2));
        let days = server.storage_by_day(suite).await.unwrap();
        assert_eq!((days[0].executions, days[0].segments, days[0].files, days[0].file_bytes), (2, 0, 1, report.bytes_written));
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_compaction_that_dies_leaves_each_execution_once() {
    on_both(async |place| {
        let mut server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        let (mut uploads, mut runs) = (Vec::new(), BTreeSet::new());
        for (round, stage) in
            (0..).zip([Stage::Written, Stage::Published, Stage::Swapped, Stage::Swapped, Stage::Published, Stage::Written])
        {
            let upload = upload(suite, "k", at(round), results(suite, &[Passed, Failed, Skipped]));
            uploads.push(upload.upload_id);
            runs.insert(store(&server, upload).await);
            let before = everything(&server, suite, &uploads, &runs).await;
            server.compact_until(late(), stage).await.unwrap();
            // killed: nothing is put in order
            drop(server);
            if !place.is_sqlite() {
                // what a lease is for: the next server need not wait for it here
                place.execute("UPDATE nodes SET lease_until = 0; DELETE FROM compactions").await;
            }
            server = place.try_open(Sweep::DeadUploads).await.unwrap();
            assert_eq!(everything(&server, suite, &uploads, &runs).await, before, "{stage:?}");
            assert_eq!(storage(&server, suite).await.0, 3 * uploads.len() as u64);
            assert_tidy(place).await;
            server.compact(late()).await.unwrap();
            assert_eq!(everything(&server, suite, &uploads, &runs).await, before, "{stage:?}");
            assert_eq!(storage(&server, suite).await, (3 * uploads.len() as u64, 1, 0));
            assert_tidy(place).await;
        }
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_suite_leaves_nothing() {
    on_both(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let (organization, web) = suite(&server).await;
        let other = proctor_core::suite::SuiteSettings::named("Other");
        let other = server.create_suite(organization.id, other, "token-of-other", at(0)).await.unwrap().id;
        for suite in [web.id, other] {
            store(&server, upload(suite, "k", at(1), results(suite, &[Passed]))).await;
        }
        server.compact(late()).await.unwrap();
        let waits = upload(web.id, "k", at(2), results(web.id, &[Passed]));
        store(&server, waits).await;
        server.delete_suite(organization.id, web.id).await.unwrap();
        assert_eq!(storage(&server, web.id).await, (0, 0, 0));
        assert_eq!(storage(&server, other).await, (1, 1, 0));
        assert_tidy(place).await;
        assert_eq!(server.compact(late()).await.unwrap(), Default::default());
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn early_days_are_deleted_whole() {
    on_both(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        let mut kept = Vec::new();
        for day in 0..4 {
            let upload = upload(suite, "k", at(day * DAY_MS), results(suite, &[Passed, Failed]));
            kept.push(upload.upload_id);
            store(&server, upload).await;
            if day == 1 {
                server.compact(at(2 * DAY_MS)).await.unwrap();
            }
        }
        let run = store(&server, upload(suite, "k", at(3 * DAY_MS), results(suite, &[Passed]))).await;
        // two days of files, the first of two days of segments
        let before_day = day_of(at(3 * DAY_MS));
        assert_eq!(server.delete_days(suite, before_day).await, Ok(6));
        assert_eq!(server.delete_days(suite, before_day - 1).await, Ok(0));
        assert_eq!(storage(&server, suite).await, (3, 0, 2));
        for (day, upload) in kept.iter().enumerate() {
            let executions = server.executions_of_upload(suite, *upload).await.unwrap();
            assert_eq!(executions.len(), if day < 3 { 0 } else { 2 });
        }
        let page = server.executions_of_run(suite, run, None, PAGE).await.unwrap();
        assert_eq!((page.items.len(), page.total), (3, 3));
        assert_tidy(place).await;
        let gone = SuiteId::new(proctor_core::id::Uuid::nil());
        assert_eq!(server.delete_days(gone, before_day).await, Err(StoreError::Missing("suite")));
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_workflows_have_yet_to_look_at_stays_in_segments_for_a_while() {
    on_both(async |place| {
        let mut options = place.options(Sweep::DeadUploads);
        options.compaction.rows_min = 1;
        let server = Store::open(options, at(0)).await.unwrap();
        let suite = suite(&server).await.1.id;
        for number in 0..3 {
            store(&server, upload(suite, "k", at(number), results(suite, &[Passed, Failed]))).await;
        }
        assert_eq!(server.compact(at(60_000)).await.unwrap(), Default::default(), "none was looked at");
        let looking = crate::evaluations::snapshot(&server, suite).await;
        let taken = vec![looking.pending[0].seq, looking.pending[1].seq];
        let evaluation = Evaluation { suite, epoch: looking.epoch, taken, outcomes: Vec::new(), incidents: Vec::new() };
        assert_eq!(server.commit_evaluation(&evaluation, at(60_000)).await.unwrap(), Committed::Yes);
        let report = server.compact(at(60_000)).await.unwrap();
        assert_eq!((report.segments_replaced, report.executions_written), (2, 4));
        assert_eq!(place.rows("segments").await, 1);
        let report = server.compact(at(2 + 10 * 60_000)).await.unwrap();
        assert_eq!((report.segments_replaced, report.executions_written), (1, 6), "ten minutes are enough, the file is small");
        server.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_database_shrinks() {
    on_sqlite(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        let noise = || (0..60_000).map(|_| proctor_core::id::Uuid::new_v4().to_string()).collect::<String>();
        for case in 0..20 {
            let (name, text) = (format!("t{case}"), noise());
            let mut execution = crate::fixtures::execution(0, "s", &name, Failed);
            execution.failure_reason = Some(text.into());
            store(&server, upload(suite, "k", at(case), crate::fixtures::segment(suite, &[execution]))).await;
        }
        let Database::Sqlite(path) = &place.database else { panic!("SQLite") };
        let pages = || place.number("PRAGMA page_count");
        let before = pages().await;
        assert_eq!(server.compact(late()).await.unwrap().segments_replaced, 20);
        // what compaction frees is given back, but for some room for what comes next
        let free = place.number("PRAGMA freelist_count").await;
        assert!(free <= 4_096 && pages().await < before, "{free} of {before}");
        server.delete_days(suite, day_of(late())).await.unwrap();
        assert_eq!(place.number("PRAGMA freelist_count").await, 0);
        server.close().await;
        assert!(path.metadata().unwrap().len() < 1 << 20);
        assert_tidy(place).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_share_a_database_take_turns() {
    on_both(async |place| {
        if place.is_sqlite() {
            return;
        }
        let one = place.try_open(Sweep::DeadUploads).await.unwrap();
        let two = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&one).await.1.id;
        let (mut uploads, mut runs) = (Vec::new(), BTreeSet::new());
        for case in 0..30 {
            let upload = upload(suite, "k", at(case), results(suite, &[Passed, Failed]));
            uploads.push(upload.upload_id);
            runs.insert(store(&one, upload).await);
            if case % 6 == 0 {
                let (first, second) = tokio::join!(one.compact(late()), two.compact(late()));
                assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
            }
        }
        one.compact(late()).await.unwrap();
        let read = everything(&one, suite, &uploads, &runs).await;
        assert_eq!(everything(&two, suite, &uploads, &runs).await, read);
        assert_eq!(storage(&two, suite).await, (60, 1, 0));
        // a server that has died in its turn is waited for, until its lease ends
        place.execute("INSERT INTO compactions (suite_id, node_id, lease_until) SELECT id, '\\x00', 9000000000000000 FROM suites").await;
        store(&one, upload(suite, "k", at(99), results(suite, &[Passed]))).await;
        assert_eq!(one.compact(late()).await.unwrap(), Default::default());
        place.execute("UPDATE compactions SET lease_until = 0").await;
        assert_eq!(one.compact(late()).await.unwrap().segments_replaced, 1);
        assert_tidy(place).await;
        one.close().await;
        two.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_compacts_by_itself_while_uploads_come_in() {
    on_both(async |place| {
        let mut options = place.options(Sweep::DeadUploads);
        options.compaction = CompactionOptions { rows_min: 1, interval: Some(Duration::from_millis(1)), ..options.compaction };
        let server = Store::open(options, at(0)).await.unwrap();
        let suite = suite(&server).await.1.id;
        let (mut uploads, mut runs) = (Vec::new(), BTreeSet::new());
        for case in 0..60 {
            let upload = upload(suite, "k", at(case), results(suite, &[Passed, Failed]));
            uploads.push(upload.upload_id);
            runs.insert(store(&server, upload).await);
            let page = server.executions_of_run(suite, *runs.first().unwrap(), Some(TestResult::Failed), PAGE).await.unwrap();
            assert_eq!((page.items.len(), page.total), (uploads.len(), uploads.len() as u64));
        }
        let until_done = async { while storage(&server, suite).await.2 > 0 {} };
        tokio::time::timeout(Duration::from_secs(60), until_done).await.unwrap();
        assert_eq!(storage(&server, suite).await.0, 120);
        server.close().await;
        assert_tidy(place).await;
    })
    .await;
}
