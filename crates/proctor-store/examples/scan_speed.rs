//! How fast questions are answered: fills a store like year one of a large suite, compacts it and asks.
//!
//! `cargo run --release -p proctor-store --example scan_speed -- [RUNS] [TESTS]`: 500 runs of 20,000 tests over 28 days by default.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on has failed; it prints what it found")]

use std::time::Instant;

use proctor_core::execution::{Execution, ExecutionFlags};
use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::format::ReportFormat;
use proctor_core::id::{SuiteId, UploadId, Uuid};
use proctor_core::result::TestResult;
use proctor_core::run::RunDetails;
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::catalog::uploads::{Announced, CompletedUpload, OnDefaultBranch, ReceiptLines};
use proctor_store::executions::{Segment, SegmentBuilder};
use proctor_store::queries::{GroupBy, Percentile, Selected};
use proctor_store::secret::SealingKey;
use proctor_store::{CompactionOptions, Database, QueryLimits, Store, StoreOptions, Sweep};

const DAYS: u32 = 28;
const DAY_MS: i64 = 86_400_000;
const FIRST_MS: i64 = 20_000 * DAY_MS;
/// Results of an upload.
const TESTS_PER_UPLOAD: u32 = 5_000;
const ROUNDS: usize = 15;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Log-normal, about: in microseconds.
    fn micros(&mut self) -> u64 {
        let sum: u64 = (0..6).map(|_| self.roll(1_000)).sum();
        (2_000.0 * ((sum as f64 - 3_000.0) / 700.0).exp()) as u64 + 1
    }
}

fn tag_sets() -> Vec<TagSet> {
    let mut sets = Vec::new();
    for host in ["m4.large", "m4.xlarge", "c5.large", "c5.xlarge"] {
        for region in ["eu-central-1", "us-east-1", "ap-southeast-2"] {
            let tags = [("host.type", host), ("cloud.region", region), ("language.name", "ruby")];
            sets.push(tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
        }
    }
    sets
}

fn segment(suite: SuiteId, tests: std::ops::Range<u32>, tag_sets: &[TagSet], dice: &mut Dice) -> Segment {
    let mut builder = SegmentBuilder::new(suite);
    let tag_set = dice.roll(tag_sets.len() as u64) as u32;
    for (index, test) in (0..).zip(tests) {
        let (name, file) = (format!("example {test}"), format!("spec/file_{}_spec.rb", test / 20));
        let result = match dice.roll(1_000) {
            0..5 => TestResult::Failed,
            5..35 => TestResult::Skipped,
            _ => TestResult::Passed,
        };
        builder.push(&Execution {
            index,
            scope: "Year one".into(),
            name: name.as_str().into(),
            location: Some(format!("{file}:{}", test % 20 * 7 + 3).into()),
            file_name: Some(file.into()),
            result,
            duration: Some(dice.micros() as f64 / 1e6),
            start_at: None,
            end_at: None,
            failure_reason: (result == TestResult::Failed).then(|| "expected 402, got 500".into()),
            failure_expanded: Vec::new(),
            spans: Vec::new(),
            tag_set,
            selector: None,
            client_id: None,
            external_id: None,
            trace_id: None,
            flags: ExecutionFlags::default(),
        });
    }
    builder.finish(tag_sets).unwrap()
}

fn upload(suite: SuiteId, run: u32, at: Timestamp, branch: String, segment: Segment, number: u32) -> CompletedUpload {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&number.to_le_bytes());
    let mut random = [0; 10];
    random[..4].copy_from_slice(&number.to_be_bytes());
    let id = uuid::Builder::from_unix_timestamp_millis(at.millis().unsigned_abs(), &random).into_uuid();
    CompletedUpload {
        suite_id: suite,
        upload_id: UploadId::new(id),
        announced: Announced::No,
        run_key: format!("run {run}"),
        run: RunDetails { branch: Some(branch), commit_sha: Some(format!("{run:040x}")), ..RunDetails::default() },
        run_env_json: "{}".to_owned(),
        tags: TagSet::default(),
        deciding_tags: Vec::new(),
        format: ReportFormat::Json,
        received_at: at,
        on_default_branch: OnDefaultBranch::No,
        digest,
        identical: IdenticalUploads::Off,
        identical_since: at,
        body_bytes: 1,
        receipt: ReceiptLines::default(),
        segment,
    }
}

async fn fill(store: &Store, runs: u32, tests: u32) -> SuiteId {
    let now = Timestamp::from_millis(FIRST_MS);
    let organization = store.create_organization("acme", "Acme", now).await.unwrap();
    let suite = store.create_suite(organization.id, SuiteSettings::named("Year one"), "token", now).await.unwrap().id;
    let (mut dice, sets, mut number) = (Dice(1), tag_sets(), 0);
    for run in 0..runs {
        let branch = if run % 3 == 0 { "main".to_owned() } else { format!("feature-{}", dice.roll(37)) };
        let at = FIRST_MS + i64::from(run) * i64::from(DAYS) * DAY_MS / i64::from(runs);
        for first in (0..tests).step_by(TESTS_PER_UPLOAD as usize) {
            let segment = segment(suite, first..(first + TESTS_PER_UPLOAD).min(tests), &sets, &mut dice);
            number += 1;
            let new = upload(suite, run, Timestamp::from_millis(at + i64::from(first)), branch.clone(), segment, number);
            store.complete_upload(new).await.unwrap();
        }
    }
    suite
}

/// Of all threads so far, by Linux, in steps of a hundredth: what others do on the machine does not show in it. 0 elsewhere.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

async fn measure<T>(name: &str, rows: u32, ask: impl AsyncFn() -> T) {
    let begun = Instant::now();
    ask().await;
    let first = begun.elapsed();
    let mut times: Vec<f64> = Vec::new();
    let cpu = cpu_seconds();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ask().await;
        times.push(begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times[ROUNDS / 2];
    let cpu = (cpu_seconds() - cpu) / ROUNDS as f64;
    println!(
        "{name:30} first {:7.1} ms, then {:7.2} ms wall, {:7.2} ms CPU, {:6.2} ns CPU a row",
        first.as_secs_f64() * 1e3,
        median * 1e3,
        cpu * 1e3,
        cpu * 1e9 / f64::from(rows)
    );
}

fn filters(pairs: &[(&str, &str)]) -> TestFilters {
    TestFilters::parse(&FilterQuery::from_pairs(pairs.iter().copied()), ListKind::Suite).unwrap()
}

#[tokio::main]
async fn main() {
    let number = |at: usize, default: u32| std::env::args().nth(at).map_or(default, |text| text.parse().unwrap());
    let (runs, tests) = (number(1, 500), number(2, 20_000));
    let folder = std::env::temp_dir().join(format!("proctor-scan-speed-{}", Uuid::new_v4().simple()));
    let options = StoreOptions {
        database: Database::Sqlite(folder.join("proctor.db")),
        sealing_key: SealingKey::new([7; 32]),
        stale_after_ms: DAY_MS,
        commit_queue_max: 64,
        sweep: Sweep::DeadUploads,
        query_limits: QueryLimits::default(),
        compaction: CompactionOptions { interval: None, ..CompactionOptions::default() },
    };
    let store = Store::open(options, Timestamp::from_millis(FIRST_MS)).await.unwrap();
    let begun = Instant::now();
    let suite = fill(&store, runs, tests).await;
    println!("filled in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    for days in [40, 41] {
        store.compact(Timestamp::from_millis(FIRST_MS + days * DAY_MS)).await.unwrap();
    }
    println!("compacted in {:.1} s", begun.elapsed().as_secs_f64());

    let window = Window { from: Timestamp::from_millis(FIRST_MS), until: Timestamp::from_millis(FIRST_MS + i64::from(DAYS) * DAY_MS) };
    let rows = runs * tests;
    let (all, main, host) = (filters(&[]), filters(&[("branch", "main")]), filters(&[("tags", "host.type:m4.large")]));
    let both = filters(&[("branch", "main"), ("tags", "host.type:m4.large")]);
    let failed = filters(&[("tags", "result:failed")]);
    for (name, filters) in
        [("all", &all), ("branch=main", &main), ("host.type:m4.large", &host), ("both", &both), ("result:failed", &failed)]
    {
        let selected = Selected { window, filters, runs: None };
        measure(&format!("metrics, {name}"), rows, async || store.test_metrics(suite, selected).await.unwrap()).await;
    }
    let (main_only, host_only) = (Selected { window, filters: &main, runs: None }, Selected { window, filters: &host, runs: None });
    measure("metrics, two filters in turn", rows * 2, async || {
        (store.test_metrics(suite, main_only).await.unwrap(), store.test_metrics(suite, host_only).await.unwrap())
    })
    .await;
    let selected = Selected { window, filters: &all, runs: None };
    measure("days of a test", runs, async || store.history_of_test(suite, 17, selected, &GroupBy::Nothing).await.unwrap()).await;
    measure("days of the suite", rows, async || store.history_of_suite(suite, selected, &GroupBy::Nothing).await.unwrap()).await;
    measure("p95 of every test", rows, async || store.percentile_by_test(suite, selected, Percentile::P95).await.unwrap()).await;
    measure("flaky tests", rows, async || store.flaky_tests(suite, window, None).await.unwrap()).await;
    let page = proctor_store::PageRequest { offset: 0, limit: 30 };
    measure("30 executions of a test", runs, async || store.executions_of_test(suite, 17, selected, page).await.unwrap()).await;
    measure("20 slowest executions", rows, async || store.slowest_executions(suite, selected, 20).await.unwrap()).await;
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}
