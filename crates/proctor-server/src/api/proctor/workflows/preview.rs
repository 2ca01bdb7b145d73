//! `POST .../workflows/preview` and `POST .../workflows/{workflow}/preview`: what a workflow would do if it were saved now.

use std::collections::HashMap;

use axum::extract::State;
use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use proctor_core::monitors::hysteresis::Phase;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::preview::{Previewed, PreviewedTest};
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Definition;
use proctor_store::catalog::commits::Commits;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::catalog::workflows::Workflow;
use proctor_store::documents::{Actions, event_document, executions_of_change, name_commits, read_workflow, write_workflow};
use proctor_store::{Store, StoreError};
use serde_json::{Map, Value, json};

use super::InWorkflow;
use super::input::without_answered;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};
use crate::query::QueryParams;
use crate::usecases::workflows::{PreviewOf, PreviewReport, preview as run_preview};

/// Days that are told of when `?days=` says nothing.
pub const DAYS_DEFAULT: u16 = 28;
/// Days that can be told of.
pub const DAYS_MAX: u16 = 366;
/// Tests that each list names.
const TESTS_MAX: usize = 10;

/// Previews a workflow that is not saved yet: a document as in `POST .../workflows`, of which `name` may be missing.
/// `?days=`: how many days are told of, today and those before it.
///
/// # Errors
/// 400 for `days` that cannot be; 401, 403, 404, 413, 422; 503 while other history is read.
pub async fn preview(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    query: QueryParams,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let definition = read_unsaved(body, &place.suite.settings.default_branch).map_err(|reasons| ApiError::invalid(&reasons))?;
    answer(&app, &place.suite, &definition, None, days_of(&query)?).await
}

/// Previews a change of a workflow, and holds it against the version that is saved: what the request does not name stays.
///
/// # Errors
/// As [`preview`].
pub async fn preview_change(
    State(app): State<App>,
    InWorkflow { place, workflow }: InWorkflow<ReadSuites>,
    query: QueryParams,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let definition = read_change(body, &workflow.definition).map_err(|reasons| ApiError::invalid(&reasons))?;
    answer(&app, &place.suite, &definition, Some(&workflow), days_of(&query)?).await
}

/// Reads a workflow that is not saved yet; what only answers have says nothing.
///
/// # Errors
/// What cannot be, in words for a 422.
pub fn read_unsaved(body: Map<String, Value>, default_branch: &str) -> Result<Definition, Vec<String>> {
    let mut body = without_answered(body);
    body.entry("name").or_insert_with(|| json!("preview"));
    read_workflow(body, default_branch, Actions::Stored)
}

/// Reads a change of a workflow.
///
/// # Errors
/// What cannot be, in words for a 422.
pub fn read_change(body: Map<String, Value>, saved: &Definition) -> Result<Definition, Vec<String>> {
    let mut document = write_workflow(saved);
    document.extend(without_answered(body));
    read_workflow(document, "", Actions::Stored)
}

fn days_of(query: &QueryParams) -> Result<u16, ApiError> {
    let Some(text) = query.filled("days") else { return Ok(DAYS_DEFAULT) };
    let days = text.trim().parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
    days.ok_or_else(|| ApiError::bad_request(format!("days must be a whole number from 1 to {DAYS_MAX}")))
}

async fn answer(app: &App, suite: &Suite, definition: &Definition, saved: Option<&Workflow>, days: u16) -> Result<Json<Value>, ApiError> {
    let _turn = app.evaluator.history_turn().ok_or_else(|| ApiError::unavailable("Other history is being read, please retry"))?;
    Ok(Json(Value::Object(preview_body(&app.store, suite.id, definition, saved, (days, app.clock.now())).await?)))
}

/// Runs the preview, and gives it as it is on the wire (`docs/workflows.md`). `days`, 1 to [`DAYS_MAX`], end with that of `until`.
///
/// # Errors
/// When the store cannot be read.
pub async fn preview_body(
    store: &Store,
    suite: SuiteId,
    definition: &Definition,
    saved: Option<&Workflow>,
    (days, until): (u16, Timestamp),
) -> Result<Map<String, Value>, StoreError> {
    let first_day = Day::of(until).plus(1 - i64::from(days));
    let report = run_preview(store, suite, PreviewOf { rule: &definition.rule, saved, first_day, until }).await?;
    let lists = Lists::of(&report);
    let tests = store.tests_by_ordinal(suite, &lists.ordinals()).await?;
    let by_ordinal = tests.iter().map(|test| (test.ordinal, test)).collect();
    let changes: Vec<_> = lists.listed().filter_map(|(_, found)| *found).flat_map(|found| executions_of_change(&found.last)).collect();
    let commits = store.commits_of(suite, &changes).await?;
    let wire = Wire { monitor: definition.rule.monitor(), tests: by_ordinal, commits };
    let document = write_workflow(definition);
    let lists = wire.lists(&lists, saved);
    let edited = &report.edited;
    Ok(Map::from_iter([
        ("monitor".to_owned(), json!(document.get("monitor"))),
        ("filters".to_owned(), json!(document.get("filters"))),
        ("expire_days".to_owned(), json!(document.get("expire_days"))),
        ("days".to_owned(), json!(days)),
        ("from".to_owned(), json!(first_day.start().to_string())),
        ("to".to_owned(), json!(until.to_string())),
        ("executions".to_owned(), json!(edited.executions)),
        ("executions_counted".to_owned(), json!(edited.counted)),
        ("events_per_day".to_owned(), Value::Array(events_per_day(edited, first_day, days))),
        ("alarmed".to_owned(), lists.alarmed),
        ("recovered".to_owned(), lists.recovered),
        ("saved".to_owned(), lists.saved),
    ]))
}

fn events_per_day(edited: &Previewed, first_day: Day, days: u16) -> Vec<Value> {
    let of_day = |number: u16| {
        let day = first_day.plus(i64::from(number));
        let events = edited.days.get(&day).copied().unwrap_or_default();
        json!({ "day": day.to_string(), "alarms": events.alarms, "recoveries": events.recoveries })
    };
    (0..days).map(of_day).collect()
}

type Listed<'a> = Vec<(u32, Option<&'a PreviewedTest>)>;

/// Which tests stand in which list. Evidence is what the edited rule has; a test that it never alarmed has none.
struct Lists<'a> {
    alarmed: Listed<'a>,
    recovered: Listed<'a>,
    /// Alarmed under the edited rule only, under the saved one only, under both.
    compared: Option<[Listed<'a>; 3]>,
}

impl<'a> Lists<'a> {
    fn of(report: &'a PreviewReport) -> Self {
        let PreviewReport { edited, saved } = report;
        let some = |tests: Vec<(u32, &'a PreviewedTest)>| -> Listed<'a> {
            tests.into_iter().map(|(ordinal, test)| (ordinal, Some(test))).collect()
        };
        let alarmed = edited.ending(Phase::Alarmed);
        let compared = saved.as_ref().map(|saved| {
            let (same, added) = alarmed.iter().copied().partition(|(ordinal, _)| saved.is_alarmed(*ordinal));
            let gone = saved.ending(Phase::Alarmed).into_iter().filter(|(ordinal, _)| !edited.is_alarmed(*ordinal));
            let removed = gone.map(|(ordinal, _)| (ordinal, edited.tests.get(&ordinal))).collect();
            [some(added), removed, some(same)]
        });
        Self { alarmed: some(alarmed), recovered: some(edited.ending(Phase::Idle)), compared }
    }

    /// The tests that are named.
    fn listed(&self) -> impl Iterator<Item = &(u32, Option<&'a PreviewedTest>)> {
        let lists = [&self.alarmed, &self.recovered].into_iter().chain(self.compared.iter().flatten());
        lists.flat_map(|list| list.iter().take(TESTS_MAX))
    }

    fn ordinals(&self) -> Vec<u32> {
        let mut ordinals: Vec<u32> = self.listed().map(|(ordinal, _)| *ordinal).collect();
        ordinals.sort_unstable();
        ordinals.dedup();
        ordinals
    }
}

struct Wire<'a> {
    monitor: &'a MonitorSettings,
    commits: Commits,
    tests: HashMap<u32, &'a KnownTest>,
}

struct WireLists {
    alarmed: Value,
    recovered: Value,
    saved: Value,
}

impl Wire<'_> {
    fn lists(&self, lists: &Lists<'_>, saved: Option<&Workflow>) -> WireLists {
        let compared = saved.zip(lists.compared.as_ref()).map(|(workflow, [added, removed, same])| {
            json!({
                "id": workflow.id.to_string(),
                "version": workflow.version,
                "added": self.list(added),
                "removed": self.list(removed),
                "same": self.list(same),
            })
        });
        WireLists { alarmed: self.list(&lists.alarmed), recovered: self.list(&lists.recovered), saved: json!(compared) }
    }

    fn list(&self, listed: &Listed<'_>) -> Value {
        let known = listed.iter().take(TESTS_MAX).filter_map(|(ordinal, found)| Some((*self.tests.get(ordinal)?, *found)));
        json!({ "count": listed.len(), "tests": known.map(|(test, found)| self.test(test, found)).collect::<Vec<_>>() })
    }

    fn test(&self, test: &KnownTest, found: Option<&PreviewedTest>) -> Value {
        let last = found.map(|found| {
            let mut document = event_document(self.monitor.as_str(), &found.last);
            name_commits(self.monitor, &found.last, &self.commits, &mut document);
            document.insert("event".to_owned(), json!(found.last.kind.as_str()));
            document.insert("at".to_owned(), json!(found.last.at.to_string()));
            document
        });
        let events = found.into_iter().flat_map(|found| &found.events);
        let events: Vec<Value> = events.map(super::backtest::flag_event_body).collect();
        json!({
            "test_id": test.id.to_string(),
            "scope": test.scope,
            "name": test.name,
            "state": test.state.as_str(),
            "labels": test.labels,
            "last_event": last,
            "events": events,
        })
    }
}
