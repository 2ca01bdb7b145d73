//! `GET /v2/organizations/{org}/pipelines/{pipeline}/builds/{number}` and what clients ask for beside it.

use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};

use super::body::{BuildBody, Parts};
use crate::App;
use crate::api::json::Json;
use crate::auth::{InNumberedBuild, ReadBuilds};
use crate::query::QueryParams;
use crate::urls::Urls;

/// The jobs of a build: Proctor knows none.
#[derive(Debug, Serialize)]
pub struct JobsBody {
    items: [Value; 0],
    links: Map<String, Value>,
}

/// One build.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(
    State(app): State<App>,
    InNumberedBuild { organization, place, build, .. }: InNumberedBuild<ReadBuilds>,
    query: QueryParams,
    urls: Urls,
) -> Json<BuildBody> {
    let parts = Parts::asked(&query);
    Json(BuildBody::new(&build, &place, &urls.pipeline_build(&organization.slug, &place.pipeline, place.number), parts, &app))
}

/// Its jobs: an object, for that is what the MCP server reads.
///
/// # Errors
/// 401, 403, 404.
pub async fn jobs(_: InNumberedBuild<ReadBuilds>) -> Json<JobsBody> {
    Json(JobsBody { items: [], links: Map::new() })
}

/// Its annotations: none.
///
/// # Errors
/// 401, 403, 404.
pub async fn annotations(_: InNumberedBuild<ReadBuilds>) -> Json<[Value; 0]> {
    Json([])
}
