//! `/v2/proctor/organizations`: the organizations of the caller's user, and new ones.

use axum::extract::State;
use http::{StatusCode, Uri};
use proctor_core::organization::{Organization, Role};
use proctor_core::slug::{is_slug, slug_of};
use proctor_store::StoreError;
use proctor_store::catalog::tokens::NewApiToken;
use proctor_store::error::Unique;
use serde::Serialize;
use serde_json::Value;

use super::tokens::TokenBody;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::organizations::OrganizationBody;
use crate::auth::{Caller, Scoped, WriteTokens};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::secrets::new_api_token;

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 255;

/// A new organization, and the token that reaches it: tokens never gain organizations later.
#[derive(Serialize)]
pub struct NewOrganizationBody {
    #[serde(flatten)]
    organization: OrganizationBody,
    api_token: TokenBody,
}

/// `GET`: oldest first; also those that the token itself does not reach.
///
/// # Errors
/// 401, 403.
pub async fn list(
    State(app): State<App>,
    Scoped { caller, .. }: Scoped<WriteTokens>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<OrganizationBody>, ApiError> {
    let mut ids = Vec::new();
    for organization in app.store.all_organizations().await? {
        if app.store.role(organization.id, caller.token.user_id).await?.is_some() {
            ids.push(organization.id);
        }
    }
    let params = PageParams::of(&query);
    let page = app.store.organizations(&ids, params.request()).await?;
    let items = page.items.into_iter().map(|organization| OrganizationBody::new(organization, &urls)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items, page.total, params, &target))
}

/// `POST`: makes an organization with the caller's user as its administrator, and a token for it with the caller's scopes. Only an
/// administrator of an organization of the token may.
///
/// # Errors
/// 400, 401, 403, 413, 422.
pub async fn create(
    State(app): State<App>,
    Scoped { caller, .. }: Scoped<WriteTokens>,
    urls: Urls,
    body: JsonObject,
) -> Result<(StatusCode, Json<NewOrganizationBody>), ApiError> {
    require_administrator(&app, &caller).await?;
    let (slug, name) = slug_and_name(&body)?;
    let organization = make(&app, &caller, &slug, &name).await?;
    let api_token = make_token(&app, &caller, &organization).await?;
    let organization = OrganizationBody::new(organization, &urls);
    Ok((StatusCode::CREATED, Json(NewOrganizationBody { organization, api_token })))
}

async fn require_administrator(app: &App, caller: &Caller) -> Result<(), ApiError> {
    for organization in &caller.token.organizations {
        if app.store.role(*organization, caller.token.user_id).await? == Some(Role::Administrator) {
            return Ok(());
        }
    }
    Err(ApiError::forbidden("You don't have permission to create organizations"))
}

/// The slug follows from the name unless it is given.
fn slug_and_name(JsonObject(object): &JsonObject) -> Result<(String, String), ApiError> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let name = text("name").ok_or_else(|| ApiError::invalid(&["Name can't be blank".to_owned()]))?.replace('\0', "\u{fffd}");
    if name.len() > NAME_BYTES_MAX {
        return Err(ApiError::invalid(&["Name is too long".to_owned()]));
    }
    let slug = text("slug").map_or_else(|| slug_of(&name), str::to_owned);
    if !is_slug(&slug) {
        return Err(ApiError::invalid(&["Slug must be lower-case letters, digits, dashes and underscores".to_owned()]));
    }
    Ok((slug, name))
}

async fn make(app: &App, caller: &Caller, slug: &str, name: &str) -> Result<Organization, ApiError> {
    let made = app.store.create_organization(slug, name, app.clock.now()).await;
    let organization = made.map_err(|error| match error {
        StoreError::Taken(Unique::OrganizationSlug) => ApiError::invalid(&["Slug has already been taken".to_owned()]),
        error => error.into(),
    })?;
    app.store.set_role(organization.id, caller.token.user_id, Role::Administrator).await?;
    Ok(organization)
}

async fn make_token(app: &App, caller: &Caller, organization: &Organization) -> Result<TokenBody, ApiError> {
    let new_token = NewApiToken {
        user_id: caller.token.user_id,
        description: format!("Made with the organization {}", organization.slug),
        scopes: caller.token.scopes.clone(),
        organizations: vec![organization.id],
        expires_at: caller.token.expires_at,
    };
    let secret = new_api_token().map_err(|error| ApiError::internal(&error))?;
    let token = app.store.create_api_token(new_token, &secret, app.clock.now()).await?;
    Ok(TokenBody::new(token, Some(secret)))
}
