//! `POST .../workflows/backtest`: what a rule would have done to the stored history.

use std::collections::HashMap;

use axum::extract::State;
use proctor_core::id::SuiteId;
use proctor_core::monitors::backtest::{FlagEvent, Flagged};
use proctor_core::monitors::hysteresis::Phase;
use proctor_core::workflow::Definition;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::documents::{Actions, read_workflow, write_workflow};
use proctor_store::{Store, StoreError};
use serde_json::{Map, Value, json};

use super::input::without_answered;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};
use crate::usecases::workflows::{BacktestReport, backtest as run_backtest};

/// Tests that an answer lists.
const TESTS_MAX: usize = 100;
const DAY_MS: f64 = 86_400_000.0;

/// Tries a rule: `monitor`, `filters` and `expire_days` as in a workflow. Actions, names and `dry_run` are allowed and say nothing.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422; 503 while others are tried.
pub async fn backtest(State(app): State<App>, place: InSuite<ReadSuites>, JsonObject(body): JsonObject) -> Result<Json<Value>, ApiError> {
    let mut body = without_answered(body);
    body.entry("name").or_insert_with(|| json!("backtest"));
    let branch = &place.suite.settings.default_branch;
    let definition = read_workflow(body, branch, Actions::Stored).map_err(|reasons| ApiError::invalid(&reasons))?;
    let _turn = app.evaluator.history_turn().ok_or_else(|| ApiError::unavailable("Other history is being read, please retry"))?;
    let report = run_backtest(&app.store, place.suite.id, &definition.rule, app.clock.now()).await?;
    Ok(Json(Value::Object(report_body(&app.store, place.suite.id, &definition, &report).await?)))
}

/// The report on the wire (`docs/workflows.md`).
///
/// # Errors
/// When the store cannot be read.
pub async fn report_body(
    store: &Store,
    suite: SuiteId,
    definition: &Definition,
    report: &BacktestReport,
) -> Result<Map<String, Value>, StoreError> {
    let flagged = most_flagged(report);
    let ordinals: Vec<u32> = flagged.iter().map(|(ordinal, _)| *ordinal).collect();
    let tests = store.tests_by_ordinal(suite, &ordinals).await?;
    Ok(body_of(definition, report, &flagged, &tests))
}

/// The tests with most alarms, then with the longest, then by ordinal.
fn most_flagged(report: &BacktestReport) -> Vec<(u32, &Flagged)> {
    let mut flagged: Vec<(u32, &Flagged)> = report.account.flagged.iter().map(|(ordinal, flagged)| (*ordinal, flagged)).collect();
    flagged.sort_by_key(|(ordinal, flagged)| (std::cmp::Reverse((flagged.alarms, flagged.alarmed_ms)), *ordinal));
    flagged.truncate(TESTS_MAX);
    flagged
}

fn body_of(definition: &Definition, report: &BacktestReport, flagged: &[(u32, &Flagged)], tests: &[KnownTest]) -> Map<String, Value> {
    let account = &report.account;
    let document = write_workflow(definition);
    let weeks = account.span.map_or(0.0, |(from, to)| (to.millis() - from.millis()) as f64 / (7.0 * DAY_MS));
    let alarmed_now = account.flagged.values().filter(|flagged| flagged.phase == Phase::Alarmed).count();
    let by_ordinal: HashMap<u32, &KnownTest> = tests.iter().map(|test| (test.ordinal, test)).collect();
    let tests: Vec<Value> =
        flagged.iter().filter_map(|(ordinal, flagged)| by_ordinal.get(ordinal).map(|test| flagged_body(test, flagged))).collect();
    let report = json!({
        "monitor": document.get("monitor"),
        "filters": document.get("filters"),
        "expire_days": document.get("expire_days"),
        "executions": account.executions,
        "executions_counted": account.counted,
        "from": account.span.map(|(from, _)| from.to_string()),
        "to": account.span.map(|(_, to)| to.to_string()),
        "weeks": weeks,
        "alarms": account.alarms,
        "recoveries": account.recoveries,
        // Less than a week counts as one: a rate over minutes would only frighten.
        "flaps_per_week": account.recoveries as f64 / weeks.max(1.0),
        "tests_flagged": account.flagged.len(),
        "tests_alarmed": alarmed_now,
        "alarmed_test_days": account.alarmed_ms as f64 / DAY_MS,
        "runs_failed": account.failed_runs.len(),
        "runs_saved": account.runs_saved(),
        "regressions_hidden": account.regressions_hidden,
        "tests": tests,
    });
    match report {
        Value::Object(report) => report,
        _ => Map::new(),
    }
}

fn flagged_body(test: &KnownTest, flagged: &Flagged) -> Value {
    let Flagged { alarms, recoveries, events, alarmed_ms, regressions_hidden, phase } = flagged;
    let events: Vec<Value> = events.iter().map(flag_event_body).collect();
    json!({
        "test_id": test.id.to_string(),
        "scope": test.scope,
        "name": test.name,
        "alarms": alarms,
        "recoveries": recoveries,
        "alarmed_days": *alarmed_ms as f64 / DAY_MS,
        "is_alarmed": *phase == Phase::Alarmed,
        "regressions_hidden": regressions_hidden,
        "events": events,
    })
}

pub(super) fn flag_event_body(event: &FlagEvent) -> Value {
    let FlagEvent { kind, at, score } = event;
    json!({ "event": kind.as_str(), "at": at.to_string(), "score": score })
}
