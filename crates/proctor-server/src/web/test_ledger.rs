//! What happened to a test, and why: its part of the ledger, each entry with its evidence.

use std::collections::HashMap;

use proctor_core::id::{ExecutionId, TestId, UserId};
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use proctor_core::workflow::definition::ACTIONS_MAX;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerFilter, LedgerKind};
use proctor_store::{PageRequest, StoreError};
use serde_json::{Map, Value};

use super::pager::Pager;
use super::place::AtSuite;
use super::state_history::StateHistory;
use super::when::When;
use crate::App;
use crate::query::QueryParams;

/// Entries on a page.
const PER_PAGE: u32 = 20;
/// Executions linked at once; the others are a click away.
const EVIDENCE_SHOWN_MAX: usize = 5;
/// Changes of the state that are read to tell in which state the test was when.
const STATE_CHANGES_MAX: u32 = 200;

/// An entry for people.
#[derive(Debug)]
pub struct LedgerRow {
    /// When it came true.
    pub at: When,
    /// The class of its badge.
    pub class: &'static str,
    /// What its badge says.
    pub word: &'static str,
    /// What happened.
    pub what: String,
    /// Who or what did it.
    pub actor: String,
    /// Name and version of the workflow that had a part in it.
    pub workflow: Option<(String, u32)>,
    /// Score and what it was held against.
    pub score: String,
    /// Figures behind the score, in words.
    pub figures: String,
    /// The executions that it rests on: times (UTC) and addresses.
    pub evidence: Vec<(String, String)>,
    /// More of them.
    pub more: Vec<(String, String)>,
    /// What the workflow did on this event.
    pub done: Vec<Done>,
}

/// A change that an action made.
#[derive(Debug)]
pub struct Done {
    /// The class of its badge.
    pub class: &'static str,
    /// What its badge says.
    pub word: &'static str,
    /// What changed.
    pub what: String,
}

/// One page of the entries.
#[derive(Debug)]
pub struct TestLedger {
    /// Newest first.
    pub rows: Vec<LedgerRow>,
    /// All entries.
    pub total: u64,
    /// Where the neighbours are.
    pub pager: Pager,
}

/// The entries about a test; `path`: of its page.
///
/// # Errors
/// When the store cannot be read.
pub async fn ledger_of(app: &App, at: &AtSuite, query: &QueryParams, test: TestId, path: &str) -> Result<TestLedger, StoreError> {
    let pager = Pager::of(query, PER_PAGE);
    let filter = LedgerFilter { test: Some(test), ..LedgerFilter::default() };
    let PageRequest { offset, limit } = pager.request();
    // What follows from the first event of the page stands before it.
    let before = offset.min(ACTIONS_MAX as u64);
    let with_before = PageRequest { offset: offset - before, limit: limit + u32::try_from(before).unwrap_or_default() };
    let found = app.store.ledger(at.suite.id, &filter, with_before).await?;
    let names = names_of(app, at, &found.items).await?;
    let is_followed = pager.page * u64::from(PER_PAGE) < found.total;
    let now = app.clock.now();
    let of_page = found.items.iter().skip(usize::try_from(before).unwrap_or_default());
    // What an action changed stands with the event that it followed from, not at the time at which it was carried out: between events of
    // imported history that time would say nothing.
    let row = |entry: &LedgerEntry| {
        let id = entry.id.to_string();
        let following = found.items.iter().rev().filter(|one| event_of(one) == Some(id.as_str()));
        LedgerRow { done: following.map(done_of).collect(), ..row_of(entry, &names, path, now) }
    };
    let rows = of_page.filter(|entry| event_of(entry).is_none()).map(row).collect();
    Ok(TestLedger { rows, total: found.total, pager: pager.followed(query, is_followed) })
}

/// The event on which a workflow made the change that the entry tells of.
fn event_of(entry: &LedgerEntry) -> Option<&str> {
    entry.detail.get("event_id")?.as_str()
}

fn done_of(entry: &LedgerEntry) -> Done {
    let (class, word) = badge_of(entry.kind);
    Done { class, word, what: what_of(entry.kind, &entry.detail) }
}

/// In which state the test was when.
///
/// # Errors
/// When the store cannot be read.
pub async fn states_of(app: &App, at: &AtSuite, test: TestId, now: TestState) -> Result<StateHistory, StoreError> {
    let filter = LedgerFilter { kinds: vec![LedgerKind::StateChanged], test: Some(test), ..LedgerFilter::default() };
    let found = app.store.ledger(at.suite.id, &filter, PageRequest { offset: 0, limit: STATE_CHANGES_MAX }).await?;
    Ok(StateHistory::of(&found.items, now))
}

/// Names of users and workflows, by the words of the ledger. To the public people stay nameless.
async fn names_of(app: &App, at: &AtSuite, entries: &[LedgerEntry]) -> Result<HashMap<String, String>, StoreError> {
    let mut names = HashMap::new();
    if entries.iter().any(|entry| entry.workflow.is_some()) {
        for workflow in app.store.workflows(at.suite.id).await? {
            names.insert(workflow.id.to_string(), workflow.definition.name);
        }
    }
    for actor in entries.iter().map(|entry| &entry.actor) {
        if at.viewer.is_none() || names.contains_key(actor) {
            continue;
        }
        let id = actor.strip_prefix("user:").and_then(|id| id.parse::<UserId>().ok());
        if let Some(id) = id
            && let Some(user) = app.store.user(id).await?
        {
            names.insert(actor.clone(), user.name);
        }
    }
    Ok(names)
}

fn row_of(entry: &LedgerEntry, names: &HashMap<String, String>, path: &str, now: Timestamp) -> LedgerRow {
    let detail = &entry.detail;
    let (class, word) = badge_of(entry.kind);
    let ids = detail.get("evidence").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut evidence: Vec<(String, String)> = ids.filter_map(|id| id.parse::<ExecutionId>().ok()).map(|id| link_of(id, path)).collect();
    // The newest stand last in the ledger.
    evidence.reverse();
    let more = evidence.split_off(evidence.len().min(EVIDENCE_SHOWN_MAX));
    let workflow = entry.workflow.map(|(id, version)| {
        let known = names.get(&id.to_string()).cloned();
        let said = || detail.get("workflow").and_then(Value::as_str).map(str::to_owned);
        (known.or_else(said).unwrap_or_else(|| "a deleted workflow".to_owned()), version)
    });
    LedgerRow {
        at: When::new(entry.at, now),
        class,
        word,
        what: what_of(entry.kind, detail),
        actor: match entry.actor.as_str() {
            "workflow" => String::new(),
            "system" => "Proctor".to_owned(),
            actor => names.get(actor).cloned().unwrap_or_else(|| "somebody".to_owned()),
        },
        workflow,
        score: score_of(detail),
        figures: figures_of(detail),
        evidence,
        more,
        done: Vec::new(),
    }
}

/// An execution by the time at which it was received, which stands in its id.
fn link_of(id: ExecutionId, path: &str) -> (String, String) {
    let at = Timestamp::from_millis(i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(0)).to_string();
    let name = at.get(..16).unwrap_or_default().replace('T', " ");
    (name, format!("{path}?execution_id={id}#execution"))
}

const fn badge_of(kind: LedgerKind) -> (&'static str, &'static str) {
    match kind {
        LedgerKind::Alarm => ("failed", "alarm"),
        LedgerKind::Recover => ("passed", "recovered"),
        LedgerKind::LabelAdded => ("info", "label added"),
        LedgerKind::LabelRemoved => ("plain", "label removed"),
        LedgerKind::StateChanged => ("muted", "state changed"),
        LedgerKind::WorkflowCreated | LedgerKind::WorkflowUpdated | LedgerKind::WorkflowDeleted | LedgerKind::WorkflowApplied => {
            ("plain", "workflow")
        }
        LedgerKind::Incident => ("stale", "mass failure"),
    }
}

/// One line about an entry.
#[must_use]
pub fn what_of(kind: LedgerKind, detail: &Map<String, Value>) -> String {
    let text = |key: &str| detail.get(key).and_then(Value::as_str).unwrap_or_default();
    let because = match text("reason") {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let until = match text("expires_at").get(..16) {
        Some(at) => format!(", until {} UTC", at.replace('T', " ")),
        None => String::new(),
    };
    match kind {
        LedgerKind::LabelAdded | LedgerKind::LabelRemoved => text("label").to_owned(),
        LedgerKind::StateChanged => format!("{} → {}{until}{because}", text("from"), text("to")),
        LedgerKind::Alarm | LedgerKind::Recover => {
            let monitor = text("monitor").replace('_', " ");
            let cause = match text("cause") {
                "clock" => ", as time passed",
                "expired" => ", the alarm had lasted long enough",
                _ => "",
            };
            format!("{monitor}{cause}")
        }
        LedgerKind::WorkflowCreated | LedgerKind::WorkflowUpdated | LedgerKind::WorkflowDeleted | LedgerKind::WorkflowApplied => {
            kind.as_str().replace('_', " ")
        }
        LedgerKind::Incident => "the run was a mass failure".to_owned(),
    }
}

/// `0.92 (alarm from 0.8, recovers at 0.2)`; empty when there was no score.
#[must_use]
pub fn score_of(detail: &Map<String, Value>) -> String {
    let number = |value: &Value| value.as_f64().map(short_number);
    let Some(score) = detail.get("score").and_then(number) else { return String::new() };
    let threshold = |key: &str| detail.get("thresholds").and_then(|thresholds| thresholds.get(key)).and_then(number);
    match (threshold("alarm"), threshold("recover")) {
        (Some(alarm), Some(recover)) => format!("{score} (alarm from {alarm}, recovers at {recover})"),
        (Some(alarm), None) => format!("{score} (alarm from {alarm})"),
        _ => score,
    }
}

/// `commits: 3, executions in window: 40`.
#[must_use]
pub fn figures_of(detail: &Map<String, Value>) -> String {
    let Some(Value::Object(figures)) = detail.get("figures") else { return String::new() };
    let shown = figures.iter().filter_map(|(key, value)| {
        let value = match value {
            Value::Number(number) => short_number(number.as_f64()?),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        let (name, unit) = key.strip_suffix("_s").map_or((key.as_str(), ""), |name| (name, " s"));
        Some(format!("{}: {value}{unit}", name.replace('_', " ")))
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// At most three digits behind the point, none that say nothing.
fn short_number(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("an object") };
        object
    }

    #[test]
    fn scores_figures_and_changes_in_words() {
        let detail = object(json!({
            "monitor": "passed_on_retry", "cause": "execution", "score": 0.25, "thresholds": { "alarm": 0.2, "recover": null },
            "figures": { "commit_count": 1, "baseline_s": 1.50, "nothing": null },
        }));
        assert_eq!(score_of(&detail), "0.25 (alarm from 0.2)");
        assert_eq!(figures_of(&detail), "commit count: 1, baseline: 1.5 s");
        assert_eq!(what_of(LedgerKind::Alarm, &detail), "passed on retry");
        let change = object(json!({ "from": "enabled", "to": "muted", "reason": "noisy", "expires_at": "2026-04-09T18:22:05.031Z" }));
        assert_eq!(what_of(LedgerKind::StateChanged, &change), "enabled → muted, until 2026-04-09 18:22 UTC: noisy");
        assert_eq!((score_of(&change), figures_of(&change)), (String::new(), String::new()));
    }
}
