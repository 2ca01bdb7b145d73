//! A suite: is it healthy, and what has changed?

use std::collections::{BTreeMap, HashMap, HashSet};

use askama::Template;
use axum::extract::State;
use proctor_core::day::DAY_MS;
use proctor_core::filter::TestFilters;
use proctor_core::metrics::{Metrics, reliability};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::catalog::run_search::RunSearch;
use proctor_store::queries::{Contradiction, Selected, SuiteDay, TestMetrics};
use proctor_store::{PageRequest, StoreError};

use super::chart;
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::first_step::first_step;
use super::html::Html;
use super::place::AtSuite;
use super::runs::RunRow;
use super::suites::days_from;
use super::when::{count, duration, maybe_percent};
use crate::App;

const DAYS: u32 = 28;
/// Units of the small lines.
const SPARK_WIDTH: u32 = 170;
const SPARK_HEIGHT: u32 = 34;
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
    first_step: String,
    suite_path: String,
}

struct DayRow {
    day: String,
    runs: u64,
    failed_runs: u64,
    executions: u64,
    reliability: String,
    tests: u64,
    flaky: usize,
}

/// What the cards and the table are made of.
struct Known {
    first_day: i64,
    days: Vec<SuiteDay>,
    run_days: RunDays,
    contradictions: Vec<Contradiction>,
    tests: u64,
}

/// `GET …/suites/{suite}`.
///
/// # Errors
/// What the store says.
pub async fn show(State(app): State<App>, at: AtSuite, urls: crate::urls::Urls) -> Result<Html<impl Template>, WebError> {
    let now = app.clock.now();
    let filters = TestFilters::default();
    let window = Window::last(Period::days(DAYS), now);
    let first_day = now.millis().div_euclid(DAY_MS) - i64::from(DAYS) + 1;
    let known = Known {
        first_day,
        days: app.store.days_of_suite(at.suite.id, Selected { window, filters: &filters, runs: None }).await?,
        run_days: app.store.runs_by_day(at.suite.id, days_from(first_day, now), None).await?,
        contradictions: app.store.contradictions(at.suite.id, window).await?,
        tests: u64::from(app.store.test_count(at.suite.id).await?),
    };
    let newest = app.store.search_runs(at.suite.id, &RunSearch::default(), PageRequest { offset: 0, limit: 8 }).await?;
    let suite_path = at.path();
    Ok(Html(SummaryPage {
        first_step: if newest.is_empty() { first_step(&app, &at, &urls).await? } else { String::new() },
        cards: cards(&known),
        days: day_rows(&known),
        changes: changes_of(&app, &at, &known.contradictions, now).await?,
        runs: newest.iter().take(8).map(|run| RunRow::new(run, &suite_path, &app, now)).collect(),
        chrome: Chrome::of_suite("Summary", &at, Tab::Summary),
        suite_path,
    }))
}

impl Known {
    /// A value of each day.
    fn by_day<T>(&self, of: impl Fn(i64) -> T) -> Vec<T> {
        (self.first_day..self.first_day + i64::from(DAYS)).map(of).collect()
    }

    fn point(&self, day: i64) -> Option<&SuiteDay> {
        self.days.iter().find(|point| point.day.millis().div_euclid(DAY_MS) == day)
    }

    fn runs(&self, day: i64) -> Option<&RunsOfDay> {
        self.run_days.get(&Timestamp::from_millis(day * DAY_MS))
    }

    /// Tests that came to have passed and failed on one commit that day.
    fn flaky(&self, day: i64) -> usize {
        let of_day = self.contradictions.iter().filter(|one| one.at.millis().div_euclid(DAY_MS) == day);
        of_day.map(|one| one.ordinal).collect::<HashSet<_>>().len()
    }
}

fn cards(known: &Known) -> Vec<Card> {
    let mut all = ResultCounts::default();
    for point in &known.days {
        TestResult::ALL.into_iter().for_each(|result| all.add_many(result, point.metrics.counts.of(result)));
    }
    let (runs, failed) = known.run_days.values().fold((0, 0), |(runs, failed), day| (runs + day.runs, failed + day.failed));
    let flaky: HashSet<u32> = known.contradictions.iter().map(|one| one.ordinal).collect();
    let of_runs = |day| known.runs(day).map(|day| 1.0 - day.failed as f64 / day.runs.max(1) as f64);
    let reliable = known.by_day(|day| known.point(day).and_then(|point| point.metrics.reliability()));
    let lowest = reliable.iter().flatten().copied().fold(1.0, f64::min).min(0.99);
    let card = |name, value, chart, note: String| Card { name, value, chart, note };
    vec![
        card(
            "Reliability",
            maybe_percent((runs > 0).then(|| 1.0 - failed as f64 / runs as f64)),
            chart::line(&known.by_day(of_runs), 0.0, 1.0, SPARK_WIDTH, SPARK_HEIGHT),
            "of runs: passed, of all".to_owned(),
        ),
        card("Runs", count(runs), spark(&known.by_day(|day| known.runs(day).map(|day| day.runs as f64))), "a day".to_owned()),
        card(
            "Failed runs",
            count(failed),
            spark(&known.by_day(|day| known.runs(day).map(|day| day.failed as f64))),
            format!("of {}", count(runs)),
        ),
        card(
            "Execution reliability",
            maybe_percent(reliability(&all)),
            chart::line(&reliable, lowest, 1.0, SPARK_WIDTH, SPARK_HEIGHT),
            format!("{} of {} failed", count(all.of(TestResult::Failed)), count(all.total())),
        ),
        card(
            "Tests",
            count(known.tests),
            spark(&known.by_day(|day| known.point(day).map(|point| point.tests as f64).filter(|tests| *tests > 0.0))),
            "the line: those that ran".to_owned(),
        ),
        card(
            "Flaky tests",
            count(flaky.len() as u64),
            spark(&known.by_day(|day| known.point(day).map(|_| known.flaky(day) as f64))),
            "passed and failed on one commit".to_owned(),
        ),
    ]
}

/// A line from 0 to the highest value.
fn spark(values: &[Option<f64>]) -> String {
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    chart::line(values, 0.0, highest, SPARK_WIDTH, SPARK_HEIGHT)
}

fn day_rows(known: &Known) -> Vec<DayRow> {
    let row = |day: i64| {
        let (runs, failed_runs) = known.runs(day).map_or((0, 0), |known| (known.runs, known.failed));
        let point = known.point(day);
        DayRow {
            day: Timestamp::from_millis(day * DAY_MS).to_string().get(..10).unwrap_or_default().to_owned(),
            runs,
            failed_runs,
            executions: point.map_or(0, |point| point.metrics.counts.total()),
            reliability: maybe_percent(point.and_then(|point| point.metrics.reliability())),
            tests: point.map_or(0, |point| point.tests),
            flaky: known.flaky(day),
        }
    };
    let mut rows = known.by_day(row);
    rows.reverse();
    rows
}

/// What the last 24 hours brought, against the seven days before them.
async fn changes_of(app: &App, at: &AtSuite, contradictions: &[Contradiction], now: Timestamp) -> Result<Vec<Changes>, StoreError> {
    let filters = TestFilters::default();
    let today = Window::last(Period::days(1), now);
    let before = Window { from: today.from.plus_millis(-i64::from(BASELINE_DAYS) * DAY_MS), until: today.from };
    let latest = app.store.test_metrics(at.suite.id, Selected { window: today, filters: &filters, runs: None }).await?;
    let known = app.store.test_metrics(at.suite.id, Selected { window: before, filters: &filters, runs: None }).await?;
    let known: HashMap<u32, Metrics> = known.into_iter().map(|test| (test.ordinal, test.metrics)).collect();
    let (mut failing, mut slow, mut recovered) = (Vec::new(), Vec::new(), Vec::new());
    for TestMetrics { ordinal, metrics } in latest {
        let failed = metrics.counts.of(TestResult::Failed);
        let earlier = known.get(&ordinal).copied().unwrap_or_default();
        let failed_before = earlier.counts.of(TestResult::Failed);
        if failed > 0 && failed_before == 0 {
            failing.push((ordinal, format!("{failed} of {} failed", metrics.counts.total())));
        }
        if failed == 0 && failed_before > 0 && metrics.counts.of(TestResult::Passed) > 0 {
            let note = match failed_before {
                1 => "failed once in the week before".to_owned(),
                times => format!("failed {times} times in the week before"),
            };
            recovered.push((ordinal, note));
        }
        if let Some(note) = slower(&metrics, &earlier) {
            slow.push((ordinal, note));
        }
    }
    let mut changes = Vec::new();
    for (title, class, tests) in [
        ("Newly failing", "failed", failing),
        ("Newly flaky", "muted", newly_flaky(contradictions, today, before)),
        ("Newly slow", "info", slow),
        ("Recovered", "passed", recovered),
    ] {
        changes.push(named(app, at, title, class, tests).await?);
    }
    Ok(changes)
}

/// Tests that came to have passed and failed on one commit today, and on none in the days before.
fn newly_flaky(contradictions: &[Contradiction], today: Window, before: Window) -> Vec<(u32, String)> {
    let of = |window: Window| contradictions.iter().filter(move |one| window.contains(one.at)).map(|one| one.ordinal);
    let known: HashSet<u32> = of(before).collect();
    let mut commits: BTreeMap<u32, u64> = BTreeMap::new();
    of(today).filter(|ordinal| !known.contains(ordinal)).for_each(|ordinal| *commits.entry(ordinal).or_default() += 1);
    let note = |commits| format!("on {commits} {}", if commits == 1 { "commit" } else { "commits" });
    commits.into_iter().map(|(ordinal, commits)| (ordinal, note(commits))).collect()
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
