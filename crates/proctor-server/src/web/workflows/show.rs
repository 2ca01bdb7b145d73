//! A workflow: what does it do, which tests are alarmed, and what came of it?

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use proctor_core::monitors::tracker::Tracker;
use proctor_core::text::full_name;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Status;
use proctor_store::catalog::evaluations::{OpenAlarm, TESTS_PER_PAGE};
use proctor_store::catalog::ledger::{LedgerEntry, LedgerFilter, LedgerKind};
use proctor_store::catalog::outbox::{ActionList, MessageFilter, PausedAction};
use proctor_store::catalog::workflows::Workflow;
use proctor_store::documents::write_workflow;
use proctor_store::{PageRequest, StoreError};
use serde_json::Value;

use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::html::{Html, curl};
use super::super::pager::Pager;
use super::super::place::AtSuite;
use super::super::when::{When, count};
use super::deliveries::{DeliveryView, deliveries_of};
use super::edit::yaml;
use super::entry::EntryView;
use super::ledger::ledger_of;
use super::list::{About, Activity, Queue, Seen, queue_of, takes_history_in};
use super::place::{AtWorkflow, Sight};
use super::versions::{VersionView, versions_of};
use super::words::{Targets, number};
use crate::App;
use crate::query::QueryParams;
use crate::urls::Urls;

/// Alarmed tests on a page.
const ALARMS_PER_PAGE: u32 = 25;
const EVENTS_SHOWN_MAX: u32 = 10;
const DELIVERIES_SHOWN_MAX: u32 = 20;

/// A test that is alarmed.
struct AlarmRow {
    path: String,
    name: String,
    state: &'static str,
    labels: Vec<String>,
    since: When,
    /// The score now, and when it alarmed with the page of that event.
    score: String,
    alarm: Option<(String, String)>,
}

/// An action that is paused.
struct PausedRow {
    channel: &'static str,
    occasion: &'static str,
    number: u32,
    since: When,
}

impl PausedRow {
    fn of(action: PausedAction, now: Timestamp) -> Self {
        let PausedAction { list, position, channel, paused_at } = action;
        let occasion = match list {
            ActionList::Alarm => "alarm",
            ActionList::Recover => "recovery",
        };
        Self { channel: channel.as_str(), occasion, number: position + 1, since: When::new(paused_at, now) }
    }
}

#[derive(Template)]
#[template(path = "workflow.html")]
struct WorkflowPage {
    chrome: Chrome,
    about: About,
    activity: Activity,
    queue: Queue,
    is_paused: bool,
    paused_actions: Vec<PausedRow>,
    takes_history_in: bool,
    version: u32,
    changed: When,
    alarms: Vec<AlarmRow>,
    pager: Pager,
    events: Vec<EntryView>,
    deliveries: Vec<DeliveryView>,
    deliveries_total: String,
    versions: Vec<VersionView>,
    yaml: Option<String>,
    sight: Sight,
    path: String,
    ledger_path: String,
    suite_path: String,
    /// Which page asks for a message to be sent again.
    from: &'static str,
    api: String,
}

/// `GET …/suites/{suite}/workflows/{workflow}`.
///
/// # Errors
/// 404; what the store says.
pub async fn show(State(app): State<App>, place: AtWorkflow, urls: Urls, query: QueryParams) -> Result<Html<impl Template>, WebError> {
    let path = place.path();
    let AtWorkflow { at, workflow } = place;
    let (now, suite_path, sight) = (app.clock.now(), at.path(), Sight::of(&at));
    let pager = Pager::of(&query, ALARMS_PER_PAGE);
    let mut open = alarms_of(&app, &at, &workflow, pager.request()).await?;
    let pager = pager.cut(&query, &mut open);
    let kinds = vec![LedgerKind::Alarm, LedgerKind::Recover];
    let filter = LedgerFilter { kinds, workflow: Some(workflow.id), ..LedgerFilter::default() };
    let entries = app.store.ledger_newest(at.suite.id, &filter, EVENTS_SHOWN_MAX).await?;
    let ledger = ledger_of(&app, &at, &suite_path, &entries).await?;
    let filter = MessageFilter { workflow: Some(workflow.id), ..MessageFilter::default() };
    let messages = app.store.messages(at.suite.id, filter, PageRequest { offset: 0, limit: DELIVERIES_SHOWN_MAX }).await?;
    let shown = (sight.targets == Targets::Shown).then(|| write_workflow(&workflow.definition));
    Ok(Html(WorkflowPage {
        chrome: Chrome::of_suite(&workflow.definition.name, &at, Tab::Workflows),
        about: About::of(&workflow, sight.targets),
        activity: Seen::of(&app, &at, &[workflow.id]).await?.activity(workflow.id, now),
        queue: queue_of(&app, &at, &workflow).await?,
        is_paused: workflow.definition.status == Status::Paused,
        paused_actions: app.store.paused_actions(&workflow).await?.into_iter().map(|action| PausedRow::of(action, now)).collect(),
        takes_history_in: takes_history_in(&workflow),
        version: workflow.version,
        changed: When::new(workflow.updated_at, now),
        alarms: rows_of(&app, &at, &workflow, &open).await?,
        pager,
        events: entries.iter().map(|entry| ledger.view(entry)).collect(),
        deliveries: deliveries_of(&app, &at, &messages.items).await?,
        deliveries_total: count(messages.total),
        versions: versions_of(&app, &at, workflow.id).await?,
        yaml: shown.and_then(|document| yaml(&document)),
        sight,
        ledger_path: format!("{suite_path}/ledger?workflow={}", workflow.id),
        api: curl(
            &urls.api(&format!("/v2/proctor/organizations/{}/suites/{}/workflows/{}", at.organization.slug, at.suite.slug, workflow.id)),
        ),
        path,
        suite_path,
        from: "workflow",
    }))
}

/// The alarmed tests of a page and one more, the newest alarms first.
async fn alarms_of(app: &App, at: &AtSuite, workflow: &Workflow, page: PageRequest) -> Result<Vec<OpenAlarm>, StoreError> {
    let mut open = app.store.open_alarms(at.suite.id, Some(workflow.id)).await?;
    open.sort_unstable_by_key(|alarm| (std::cmp::Reverse(alarm.since), alarm.ordinal));
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    Ok(open.into_iter().skip(offset).take(page.limit as usize + 1).collect())
}

async fn rows_of(app: &App, at: &AtSuite, workflow: &Workflow, open: &[OpenAlarm]) -> Result<Vec<AlarmRow>, StoreError> {
    let (suite, now, suite_path) = (at.suite.id, app.clock.now(), at.path());
    let ordinals: Vec<u32> = open.iter().map(|alarm| alarm.ordinal).collect();
    let mut pages: Vec<u32> = ordinals.iter().map(|ordinal| ordinal / TESTS_PER_PAGE).collect();
    pages.sort_unstable();
    pages.dedup();
    let tests = app.store.tests_by_ordinal(suite, &ordinals).await?;
    let states = app.store.monitor_states(suite, workflow.id, &pages).await?;
    let events = app.store.newest_alarms(suite, workflow.id, &ordinals).await?;
    let events: HashMap<u32, &LedgerEntry> = events.iter().filter_map(|entry| Some((entry.test.as_ref()?.ordinal, entry))).collect();
    let rule = &workflow.definition.rule;
    let row = |alarm: &OpenAlarm| {
        let test = tests.iter().find(|test| test.ordinal == alarm.ordinal)?;
        let tracker = states.get(&alarm.ordinal).and_then(|bytes| Tracker::from_bytes(rule, bytes));
        let score = tracker.and_then(|tracker| tracker.score_at(rule, now)).map(number);
        // An alarm that history gave quietly has no event, nor has an older one to do with it.
        let event = events.get(&alarm.ordinal).filter(|entry| entry.at >= alarm.since);
        Some(AlarmRow {
            path: format!("{suite_path}/tests/{}", test.id),
            name: full_name(&test.scope, &test.name),
            state: test.state.as_str(),
            labels: test.labels.clone(),
            since: When::new(alarm.since, now),
            score: score.unwrap_or_else(|| "–".to_owned()),
            alarm: event.map(|entry| {
                let score = entry.detail.get("score").and_then(Value::as_f64).map_or_else(|| "event".to_owned(), number);
                (format!("{suite_path}/ledger/{}", entry.id), score)
            }),
        })
    };
    Ok(open.iter().filter_map(row).collect())
}
