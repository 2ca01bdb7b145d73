//! The suites of an organization: where do I start?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use proctor_core::day::DAY_MS;
use proctor_core::filter::TestFilters;
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::catalog::run_search::RunSearch;
use proctor_store::queries::{Selected, SuiteDay};
use proctor_store::{PageRequest, StoreError};

use super::chart::{self, Bar};
use super::chrome::Chrome;
use super::error::WebError;
use super::html::Html;
use super::place::AtOrganization;
use super::runs::RunRow;
use super::when::{When, count, maybe_percent};
use crate::App;

/// Days of the bars beside each suite.
const DAYS: i64 = 28;
/// Days of reliability and flaky tests.
const RECENT_DAYS: u32 = 7;
/// Suites that are looked at at the same time.
const SUITES_AT_ONCE: usize = 4;

struct SuiteRow {
    path: String,
    name: String,
    emoji: String,
    default_branch: String,
    last: Option<RunRow>,
    bars: String,
    /// What the bars say, for those who do not see them.
    bars_say: String,
    runs: String,
    failed: String,
    reliability: String,
    flaky: String,
}

#[derive(Template)]
#[template(path = "suites.html")]
struct SuitesPage {
    chrome: Chrome,
    rows: Vec<SuiteRow>,
    days: i64,
    recent_days: u32,
}

/// `GET /organizations/{org}/analytics/suites`.
///
/// # Errors
/// What the store says.
pub async fn list(State(app): State<App>, at: AtOrganization) -> Result<Html<impl Template>, WebError> {
    let suites = app.store.suites(at.organization.id, None).await?.items;
    let rows = stream::iter(suites).map(|suite| row_of(&app, &at, suite)).buffered(SUITES_AT_ONCE).try_collect().await?;
    Ok(Html(SuitesPage { chrome: Chrome::of_organization("Suites", &at), rows, days: DAYS, recent_days: RECENT_DAYS }))
}

async fn row_of(app: &App, at: &AtOrganization, suite: Suite) -> Result<SuiteRow, StoreError> {
    let now = app.clock.now();
    let path = format!("/organizations/{}/analytics/suites/{}", at.organization.slug, suite.slug);
    let newest = app.store.search_runs(suite.id, &RunSearch::default(), PageRequest { offset: 0, limit: 1 }).await?;
    let first_day = now.millis().div_euclid(DAY_MS) - DAYS + 1;
    let days = app.store.runs_by_day(suite.id, days_from(first_day, now), None).await?;
    let (runs, failed) = days.values().fold((0, 0), |(runs, failed), day| (runs + day.runs, failed + day.failed));
    let (reliability, flaky) = recent_of(app, &suite, now).await?;
    Ok(SuiteRow {
        last: newest.first().map(|run| RunRow::new(run, &path, app, now)),
        bars: chart::bars(&day_bars(first_day, &days), 170, 26),
        bars_say: format!("{runs} runs in {DAYS} days, {failed} failed"),
        runs: count(runs),
        failed: count(failed),
        reliability,
        flaky,
        name: suite.settings.name,
        emoji: suite.settings.emoji.filter(|emoji| !emoji.is_ascii()).unwrap_or_default(),
        default_branch: suite.settings.default_branch,
        path,
    })
}

/// Reliability of the executions of the last days, and how many tests both passed and failed on one commit in them.
async fn recent_of(app: &App, suite: &Suite, now: Timestamp) -> Result<(String, String), StoreError> {
    let filters = TestFilters::default();
    let window = Window::last(Period::days(RECENT_DAYS), now);
    let days: Vec<SuiteDay> = app.store.days_of_suite(suite.id, Selected { window, filters: &filters, runs: None }).await?;
    let mut all = Metrics::default();
    days.iter().for_each(|day| all.merge(&day.metrics));
    // Where nothing failed nothing contradicts a pass.
    let mut flaky: Vec<u32> = match all.counts.of(TestResult::Failed) {
        0 => Vec::new(),
        _ => app.store.contradictions(suite.id, window).await?.into_iter().map(|one| one.ordinal).collect(),
    };
    flaky.sort_unstable();
    flaky.dedup();
    let flaky = if all.counts.total() == 0 { "–".to_owned() } else { count(flaky.len() as u64) };
    Ok((maybe_percent(all.reliability()), flaky))
}

/// From the beginning of a day until now.
#[must_use]
pub fn days_from(first_day: i64, now: Timestamp) -> Window {
    Window { from: Timestamp::from_millis(first_day * DAY_MS), until: now.plus_millis(1) }
}

/// A bar for each day: failed runs below, others above.
#[must_use]
pub fn day_bars(first_day: i64, known: &BTreeMap<Timestamp, RunsOfDay>) -> Vec<Bar> {
    (first_day..first_day + DAYS)
        .map(|day| {
            let at = Timestamp::from_millis(day * DAY_MS);
            let (runs, failed) = known.get(&at).map_or((0, 0), |known| (known.runs, known.failed));
            let date = When::new(at, at).utc.get(..10).unwrap_or_default().to_owned();
            Bar { title: format!("{date}: {runs} runs, {failed} failed"), parts: vec![("fail", failed), ("pass", runs - failed)] }
        })
        .collect()
}
