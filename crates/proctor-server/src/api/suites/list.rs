//! `GET A/suites`.

use axum::extract::State;
use http::Uri;
use proctor_core::organization::Organization;
use proctor_core::suite::Suite;
use proctor_store::Page;

use super::body::{ShowApiToken, SuiteBody};
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{Caller, InOrganization, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// Oldest first; all of them, or a page when the client asks for one.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    InOrganization { caller, organization, .. }: InOrganization<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<SuiteBody>, ApiError> {
    let params = PageParams::if_asked(&query);
    let Page { items: suites, total } = app.store.suites(organization.id, params.map(PageParams::request)).await?;
    let show = ShowApiToken::asked(query.flag("show_api_token"));
    if show == ShowApiToken::Yes {
        require_edit_of_all(&app, &caller, &organization, &suites).await?;
    }
    let tokens = show.tokens(&app, &organization, &suites.iter().collect::<Vec<_>>()).await?;
    let items = suites.into_iter().zip(tokens).map(|(suite, token)| SuiteBody::new(suite, &organization, &urls, token)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(match params {
        Some(params) => Paged::new(items, total, params, &target),
        None => Paged::whole(items),
    })
}

async fn require_edit_of_all(app: &App, caller: &Caller, organization: &Organization, suites: &[Suite]) -> Result<(), ApiError> {
    let ids: Vec<_> = suites.iter().map(|suite| suite.id).collect();
    let editable = app.store.editable_suites(organization.id, caller.token.user_id, &ids).await?;
    if ids.iter().all(|id| editable.contains(id)) {
        return Ok(());
    }
    Err(ApiError::forbidden("You don't have permission to view this suite's API token"))
}
