//! The suites of an organization: where do I start?

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::catalog::run_search::RunSearch;
use proctor_store::{PageRequest, StoreError};

use super::chart::{self, Bar};
use super::chrome::Chrome;
use super::error::WebError;
use super::html::Html;
use super::place::AtOrganization;
use super::runs::RunRow;
use super::when::When;
use crate::App;

const DAY_MS: i64 = 86_400_000;
/// Days of the bars beside each suite.
const DAYS: i64 = 28;

struct SuiteRow {
    path: String,
    name: String,
    emoji: String,
    default_branch: String,
    last: Option<RunRow>,
    bars: String,
    runs: u64,
    failed: u64,
}

#[derive(Template)]
#[template(path = "suites.html")]
struct SuitesPage {
    chrome: Chrome,
    rows: Vec<SuiteRow>,
    days: i64,
}

/// `GET /organizations/{org}/analytics/suites`.
///
/// # Errors
/// What the store says.
pub async fn list(State(app): State<App>, at: AtOrganization) -> Result<Html<impl Template>, WebError> {
    let suites = app.store.suites(at.organization.id, None).await?.items;
    let mut rows = Vec::with_capacity(suites.len());
    for suite in suites {
        rows.push(row_of(&app, &at, suite).await?);
    }
    Ok(Html(SuitesPage { chrome: Chrome::of_organization("Suites", &at), rows, days: DAYS }))
}

async fn row_of(app: &App, at: &AtOrganization, suite: Suite) -> Result<SuiteRow, StoreError> {
    let now = app.clock.now();
    let path = format!("/organizations/{}/analytics/suites/{}", at.organization.slug, suite.slug);
    let newest = app.store.search_runs(suite.id, &RunSearch::default(), PageRequest { offset: 0, limit: 1 }).await?;
    let first_day = now.millis().div_euclid(DAY_MS) - DAYS + 1;
    let days = app.store.runs_by_day(suite.id, days_from(first_day, now), None).await?;
    Ok(SuiteRow {
        last: newest.first().map(|run| RunRow::new(run, &path, app, now)),
        bars: chart::bars(&day_bars(first_day, &days), 170, 26),
        runs: days.values().map(|day| day.runs).sum(),
        failed: days.values().map(|day| day.failed).sum(),
        name: suite.settings.name,
        emoji: suite.settings.emoji.filter(|emoji| !emoji.is_ascii()).unwrap_or_default(),
        default_branch: suite.settings.default_branch,
        path,
    })
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
