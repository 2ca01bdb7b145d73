//! How many bytes an execution takes on disk: stores a day of a year-one suite, compacts it, and prints what is there.
//!
//! 20,000 tests in 18 runs of 4 uploads, three tags for each execution, log-normal durations in whole microseconds, 0.5 % failed with
//! text, 3 % skipped. `cargo run -p proctor-store --example day_file_size [-- FOLDER]` keeps the database in the folder.

#![expect(clippy::print_stdout, reason = "it is what it is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use proctor_core::execution::{Execution, ExecutionFlags};
use proctor_core::format::ReportFormat;
use proctor_core::id::{RunId, SuiteId, UploadId, Uuid};
use proctor_core::record::FailureDetail;
use proctor_core::result::TestResult;
use proctor_core::run::RunDetails;
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proctor_store::catalog::uploads::{Announced, Completed, CompletedUpload, OnDefaultBranch, ReceiptLines};
use proctor_store::executions::{Segment, SegmentBuilder};
use proctor_store::secret::SealingKey;
use proctor_store::{CompactionOptions, Database, PageRequest, QueryLimits, Store, StoreOptions, Sweep};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const TESTS: u32 = 20_000;
const RUNS: u32 = 18;
const TESTS_PER_UPLOAD: u32 = 5_000;
/// 2026-11-02, 00:00 UTC.
const DAY_START_MS: i64 = 1_793_577_600_000;
const HOSTS: [&str; 4] = ["m4.large", "m5.xlarge", "c6g.2xlarge", "r5.large"];
const REGIONS: [&str; 3] = ["us-east-1", "eu-central-1", "ap-southeast-2"];

#[tokio::main]
async fn main() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::args().nth(1).map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let store = open(&folder).await;
    let now = Timestamp::from_millis(DAY_START_MS);
    let organization = store.create_organization("acme", "Acme", now).await.unwrap();
    let suite = store.create_suite(organization.id, SuiteSettings::named("Web"), "token", now).await.unwrap().id;
    let mut runs = Vec::new();
    let mut chance = StdRng::seed_from_u64(20_261_123);
    let medians: Vec<f64> = (0..TESTS).map(|_| (normal(&mut chance) * 1.2 - 3.5).exp()).collect();
    for run in 0..RUNS {
        for first in (0..TESTS).step_by(TESTS_PER_UPLOAD as usize) {
            let at = Timestamp::from_millis(DAY_START_MS + i64::from(run) * 4_000_000 + i64::from(first));
            let segment = segment(suite, first, &medians, &mut chance);
            let Completed::Stored { run_id } = store.complete_upload(upload(suite, run, at, segment)).await.unwrap() else {
                panic!("stored")
            };
            runs.push(run_id);
        }
    }
    let before = bytes_of(&folder);
    read_failed(&store, suite, runs[0], "from segments").await;
    let started = Instant::now();
    let report = store.compact(Timestamp::from_millis(DAY_START_MS + 2 * 86_400_000)).await.unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let executions = u64::from(RUNS) * u64::from(TESTS);
    println!("{report:?} in {seconds:.1} s");
    for day in store.storage_by_day(suite).await.unwrap() {
        println!("{day:?}: {:.3} bytes an execution", ratio(day.file_bytes, day.executions));
    }
    for when in ["from the day file, first", "again"] {
        read_failed(&store, suite, runs[0], when).await;
    }
    store.close().await;
    println!("on disk in all, catalog included: {:.2} bytes an execution before, {:.2} after", ratio(before, executions), {
        ratio(bytes_of(&folder), executions)
    });
}

async fn read_failed(store: &Store, suite: SuiteId, run: RunId, when: &str) {
    let started = Instant::now();
    let page = PageRequest { offset: 0, limit: 30 };
    let failed = store.executions_of_run(suite, run, Some(TestResult::Failed), page).await.unwrap();
    println!("{} of {} failed executions of a run, {when}: {:?}", failed.items.len(), failed.total, started.elapsed());
}

async fn open(folder: &Path) -> Store {
    let options = StoreOptions {
        database: Database::Sqlite(folder.join("proctor.db")),
        sealing_key: SealingKey::new([7; 32]),
        stale_after_ms: 60_000,
        commit_queue_max: 100,
        compaction: CompactionOptions { interval: None, ..CompactionOptions::default() },
        sweep: Sweep::DeadUploads,
        query_limits: QueryLimits::default(),
    };
    Store::open(options, Timestamp::from_millis(DAY_START_MS)).await.unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of a few megabytes")]
fn ratio(bytes: u64, executions: u64) -> f64 {
    bytes as f64 / executions as f64
}

fn bytes_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { bytes_of(&path) } else { path.metadata().unwrap().len() }).sum()
}

/// Standard normal, by Box and Muller.
fn normal(chance: &mut StdRng) -> f64 {
    let (one, two): (f64, f64) = (chance.random(), chance.random());
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * two).cos()
}

fn segment(suite: SuiteId, first: u32, medians: &[f64], chance: &mut StdRng) -> Segment {
    let tag_sets: Vec<TagSet> = HOSTS.iter().flat_map(|host| REGIONS.iter().map(move |region| tags(host, region))).collect();
    let mut builder = SegmentBuilder::new(suite);
    for (index, test) in (0..).zip(first..first + TESTS_PER_UPLOAD) {
        let dice: f64 = chance.random();
        let result = match dice {
            _ if dice < 0.005 => TestResult::Failed,
            _ if dice < 0.035 => TestResult::Skipped,
            _ => TestResult::Passed,
        };
        let seconds = medians[test as usize] * (normal(chance) * 0.4).exp();
        let duration = if result == TestResult::Skipped { 0.0 } else { (seconds * 1e6).round() / 1e6 };
        let file = format!("tests/area{}/test_subject_{:04}.py", test % 8, test / 40);
        let (got, expected): (u8, u8) = (chance.random(), chance.random());
        let reason = format!("AssertionError: assert {got} == {expected}");
        let has_failed = result == TestResult::Failed;
        let lines = ["    def test(self):", "        value = compute()", ">       assert value == expected", &reason].map(str::to_owned);
        let trace = [format!("{file}:{}: AssertionError", test % 40), "shop/compute.py:88: in compute".to_owned()];
        let detail = FailureDetail { expanded: lines.map(Into::into).to_vec(), backtrace: trace.map(Into::into).to_vec() };
        builder.push(&Execution {
            index,
            scope: format!("{file}::TestSubject").into(),
            name: format!("test_{test:05}").into(),
            location: Some(format!("{file}:{}", 3 + test % 40 * 11).into()),
            file_name: Some(file.clone().into()),
            result,
            duration: Some(duration),
            start_at: None,
            end_at: None,
            failure_reason: has_failed.then(|| reason.clone().into()),
            failure_expanded: if has_failed { vec![detail] } else { Vec::new() },
            spans: Vec::new(),
            tag_set: chance.random_range(0..12),
            selector: Some(file.into()),
            client_id: None,
            external_id: None,
            trace_id: None,
            flags: ExecutionFlags::default(),
        });
    }
    builder.finish(&tag_sets).unwrap()
}

fn tags(host: &str, region: &str) -> TagSet {
    let tags = [("host.type", host), ("cloud.region", region), ("language.name", "python")];
    tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn upload(suite: SuiteId, run: u32, received_at: Timestamp, segment: Segment) -> CompletedUpload {
    let random: [u8; 10] = rand::random();
    let id = uuid::Builder::from_unix_timestamp_millis(received_at.millis().unsigned_abs(), &random).into_uuid();
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(id.as_bytes());
    let branch = if run.is_multiple_of(3) { "main".to_owned() } else { format!("feature/topic-{run:02}") };
    CompletedUpload {
        suite_id: suite,
        upload_id: UploadId::new(id),
        announced: Announced::No,
        run_key: format!("build-{run}"),
        run: RunDetails { branch: Some(branch), commit_sha: Some(Uuid::new_v4().simple().to_string()), ..RunDetails::default() },
        run_env_json: format!("{{\"key\":\"build-{run}\",\"CI\":\"buildkite\"}}"),
        tags: TagSet::default(),
        format: ReportFormat::Json,
        received_at,
        on_default_branch: OnDefaultBranch::No,
        deciding_tags: Vec::new(),
        digest,
        identical: IdenticalUploads::Off,
        identical_since: received_at,
        body_bytes: 2_200_000,
        receipt: ReceiptLines::default(),
        segment,
    }
}
