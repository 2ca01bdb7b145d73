//! The ledger of a suite: alarms, recoveries, what changed labels, states and workflows, and mass failures.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use proctor_core::id::{LedgerId, TestId, WorkflowId};
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::StoreError;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerFilter, LedgerKind};

use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::html::{Html, curl};
use super::super::pager::with;
use super::super::place::AtSuite;
use super::super::runs::Chip;
use super::entry::{EntryView, Ledger, kind_words, people_of};
use super::place::Sight;
use crate::App;
use crate::query::QueryParams;
use crate::urls::Urls;

const PER_PAGE: u32 = 50;

/// A kind that the list can be narrowed to.
struct KindChip {
    name: &'static str,
    is_on: bool,
    /// The address with it the other way.
    address: String,
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    chrome: Chrome,
    rows: Vec<EntryView>,
    kinds: Vec<KindChip>,
    chips: Vec<Chip>,
    /// Names and ids of the suite's workflows, and whether each is chosen.
    workflows: Vec<(String, String, bool)>,
    kept: Vec<(&'static str, String)>,
    newest: Option<String>,
    older: Option<String>,
    path: String,
    api: String,
    /// The query without a place to go on from.
    query: QueryParams,
}

impl LedgerPage {
    /// The address of the entries about this only.
    fn only(&self, key: &str, value: &str) -> String {
        with(&self.query, key, Some(value))
    }
}

/// `GET …/suites/{suite}/ledger`; `kind` (several with commas), `workflow` and `test` narrow it, `through` goes on from an entry.
///
/// # Errors
/// 422 for what is no kind and no id; what the store says.
pub async fn list(State(app): State<App>, at: AtSuite, urls: Urls, query: QueryParams) -> Result<Html<impl Template>, WebError> {
    let filter = filter_of(&query)?;
    let mut entries = app.store.ledger_newest(at.suite.id, &filter, PER_PAGE + 1).await?;
    let older = entries.get(PER_PAGE as usize).map(|next| with(&query, "through", Some(&next.id.to_string())));
    entries.truncate(PER_PAGE as usize);
    let suite_path = at.path();
    let ledger = ledger_of(&app, &at, &suite_path, &entries).await?;
    let mut workflows: Vec<(String, String, bool)> =
        ledger.workflows.iter().map(|(id, name)| (id.to_string(), name.clone(), filter.workflow == Some(*id))).collect();
    workflows.sort_by(|one, other| one.1.cmp(&other.1));
    let kept = |key: &'static str| query.filled(key).map(|value| (key, value.into_owned()));
    Ok(Html(LedgerPage {
        rows: entries.iter().map(|entry| ledger.view(entry)).collect(),
        kinds: LedgerKind::ALL.iter().map(|kind| kind_chip(*kind, &filter, &query)).collect(),
        chips: chips_of(&app, &at, &filter, &ledger, &query).await?,
        workflows,
        kept: [kept("kind"), kept("test")].into_iter().flatten().collect(),
        newest: filter.through.map(|_| with(&query, "through", None)),
        older,
        path: format!("{suite_path}/ledger"),
        api: curl(&urls.api(&format!("/v2/proctor/organizations/{}/suites/{}/ledger", at.organization.slug, at.suite.slug))),
        chrome: Chrome::of_suite("Ledger", &at, Tab::Workflows),
        query: begun(&query),
    }))
}

/// What is needed to show these entries.
///
/// # Errors
/// What the store says.
pub(super) async fn ledger_of<'a>(app: &App, at: &AtSuite, suite_path: &'a str, entries: &[LedgerEntry]) -> Result<Ledger<'a>, StoreError> {
    let workflows = app.store.workflows(at.suite.id).await?;
    let workflows: HashMap<WorkflowId, String> = workflows.into_iter().map(|workflow| (workflow.id, workflow.definition.name)).collect();
    let people = people_of(&app.store, entries.iter().map(|entry| entry.actor.as_str())).await?;
    Ok(Ledger { suite_path, workflows, people, targets: Sight::of(at).targets, now: app.clock.now() })
}

fn kind_chip(kind: LedgerKind, filter: &LedgerFilter, query: &QueryParams) -> KindChip {
    let is_on = filter.kinds.contains(&kind);
    let mut kinds: Vec<&str> = filter.kinds.iter().filter(|other| **other != kind).map(|kind| kind.as_str()).collect();
    if !is_on {
        kinds.push(kind.as_str());
    }
    let kinds = kinds.join(",");
    let begun = begun(query);
    KindChip {
        name: kind_words(kind).0,
        is_on,
        address: with(&begun, "kind", Some(&kinds).filter(|kinds| !kinds.is_empty()).map(String::as_str)),
    }
}

async fn chips_of(
    app: &App,
    at: &AtSuite,
    filter: &LedgerFilter,
    ledger: &Ledger<'_>,
    query: &QueryParams,
) -> Result<Vec<Chip>, StoreError> {
    let begun = begun(query);
    let mut chips = Vec::new();
    if let Some(id) = filter.workflow {
        let name = ledger.workflows.get(&id).map_or("one that was deleted", String::as_str);
        chips.push(Chip { text: format!("workflow is {name}"), without: with(&begun, "workflow", None) });
    }
    if let Some(id) = filter.test {
        let test = app.store.test_by_id(at.suite.id, id).await?;
        let name = test.map_or_else(|| "unknown".to_owned(), |test| proctor_core::text::full_name(&test.scope, &test.name));
        chips.push(Chip { text: format!("test is {name}"), without: with(&begun, "test", None) });
    }
    Ok(chips)
}

/// Another filter begins with the newest entry.
fn begun(query: &QueryParams) -> QueryParams {
    QueryParams::parse(with(query, "through", None).trim_start_matches('?'))
}

fn filter_of(query: &QueryParams) -> Result<LedgerFilter, WebError> {
    let id = |key: &str| match query.filled(key) {
        Some(text) => hyphenated_uuid(text.trim()).map(Some).ok_or_else(|| WebError::invalid(format!("{key} must be an id"))),
        None => Ok(None),
    };
    let kinds = match query.filled("kind") {
        Some(text) => text.split(',').map(|word| LedgerKind::from_word(word.trim()).ok_or_else(unknown_kind)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let through = query.filled("through").and_then(|text| hyphenated_uuid(text.trim())).map(LedgerId::new);
    Ok(LedgerFilter { kinds, test: id("test")?.map(TestId::new), workflow: id("workflow")?.map(WorkflowId::new), through })
}

fn unknown_kind() -> WebError {
    let words: Vec<&str> = LedgerKind::ALL.iter().map(|kind| kind.as_str()).collect();
    WebError::invalid(format!("kind must be of {}", words.join(", ")))
}
