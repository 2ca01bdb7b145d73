//! A suite: is it healthy, and what has changed?

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::State;
use proctor_core::filter::TestFilters;
use proctor_core::metrics::{Metrics, reliability};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::catalog::run_search::RunSearch;
use proctor_store::queries::{GroupBy, HistoryPoint, Selected, TestMetrics};
use proctor_store::{PageRequest, StoreError};

use super::chart;
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::html::Html;
use super::place::AtSuite;
use super::runs::RunRow;
use super::suites::{day_bars, days_from};
use super::when::{count, duration, maybe_percent};
use crate::App;

const DAY_MS: i64 = 86_400_000;
const DAYS: u32 = 28;
/// What the last day is compared with, in days before it.
const BASELINE_DAYS: u32 = 7;
/// Tests listed under each kind of change.
const CHANGES_SHOWN_MAX: usize = 10;
/// A test is newly slow when its mean of the last day is so many times that of the days before,
const SLOWER_TIMES: f64 = 1.5;
/// longer by so many seconds,
const SLOWER_SECONDS: f64 = 0.1;
/// and both are means of so many durations.
const SLOWER_COUNT_MIN: u64 = 3;

type RunDays = BTreeMap<Timestamp, RunsOfDay>;

struct Card {
    name: &'static str,
    value: String,
    chart: String,
    note: String,
}

struct Change {
    path: String,
    scope: String,
    name: String,
    note: String,
}

struct Changes {
    title: &'static str,
    class: &'static str,
    total: usize,
    shown: Vec<Change>,
}

#[derive(Template)]
#[template(path = "summary.html")]
struct SummaryPage {
    chrome: Chrome,
    cards: Vec<Card>,
    days: Vec<DayRow>,
    changes: Vec<Changes>,
    runs: Vec<RunRow>,
    suite_path: String,
}

struct DayRow {
    day: String,
    runs: u64,
    failed_runs: u64,
    executions: u64,
    reliability: String,
}

/// `GET …/suites/{suite}`.
///
/// # Errors
/// What the store says.
pub async fn show(State(app): State<App>, at: AtSuite) -> Result<Html<impl Template>, WebError> {
    let now = app.clock.now();
    let filters = TestFilters::default();
    let window = Window::last(Period::days(DAYS), now);
    let history = app.store.history_of_suite(at.suite.id, Selected { window, filters: &filters, runs: None }, &GroupBy::Nothing).await?;
    let first_day = now.millis().div_euclid(DAY_MS) - i64::from(DAYS) + 1;
    let run_days = app.store.runs_by_day(at.suite.id, days_from(first_day, now), None).await?;
    let flaky = app.store.flaky_tests(at.suite.id, window, None).await?.len();
    let tests = app.store.test_count(at.suite.id).await?;
    let newest = app.store.search_runs(at.suite.id, &RunSearch::default(), PageRequest { offset: 0, limit: 8 }).await?;
    let suite_path = at.path();
    Ok(Html(SummaryPage {
        cards: cards(first_day, &history, &run_days, u64::from(tests), flaky as u64),
        days: day_rows(first_day, &history, &run_days),
        changes: changes_of(&app, &at, now).await?,
        runs: newest.iter().take(8).map(|run| RunRow::new(run, &suite_path, &app, now)).collect(),
        chrome: Chrome::of_suite("Summary", &at, Tab::Summary),
        suite_path,
    }))
}

fn point_of(history: &[HistoryPoint], day: i64) -> Option<&HistoryPoint> {
    history.iter().find(|point| point.day.millis().div_euclid(DAY_MS) == day)
}

fn cards(first_day: i64, history: &[HistoryPoint], run_days: &RunDays, tests: u64, flaky: u64) -> Vec<Card> {
    let days = first_day..first_day + i64::from(DAYS);
    let mut all = ResultCounts::default();
    for point in history {
        TestResult::ALL.into_iter().for_each(|result| all.add_many(result, point.metrics.counts.of(result)));
    }
    let (runs, failed) = run_days.values().fold((0, 0), |(runs, failed), day| (runs + day.runs, failed + day.failed));
    let share = |day: i64| point_of(history, day).and_then(|point| point.metrics.reliability());
    let of_runs =
        |day: i64| run_days.get(&Timestamp::from_millis(day * DAY_MS)).map(|day| 1.0 - day.failed as f64 / day.runs.max(1) as f64);
    let executions: Vec<Option<f64>> =
        days.clone().map(|day| point_of(history, day).map(|point| point.metrics.counts.total() as f64)).collect();
    let highest = executions.iter().flatten().copied().fold(0.0, f64::max);
    let reliable: Vec<Option<f64>> = days.clone().map(share).collect();
    let lowest = reliable.iter().flatten().copied().fold(1.0, f64::min).min(0.99);
    let spark = |values: &[Option<f64>], low, high| chart::line(values, low, high, 170, 34);
    let card = |name, value, chart, note: String| Card { name, value, chart, note };
    vec![
        card(
            "Runs that passed",
            maybe_percent((runs > 0).then(|| 1.0 - failed as f64 / runs as f64)),
            spark(&days.map(of_runs).collect::<Vec<_>>(), 0.0, 1.0),
            format!("{failed} of {runs} failed"),
        ),
        card("Runs", count(runs), chart::bars(&day_bars(first_day, run_days), 170, 34), "a bar a day, failed ones below".to_owned()),
        card(
            "Reliability of executions",
            maybe_percent(reliability(&all)),
            spark(&reliable, lowest, 1.0),
            format!("{} failed", count(all.of(TestResult::Failed))),
        ),
        card("Executions", count(all.total()), spark(&executions, 0.0, highest), format!("{} skipped", count(all.of(TestResult::Skipped)))),
        card("Tests", count(tests), String::new(), "known to this suite".to_owned()),
        card("Flaky tests", count(flaky), String::new(), "passed and failed on one commit".to_owned()),
    ]
}

fn day_rows(first_day: i64, history: &[HistoryPoint], run_days: &RunDays) -> Vec<DayRow> {
    let row = |day: i64| {
        let (runs, failed_runs) = run_days.get(&Timestamp::from_millis(day * DAY_MS)).map_or((0, 0), |known| (known.runs, known.failed));
        let point = point_of(history, day);
        DayRow {
            day: Timestamp::from_millis(day * DAY_MS).to_string().get(..10).unwrap_or_default().to_owned(),
            runs,
            failed_runs,
            executions: point.map_or(0, |point| point.metrics.counts.total()),
            reliability: maybe_percent(point.and_then(|point| point.metrics.reliability())),
        }
    };
    (first_day..first_day + i64::from(DAYS)).rev().map(row).collect()
}

/// What the last 24 hours brought, against the seven days before them.
async fn changes_of(app: &App, at: &AtSuite, now: Timestamp) -> Result<Vec<Changes>, StoreError> {
    let filters = TestFilters::default();
    let today = Window::last(Period::days(1), now);
    let before = Window { from: today.from.plus_millis(-i64::from(BASELINE_DAYS) * DAY_MS), until: today.from };
    let latest = app.store.test_metrics(at.suite.id, Selected { window: today, filters: &filters, runs: None }).await?;
    let known = app.store.test_metrics(at.suite.id, Selected { window: before, filters: &filters, runs: None }).await?;
    let known: HashMap<u32, Metrics> = known.into_iter().map(|test| (test.ordinal, test.metrics)).collect();
    let flaky_before: Vec<u32> = app.store.flaky_tests(at.suite.id, before, None).await?.iter().map(|test| test.ordinal).collect();
    let flaky_now = app.store.flaky_tests(at.suite.id, today, None).await?;
    let (mut failing, mut slow, mut recovered) = (Vec::new(), Vec::new(), Vec::new());
    for TestMetrics { ordinal, metrics } in latest {
        let failed = metrics.counts.of(TestResult::Failed);
        let earlier = known.get(&ordinal).copied().unwrap_or_default();
        let failed_before = earlier.counts.of(TestResult::Failed);
        if failed > 0 && failed_before == 0 {
            failing.push((ordinal, format!("{failed} of {} failed", metrics.counts.total())));
        }
        if failed == 0 && failed_before > 0 && metrics.counts.of(TestResult::Passed) > 0 {
            recovered.push((ordinal, format!("failed {failed_before} times in the week before")));
        }
        if let Some(note) = slower(&metrics, &earlier) {
            slow.push((ordinal, note));
        }
    }
    let flaky: Vec<(u32, String)> = flaky_now
        .iter()
        .filter(|test| !flaky_before.contains(&test.ordinal))
        .map(|test| (test.ordinal, format!("on {} commits", test.instances)))
        .collect();
    let mut changes = Vec::new();
    for (title, class, tests) in [
        ("Newly failing", "failed", failing),
        ("Newly flaky", "muted", flaky),
        ("Newly slow", "info", slow),
        ("Recovered", "passed", recovered),
    ] {
        changes.push(named(app, at, title, class, tests).await?);
    }
    Ok(changes)
}

fn slower(now: &Metrics, before: &Metrics) -> Option<String> {
    let (now_avg, before_avg) = (now.durations.avg()?, before.durations.avg()?);
    let counts = now.durations.count() >= SLOWER_COUNT_MIN && before.durations.count() >= SLOWER_COUNT_MIN;
    let is_slower = counts && now_avg > before_avg * SLOWER_TIMES && now_avg > before_avg + SLOWER_SECONDS;
    is_slower.then(|| format!("{} instead of {}", duration(now_avg), duration(before_avg)))
}

async fn named(
    app: &App,
    at: &AtSuite,
    title: &'static str,
    class: &'static str,
    tests: Vec<(u32, String)>,
) -> Result<Changes, StoreError> {
    let shown: Vec<u32> = tests.iter().take(CHANGES_SHOWN_MAX).map(|(ordinal, _)| *ordinal).collect();
    let known = app.store.tests_by_ordinal(at.suite.id, &shown).await?;
    let notes: HashMap<u32, &String> = tests.iter().map(|(ordinal, note)| (*ordinal, note)).collect();
    let change = |test: proctor_store::catalog::tests::KnownTest| Change {
        path: format!("{}/tests/{}", at.path(), test.id),
        note: notes.get(&test.ordinal).map(|note| (*note).clone()).unwrap_or_default(),
        scope: test.scope,
        name: test.name,
    };
    Ok(Changes { title, class, total: tests.len(), shown: known.into_iter().map(change).collect() })
}
