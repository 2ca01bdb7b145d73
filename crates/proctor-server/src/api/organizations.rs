//! `/v2/organizations`.

use axum::extract::State;
use http::Uri;
use proctor_core::organization::Organization;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::ids::graphql_id;
use crate::api::json::Json;
use crate::auth::{InOrganization, ReadOrganizations, Scoped};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// An organization on the wire.
#[derive(Debug, Serialize)]
pub struct OrganizationBody {
    id: String,
    graphql_id: String,
    url: String,
    web_url: String,
    name: String,
    slug: String,
    pipelines_url: String,
    agents_url: String,
    emojis_url: String,
    created_at: String,
}

impl OrganizationBody {
    /// The organization with its addresses.
    #[must_use]
    pub fn new(organization: Organization, urls: &Urls) -> Self {
        let Organization { id, slug, name, created_at } = organization;
        let url = urls.organization(&slug);
        Self {
            id: id.to_string(),
            graphql_id: graphql_id("Organization", id.uuid()),
            web_url: urls.organization_web(&slug),
            pipelines_url: format!("{url}/pipelines"),
            agents_url: format!("{url}/agents"),
            emojis_url: format!("{url}/emojis"),
            url,
            name,
            slug,
            created_at: created_at.to_string(),
        }
    }
}

/// `GET /v2/organizations`: those of the token, oldest first.
///
/// # Errors
/// 401, 403.
pub async fn list(
    State(app): State<App>,
    Scoped { caller, .. }: Scoped<ReadOrganizations>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<OrganizationBody>, ApiError> {
    let params = PageParams::of(&query);
    let page = app.store.organizations(&caller.token.organizations, params.request()).await?;
    let items = page.items.into_iter().map(|organization| OrganizationBody::new(organization, &urls)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items, page.total, params, &target))
}

/// `GET /v2/organizations/{org}`.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(InOrganization { organization, .. }: InOrganization<ReadOrganizations>, urls: Urls) -> Json<OrganizationBody> {
    Json(OrganizationBody::new(organization, &urls))
}
