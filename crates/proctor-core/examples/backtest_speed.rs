//! How fast monitors look at history: 10 million executions of 20,000 tests over 28 days, for each monitor, on two threads.
//!
//! `cargo run --release -p proctor-core --example backtest_speed`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement for people")]

use std::sync::Arc;
use std::time::Instant;

use proctor_core::execution::ExecutionFlags;
use proctor_core::id::{RunId, UploadId, Uuid};
use proctor_core::monitors::backtest::{Account, Backtest, RunTimes};
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::history::{Context, DerivedTags, History, HistoryRow, HistoryUpload, Incidental};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::new_test::Origin;
use proctor_core::monitors::rule::Rule;
use proctor_core::result::TestResult;
use proctor_core::run_env::RunEnv;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;

const TESTS: u32 = 20_000;
const DAYS: u32 = 28;
const RUNS_PER_DAY: u32 = 18;
const DAY_MS: i64 = 86_400_000;
const START_MS: i64 = 1_772_409_600_000;
const PARTS: u32 = 2;

fn main() {
    let days: Vec<History> = (0..DAYS).map(day).collect();
    let executions: usize = days.iter().map(|day| day.rows.len()).sum();
    let runs: RunTimes = days.iter().flat_map(|day| day.uploads.iter().map(|upload| (upload.run, upload.at))).collect();
    let runs = Arc::new(runs);
    println!("{executions} executions");
    for name in MonitorSettings::TYPES {
        let rule = Arc::new(Rule::new(MonitorSettings::default_of(name).unwrap(), TagFilters::on_branch("main")).unwrap());
        let (begin, cpu_before_s) = (Instant::now(), cpu_seconds());
        let mut parts: Vec<_> = (0..PARTS).map(|part| Backtest::new(Arc::clone(&rule), Arc::clone(&runs), part, PARTS)).collect();
        for day in &days {
            std::thread::scope(|threads| {
                for part in &mut parts {
                    threads.spawn(|| part.take(day, &|_| Origin::Known));
                }
            });
        }
        let mut account = Account::default();
        parts.into_iter().for_each(|part| account.merge(part.finish(Timestamp::from_millis(START_MS + i64::from(DAYS) * DAY_MS))));
        let (seconds, cpu_s) = (begin.elapsed().as_secs_f64(), cpu_seconds() - cpu_before_s);
        println!("{name:24} {seconds:6.2} s, {cpu_s:6.2} s of CPU, {} alarms", account.alarms);
    }
}

/// User and system time of this process so far, by Linux's ticks of 10 ms: other processes do not change it as they do wall time.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A day of runs, each on a commit of its own; one test in 50 fails now and then, and is tried again.
fn day(day: u32) -> History {
    let mut history = History::default();
    let mut dice = u64::from(day) + 1;
    for run in 0..RUNS_PER_DAY {
        let number = day * RUNS_PER_DAY + run;
        let at = Timestamp::from_millis(START_MS + i64::from(day) * DAY_MS + i64::from(run) * (DAY_MS / i64::from(RUNS_PER_DAY)));
        let id = UploadId::new(Uuid::from_u128(u128::from(number + 1) << 32));
        let run_id = RunId::new(Uuid::from_u128(u128::from(number)));
        history.uploads.push(HistoryUpload { seq: u64::from(number), id, run: run_id, at, incident: Incidental::No });
        let derived = DerivedTags::of(&RunEnv::default(), Some("main"), Some(&format!("c{number}")));
        history.contexts.push(Context::new(&derived, &TagSet::default()));
        let mut index = 0;
        for ordinal in 0..TESTS {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let fails = ordinal % 50 == 0 && (dice >> 33) % 20 == 0;
            let results = if fails { [Some(TestResult::Failed), Some(TestResult::Passed)] } else { [Some(TestResult::Passed), None] };
            for result in results.into_iter().flatten() {
                let flags = ExecutionFlags::default();
                let duration_s = 0.01 + (dice >> 40) as f64 / 1e9;
                history.rows.push(HistoryRow { ordinal, upload: run, index, context: run, location: 0, result, flags, duration_s });
                index += 1;
            }
        }
    }
    history.sort();
    history
}
