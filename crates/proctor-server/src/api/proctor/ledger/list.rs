//! `GET .../events`, `GET .../ledger`, `GET .../tests/{test}/ledger` and `GET .../ledger/{entry}`.

use axum::extract::{FromRequestParts, State};
use http::Uri;
use http::request::Parts;
use proctor_core::id::{LedgerId, TestId, WorkflowId};
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerFilter, LedgerKind};

use super::LedgerBody;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites, path_uuid};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

const EVENTS: [LedgerKind; 2] = [LedgerKind::Alarm, LedgerKind::Recover];

/// Where a list is asked for.
#[derive(Debug)]
pub struct ListPlace {
    pub(crate) place: InSuite<ReadSuites>,
    pub(crate) query: QueryParams,
    urls: Urls,
    uri: Uri,
}

impl ListPlace {
    /// What the URLs of the list's pages begin with and carry.
    pub(crate) fn target(&self, through: Option<String>) -> ListTarget<'_> {
        ListTarget { urls: &self.urls, path: self.uri.path(), query: &self.query, through }
    }
}

impl FromRequestParts<App> for ListPlace {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::from_request_parts(parts, app).await?;
        let Ok(query) = QueryParams::from_request_parts(parts, app).await;
        let Ok(urls) = Urls::from_request_parts(parts, app).await;
        Ok(Self { place, query, urls, uri: parts.uri.clone() })
    }
}

/// Alarms and recoveries, newest first; `?workflow=`, `?test=`, `?kind=` narrow the list.
///
/// # Errors
/// 400 for what is no UUID or no kind; 401, 403, 404.
pub async fn events(State(app): State<App>, at: ListPlace) -> Result<Paged<LedgerBody>, ApiError> {
    let mut filter = filter_of(&at.query, &EVENTS)?;
    if filter.kinds.is_empty() {
        filter.kinds = EVENTS.to_vec();
    }
    list(&app, &at, filter).await
}

/// All entries, newest first; narrowed like events.
///
/// # Errors
/// As [`events`].
pub async fn entries(State(app): State<App>, at: ListPlace) -> Result<Paged<LedgerBody>, ApiError> {
    let filter = filter_of(&at.query, LedgerKind::ALL)?;
    list(&app, &at, filter).await
}

/// The test of a path.
#[derive(Clone, Copy, Debug)]
pub struct TestInPath(TestId);

impl FromRequestParts<App> for TestInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, ApiError> {
        path_uuid(parts, "test").await.map(TestId::new).map(Self).ok_or_else(|| ApiError::not_found("No test found"))
    }
}

/// All entries about one test, newest first.
///
/// # Errors
/// As [`events`].
pub async fn of_test(State(app): State<App>, at: ListPlace, TestInPath(test): TestInPath) -> Result<Paged<LedgerBody>, ApiError> {
    let known = app.store.test_by_id(at.place.suite.id, test).await?;
    known.ok_or_else(|| ApiError::not_found("No test found"))?;
    let filter = LedgerFilter { test: Some(test), ..filter_of(&at.query, LedgerKind::ALL)? };
    list(&app, &at, filter).await
}

/// The entry of a path.
#[derive(Debug)]
pub struct InEntry {
    pub(super) place: InSuite<ReadSuites>,
    pub(super) entry: LedgerEntry,
}

impl FromRequestParts<App> for InEntry {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<ReadSuites>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No ledger entry found");
        let id = path_uuid(parts, "entry").await.map(LedgerId::new).ok_or_else(unknown)?;
        let entry = app.store.ledger_entry(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, entry })
    }
}

/// One entry.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(InEntry { entry, .. }: InEntry) -> Json<LedgerBody> {
    Json(entry.into())
}

async fn list(app: &App, at: &ListPlace, filter: LedgerFilter) -> Result<Paged<LedgerBody>, ApiError> {
    let params = PageParams::of(&at.query);
    let page = app.store.ledger(at.place.suite.id, &filter, params.request()).await?;
    let first = page.items.first().filter(|_| params.page == 1).map(|newest| newest.id);
    let through = filter.through.or(first).map(|id| id.to_string());
    let items = page.items.into_iter().map(LedgerBody::from).collect();
    Ok(Paged::new(items, page.total, params, &at.target(through)))
}

fn filter_of(query: &QueryParams, valid: &[LedgerKind]) -> Result<LedgerFilter, ApiError> {
    let id = |key: &str| match query.filled(key) {
        Some(text) => hyphenated_uuid(&text).map(Some).ok_or_else(|| ApiError::bad_request(format!("{key} must be a UUID"))),
        None => Ok(None),
    };
    let kinds = match query.filled("kind") {
        Some(text) => text.split(',').map(|word| kind_of(word, valid)).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    // `through` comes out of our own `Link` header; what is no id there filters nothing.
    let through = query.filled("through").and_then(|text| hyphenated_uuid(&text)).map(LedgerId::new);
    Ok(LedgerFilter { kinds, test: id("test")?.map(TestId::new), workflow: id("workflow")?.map(WorkflowId::new), through })
}

fn kind_of(word: &str, valid: &[LedgerKind]) -> Result<LedgerKind, ApiError> {
    LedgerKind::from_word(word).filter(|kind| valid.contains(kind)).ok_or_else(|| {
        let words: Vec<&str> = valid.iter().map(|kind| kind.as_str()).collect();
        ApiError::bad_request(format!("kind must be one of {}", words.join(", ")))
    })
}
