//! The workflows of a suite: what do they do, and what have they done lately?

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use proctor_core::day::Day;
use proctor_core::id::WorkflowId;
use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Definition, Mode, Status};
use proctor_store::catalog::ledger::LedgerKind;
use proctor_store::catalog::outbox::QueueFigures;
use proctor_store::catalog::workflows::{AppliedHistory, EVENTS_COUNTED_MAX, EventCount, Workflow};

use super::super::chart::{Bar, bars};
use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::html::{Html, curl};
use super::super::place::AtSuite;
use super::super::when::{When, count};
use super::entry::kind_words;
use super::place::Sight;
use super::words::{Targets, action_words, alarm_words, filter_words, monitor_name, recover_words};
use crate::App;
use crate::urls::Urls;

/// Days of the chart: today and those before it.
pub(super) const DAYS: i64 = 7;
const DAY_HOURS: i64 = 24;
const HOUR_MS: i64 = 3_600_000;

/// What a workflow is, in words.
#[derive(Clone, Debug)]
pub struct About {
    /// Its name.
    pub name: String,
    /// What its badge says, and the class of it; two when it is active and rehearses.
    pub badges: Vec<(&'static str, &'static str)>,
    /// What its monitor is called.
    pub monitor: &'static str,
    /// When it alarms, behind "When a test".
    pub alarms: String,
    /// When it recovers, behind "It recovers".
    pub recovers: Option<String>,
    /// Days of silence that end an alarm.
    pub expire_days: Option<u16>,
    /// Which executions count.
    pub filters: Vec<String>,
    /// What is done on alarm.
    pub on_alarm: Vec<String>,
    /// What is done on recovery.
    pub on_recover: Vec<String>,
}

/// What a workflow did lately.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Tests that are alarmed now.
    pub alarmed: String,
    /// Events of the last 24 hours.
    pub day: String,
    /// Events of the seven days.
    pub week: String,
    /// The seven days, as a picture.
    pub chart: String,
    /// The seven days: day, alarms, recoveries.
    pub days: Vec<(String, u64, u64)>,
    /// The newest event.
    pub last: Option<(&'static str, When)>,
}

/// Messages that wait.
#[derive(Clone, Debug)]
pub struct Queue {
    /// How they stand.
    pub figures: QueueFigures,
    /// How many may leave in a minute.
    pub limit: u32,
}

struct Card {
    path: String,
    about: About,
    activity: Activity,
    queue: Option<Queue>,
    is_paused: bool,
    takes_history_in: bool,
}

#[derive(Template)]
#[template(path = "workflows.html")]
struct WorkflowsPage {
    chrome: Chrome,
    cards: Vec<Card>,
    alarmed: String,
    is_cut: bool,
    sight: Sight,
    path: String,
    suite_path: String,
    api: String,
}

/// `GET …/suites/{suite}/workflows`.
///
/// # Errors
/// What the store says.
pub async fn list(State(app): State<App>, at: AtSuite, urls: Urls) -> Result<Html<impl Template>, WebError> {
    let (now, suite, store) = (app.clock.now(), at.suite.id, &app.store);
    let workflows = store.workflows(suite).await?;
    let ids: Vec<WorkflowId> = workflows.iter().map(|workflow| workflow.id).collect();
    let seen = Seen::of(&app, &at, &ids).await?;
    let waiting = store.waiting_counts(suite).await?;
    let (sight, suite_path) = (Sight::of(&at), at.path());
    let mut cards = Vec::with_capacity(workflows.len());
    for workflow in &workflows {
        let queue = match waiting.get(&workflow.id) {
            Some(_) => Some(queue_of(&app, &at, workflow).await?),
            None => None,
        };
        cards.push(Card {
            path: format!("{suite_path}/workflows/{}", workflow.id),
            about: About::of(workflow, sight.targets),
            activity: seen.activity(workflow.id, now),
            queue,
            is_paused: workflow.definition.status == Status::Paused,
            takes_history_in: takes_history_in(workflow),
        });
    }
    Ok(Html(WorkflowsPage {
        chrome: Chrome::of_suite("Workflows", &at, Tab::Workflows),
        cards,
        alarmed: count(seen.alarmed.values().sum()),
        is_cut: seen.is_cut,
        sight,
        path: format!("{suite_path}/workflows"),
        suite_path,
        api: curl(&urls.api(&format!("/v2/proctor/organizations/{}/suites/{}/workflows", at.organization.slug, at.suite.slug))),
    }))
}

/// Whether a version has yet to take in the stored history; a paused one does when it is resumed.
pub(super) fn takes_history_in(workflow: &Workflow) -> bool {
    workflow.definition.status == Status::Active && matches!(workflow.history, AppliedHistory::Waiting(_))
}

pub(super) async fn queue_of(app: &App, at: &AtSuite, workflow: &Workflow) -> Result<Queue, WebError> {
    let figures = app.store.queue_figures(at.suite.id, workflow.id, app.clock.now()).await?;
    Ok(Queue { figures, limit: workflow.definition.events_per_minute })
}

impl About {
    /// A workflow in words.
    #[must_use]
    pub fn of(workflow: &Workflow, targets: Targets) -> Self {
        let Definition { name, status, mode, rule, alarm, recover, events_per_minute: _ } = &workflow.definition;
        let words = |actions: &[Action]| actions.iter().map(|action| action_words(action, targets)).collect();
        let mut badges = vec![match status {
            Status::Active => ("active", "active"),
            Status::Paused => ("paused", "paused"),
        }];
        if *mode == Mode::DryRun {
            badges.push(("dry run", "dryrun"));
        }
        Self {
            name: name.clone(),
            badges,
            monitor: monitor_name(rule.monitor().as_str()),
            alarms: alarm_words(rule.monitor()),
            recovers: recover_words(rule.monitor()),
            expire_days: rule.expire_days(),
            filters: rule.filters().as_slice().iter().map(filter_words).collect(),
            on_alarm: words(alarm),
            on_recover: words(recover),
        }
    }
}

/// What all workflows of a suite did.
pub(super) struct Seen {
    alarmed: HashMap<WorkflowId, u64>,
    events: Vec<EventCount>,
    last: HashMap<WorkflowId, (LedgerKind, Timestamp)>,
    /// Whether there are more events than were counted.
    is_cut: bool,
}

impl Seen {
    pub(super) async fn of(app: &App, at: &AtSuite, ids: &[WorkflowId]) -> Result<Self, WebError> {
        let (suite, store) = (at.suite.id, &app.store);
        let since = Day::of(app.clock.now()).plus(1 - DAYS).start().plus_millis(-1);
        let events = store.event_counts(suite, since).await?;
        let counted: u64 = events.iter().map(|events| events.alarms + events.recoveries).sum();
        let (alarmed, last) = (store.alarm_counts(suite).await?, store.last_events(suite, ids).await?);
        Ok(Self { alarmed, events, last, is_cut: counted >= u64::from(EVENTS_COUNTED_MAX) })
    }

    pub(super) fn activity(&self, id: WorkflowId, now: Timestamp) -> Activity {
        let today = Day::of(now).number();
        let since_hour = now.millis().div_euclid(HOUR_MS) - DAY_HOURS;
        let (mut alarms, mut recoveries, mut day) = ([0_u64; DAYS as usize], [0_u64; DAYS as usize], 0);
        for events in self.events.iter().filter(|events| events.workflow == id) {
            if events.hour > since_hour {
                day += events.alarms + events.recoveries;
            }
            let ago = usize::try_from(today - events.hour.div_euclid(DAY_HOURS)).unwrap_or(usize::MAX);
            let Some(slot) = (DAYS as usize - 1).checked_sub(ago) else { continue };
            alarms[slot] += events.alarms;
            recoveries[slot] += events.recoveries;
        }
        let name =
            |slot: usize| Day::from_number(today - DAYS + 1 + slot as i64).start().to_string().get(..10).unwrap_or_default().to_owned();
        let days: Vec<(String, u64, u64)> = (0..DAYS as usize).map(|slot| (name(slot), alarms[slot], recoveries[slot])).collect();
        let bar = |(day, alarms, recoveries): &(String, u64, u64)| Bar {
            title: format!("{day}: {alarms} alarms, {recoveries} recoveries"),
            parts: vec![("alarmed", *alarms), ("recovered", *recoveries)],
        };
        Activity {
            alarmed: count(self.alarmed.get(&id).copied().unwrap_or(0)),
            day: count(day),
            week: count(alarms.iter().chain(&recoveries).sum()),
            chart: bars(&days.iter().map(bar).collect::<Vec<_>>(), 140, 34),
            days,
            last: self.last.get(&id).map(|(kind, at)| (kind_words(*kind).0, When::new(*at, now))),
        }
    }
}
