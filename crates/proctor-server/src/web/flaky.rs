//! The flaky tests of a suite: what should we fix first?

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::filter::TestFilters;
use proctor_core::id::TestId;
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::states::{NewState, StateAuthor};
use proctor_store::queries::Selected;
use proctor_store::{PageRequest, StoreError};

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::form::SentForm;
use super::html::Html;
use super::pager::Pager;
use super::place::{AtSuite, Rights};
use super::test::ACTIONS;
use super::test_actions::require_allowed;
use super::tests::TestRow;
use super::when::When;
use crate::App;
use crate::query::QueryParams;
use crate::usecases::tests::{FlakyQuestion, flaky_tests};

const PER_PAGE: u32 = 50;
const DAYS: u32 = 28;
/// Flaky tests that are put in order; a suite with more of them has other worries than which comes first.
const RANKED_MAX: u32 = 5_000;

struct FlakyRow {
    id: String,
    test: TestRow,
    instances: u64,
    latest: When,
}

#[derive(Template)]
#[template(path = "flaky.html")]
struct FlakyPage {
    chrome: Chrome,
    rows: Vec<FlakyRow>,
    total: u64,
    days: u32,
    search: String,
    pager: Pager,
    can_edit: bool,
    csrf: String,
}

/// `GET …/suites/{suite}/flaky`: the costliest first, by commits on which the test both passed and failed.
///
/// # Errors
/// What the store says.
pub async fn list(State(app): State<App>, at: AtSuite, query: QueryParams) -> Result<Html<impl Template>, WebError> {
    let now = app.clock.now();
    let window = Window::last(Period::days(DAYS), now);
    let search = query.filled("q").map(|search| search.trim().to_owned());
    let question = FlakyQuestion { window, branch: None, search: search.as_deref() };
    let found = flaky_tests(&app.store, at.suite.id, question, PageRequest { offset: 0, limit: RANKED_MAX }).await?;
    let filters = TestFilters::default();
    let metrics = match found.items.is_empty() {
        true => Vec::new(),
        false => app.store.test_metrics(at.suite.id, Selected { window, filters: &filters, runs: None }).await?,
    };
    let metrics: HashMap<u32, Metrics> = metrics.into_iter().map(|test| (test.ordinal, test.metrics)).collect();
    let metrics_of = |ordinal: u32| metrics.get(&ordinal).copied().unwrap_or_default();
    let mut ranked = found.items;
    ranked.sort_by_key(|(test, flaky)| {
        std::cmp::Reverse((flaky.instances, metrics_of(test.ordinal).counts.of(TestResult::Failed), flaky.latest_at))
    });
    let pager = Pager::of(&query, PER_PAGE);
    let skip = usize::try_from(pager.request().offset).unwrap_or(usize::MAX);
    let mut rows: Vec<FlakyRow> = ranked
        .into_iter()
        .skip(skip)
        .take(PER_PAGE as usize + 1)
        .map(|(test, flaky)| {
            let metrics = metrics_of(test.ordinal);
            FlakyRow {
                id: test.id.to_string(),
                test: TestRow::new(test, &metrics, &at.path()),
                instances: flaky.instances,
                latest: When::new(flaky.latest_at, now),
            }
        })
        .collect();
    let pager = pager.cut(&query, &mut rows);
    Ok(Html(FlakyPage {
        chrome: Chrome::of_suite("Flaky", &at, Tab::Flaky),
        rows,
        total: found.total,
        days: DAYS,
        search: search.unwrap_or_default(),
        can_edit: at.rights == Rights::Edit,
        csrf: at.viewer.as_ref().map(|viewer| viewer.csrf.clone()).unwrap_or_default(),
        pager,
    }))
}

/// `POST …/suites/{suite}/flaky`: one state for all tests that were ticked.
///
/// # Errors
/// 403, 422; what the store says.
pub async fn set_states(State(app): State<App>, at: AtSuite, SentForm(form): SentForm) -> Result<Response, WebError> {
    at.require_edit()?;
    let viewer = at.viewer.as_ref().ok_or_else(|| WebError::forbidden("Sign in first."))?;
    let wanted = form.get("state").unwrap_or_default();
    let known = ACTIONS.iter().find(|(_, action, _)| *action == wanted);
    let (state, _, _) = known.ok_or_else(|| WebError::invalid("state must be one of enable, mute, skip"))?;
    require_allowed(&at, *state)?;
    let ticked = form.all().iter().filter(|(key, _)| key == b"test").take(PER_PAGE as usize);
    let ids: Vec<TestId> = ticked.filter_map(|(_, id)| String::from_utf8_lossy(id).parse().ok()).collect();
    let new = NewState { state: *state, by: StateAuthor::User(viewer.user.id), reason: Some("flaky".to_owned()), expires_at: None };
    for id in ids {
        match app.store.set_test_state(at.suite.id, id, &new, app.clock.now()).await {
            // One that is gone needs no state.
            Ok(()) | Err(StoreError::Missing("test")) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&format!("{}/flaky", at.path())).into_response())
}
