//! All routes. Paths arrive here without doubled leading slashes and without a trailing slash, see [`crate::middleware`].

use axum::Router;
use axum::routing::{any, delete, get, patch, post, put};

use crate::App;
use crate::api::error::ApiError;
use crate::api::proctor::{
    deliveries, executions as any_executions, failures, history, labels, ledger, organizations as all_organizations, storage, summaries,
    team_members, tokens, trend, upload_token, workflows,
};
use crate::api::{
    access_token, builds, discovery, execution_tags, executions, health, organizations, pipelines, post_test_ownerships, post_uploads,
    runs, suites, teams, tests, uploads, user,
};
use crate::web;

/// The router with all routes.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(public())
        .merge(collectors())
        .merge(account())
        .merge(analytics())
        .merge(measurements())
        .merge(tests_of_suite())
        .merge(teams_of_organization())
        .merge(proctor())
        .merge(workflows_of_suites())
        .merge(pages())
        .merge(pages_of_workflows())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .with_state(app)
}

/// What needs no token.
fn public() -> Router<App> {
    Router::new()
        .route("/", get(web::home::root))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/v2/meta", get(discovery::meta))
        .route("/.well-known/api-catalog", get(discovery::api_catalog))
        .route("/v2/analytics/openapi.yaml", get(discovery::openapi))
        .route(user::AVATAR_PATH, get(user::avatar))
}

/// Who the caller is and where.
fn account() -> Router<App> {
    Router::new()
        .route("/v2/access-token", get(access_token::get).delete(access_token::revoke))
        .route("/v2/organizations", get(organizations::list))
        .route("/v2/organizations/{org}", get(organizations::get))
        .route("/v2/user", get(user::get))
        .route(&pipeline_build(""), get(pipelines::builds::get))
        .route(&pipeline_build("/jobs"), get(pipelines::builds::jobs))
        .route(&pipeline_build("/annotations"), get(pipelines::builds::annotations))
}

/// Test Engine.
fn analytics() -> Router<App> {
    let one_suite = get(suites::get::get).patch(suites::update::update).put(suites::update::update).delete(suites::delete::delete);
    Router::new()
        .route(&a("/suites"), get(suites::list::list).post(suites::create::create))
        // Reserved for OpenID Connect; until that is built the word is no suite's slug (`rest-api.md`, section 3.1).
        .route(&a("/suites/create_from_pipeline"), any(no_route))
        .route(&a("/suites/{suite}"), one_suite)
        .route(&a("/suites/{suite}/runs"), get(runs::list::list))
        .route(&a("/suites/{suite}/runs/{run}"), get(runs::get::get))
        .route(&a("/suites/{suite}/runs/{run}/failed_executions"), get(runs::failed_executions::list))
        .route(&a("/suites/{suite}/uploads/{upload}"), get(uploads::get))
}

/// What executions say of tests, builds and themselves.
fn measurements() -> Router<App> {
    Router::new()
        .route(&a("/suites/{suite}/tests"), get(tests::list::list))
        .route(&a("/suites/{suite}/tests/{test}"), get(tests::get::get))
        .route(&a("/suites/{suite}/flaky-tests"), get(tests::flaky::list))
        .route(&a("/suites/{suite}/executions/{execution}/trace"), get(executions::trace::get))
        .route(&a("/builds/{build}/tests"), get(builds::tests::list))
        .route(&a("/builds/{build}/preflight/v1"), get(builds::preflight::get))
        .route(&a("/builds/{build}/executions/slowest"), get(builds::slowest::list))
}

/// What people say of tests and executions.
fn tests_of_suite() -> Router<App> {
    Router::new()
        .route(&a("/suites/{suite}/tests/find"), post(tests::find::find))
        .route(&a("/suites/{suite}/tests/muted"), get(tests::quarantine::muted))
        .route(&a("/suites/{suite}/tests/skipped"), get(tests::quarantine::skipped))
        .route(&a("/suites/{suite}/tests/{test}/labels"), patch(tests::labels::change))
        .route(&a("/suites/{suite}/tests/{test}/skip"), put(tests::state::skip))
        .route(&a("/suites/{suite}/tests/{test}/mute"), put(tests::state::mute))
        .route(&a("/suites/{suite}/tests/{test}/enable"), put(tests::state::enable))
        .route(&a("/suites/{suite}/execution-tags"), put(execution_tags::put::put))
}

/// Teams and the suites that they are linked to.
fn teams_of_organization() -> Router<App> {
    let o = |rest: &str| format!("/v2/organizations/{{org}}/teams{rest}");
    let one = get(teams::one::get).patch(teams::one::update).put(teams::one::update).delete(teams::one::delete);
    let link = get(teams::suites::get).patch(teams::suites::update).put(teams::suites::update).delete(teams::suites::delete);
    Router::new()
        .route(&o(""), get(teams::list::list).post(teams::create::create))
        .route(&o("/enable"), post(teams::create::enable))
        .route(&o("/{team}"), one)
        .route(&o("/{team}/suites"), get(teams::suites::list).post(teams::suites::create))
        // The Go client asks for this one.
        .route(&o("/{team}/suite"), post(teams::suites::create))
        .route(&o("/{team}/suites/{suite_id}"), link)
}

/// Proctor's own.
fn proctor() -> Router<App> {
    Router::new()
        .route("/v2/proctor/organizations", get(all_organizations::list).post(all_organizations::create))
        .route("/v2/proctor/organizations/{org}/tokens", get(tokens::list).post(tokens::create))
        .route("/v2/proctor/organizations/{org}/tokens/{token}", delete(tokens::revoke))
        .route(&p("/storage"), get(storage::get))
        .route("/v2/proctor/organizations/{org}/teams/{team}/members", get(team_members::list).post(team_members::add))
        .route("/v2/proctor/organizations/{org}/teams/{team}/members/{user}", delete(team_members::remove))
        .route("/v2/proctor/organizations/{org}/suites/{suite}/upload-token/rotate", post(upload_token::rotate))
        .route(&p("/runs/{run}/executions"), get(runs::executions::list))
        .route(&p("/runs/{run}/failures"), get(failures::run::get))
        .route(&p("/failures"), get(failures::window::list))
        .route(&p("/tests/{test}/executions"), get(any_executions::list))
        .route(&p("/tests/{test}/failures"), get(failures::window::list_of_test))
        .route(&p("/tests/{test}/history"), get(history::list))
        .route(&p("/trend"), get(trend::list))
}

/// Workflows, and what they did.
fn workflows_of_suites() -> Router<App> {
    let one_workflow = get(workflows::get).patch(workflows::update).delete(workflows::delete);
    let guard = get(ledger::get_guard).put(ledger::put_guard).delete(ledger::delete_guard);
    Router::new()
        .route(&p("/workflows"), get(workflows::list).post(workflows::create))
        .route(&p("/workflows/backtest"), post(workflows::backtest))
        .route(&p("/workflows/preview"), post(workflows::preview))
        .route(&p("/workflows/{workflow}"), one_workflow)
        .route(&p("/workflows/{workflow}/preview"), post(workflows::preview_change))
        .route(&p("/workflows/{workflow}/queue"), get(deliveries::queue))
        .route(&p("/workflows/{workflow}/versions"), get(workflows::versions))
        .route(&p("/workflows/{workflow}/versions/{version}"), get(workflows::version))
        .route(&p("/deliveries"), get(deliveries::list))
        .route(&p("/deliveries/{delivery}"), get(deliveries::get))
        .route(&p("/deliveries/{delivery}/redeliver"), post(deliveries::redeliver))
        .route(&p("/alarms"), get(workflows::alarms))
        .route(&p("/events"), get(ledger::events))
        .route(&p("/ledger"), get(ledger::entries))
        .route(&p("/ledger/{entry}"), get(ledger::get))
        .route(&p("/ledger/{entry}/replay"), post(ledger::replay))
        .route(&p("/tests/{test}/ledger"), get(ledger::of_test))
        .route(&p("/incidents"), get(ledger::incidents))
        .route(&p("/incident-guard"), guard)
        .route(&p("/labels"), get(labels::list).put(labels::put))
        .route(&p("/summaries"), get(summaries::list).post(summaries::create))
        .route(&p("/summaries/{summary}"), get(summaries::get).delete(summaries::delete))
        .route(&p("/summaries/{summary}/preview"), get(summaries::preview))
        .route(&p("/summaries/{summary}/send"), post(summaries::send))
}

/// What collectors call, with the token of a suite.
fn collectors() -> Router<App> {
    Router::new()
        .route("/v1/uploads", post(post_uploads::post_upload))
        // A job that runs the JavaScript and the Swift collector with one shared base URL asks for this (`uploads.md`, section 1).
        .route("/v1/uploads/uploads", post(post_uploads::post_upload))
        .route("/v1/test-ownerships", post(post_test_ownerships::post))
        .route("/v1/upload", post(post_uploads::post_upload))
        .route("/v1/uploads/metadata", get(post_uploads::upload_metadata))
}

/// What people see. These are the addresses that `web_url` and its like lead to (`rest-api.md`, section 1.1).
fn pages() -> Router<App> {
    let suites = "/organizations/{org}/analytics/suites";
    let suite = |rest: &str| format!("{suites}/{{suite}}{rest}");
    Router::new()
        .route("/{org}", any(web::home::organization))
        .route("/assets/{hash}/{name}", get(web::assets::get))
        .route("/docs", get(web::docs::first))
        .route("/docs/{name}", get(web::docs::show))
        .route("/sign-in", get(web::sign_in::show).post(web::sign_in::with_token))
        .route("/sign-in/{secret}", get(web::sign_in::show_link).post(web::sign_in::with_link))
        .route("/sign-out", post(web::sign_in::sign_out))
        .route("/organizations/{org}/tokens", get(web::tokens::list).post(web::tokens::create))
        .route("/organizations/{org}/tokens/{token}/revoke", post(web::tokens::revoke))
        .route(suites, get(web::suites::list))
        .route(&suite(""), get(web::summary::show))
        .route(&suite("/flaky"), get(web::flaky::list).post(web::flaky::set_states))
        .route(&suite("/settings"), get(web::settings::show).post(web::settings::change))
        .route(&suite("/settings/owners"), post(web::settings::replace_owners))
        .route(&suite("/settings/token"), post(web::settings::rotate))
        .route(&suite("/tests"), get(web::tests::list))
        .route(&suite("/tests/{test}"), get(web::test::show))
        .route(&suite("/tests/{test}/labels"), post(web::test_actions::change_label))
        .route(&suite("/tests/{test}/state"), post(web::test_actions::set_state))
        .route(&suite("/runs"), get(web::runs::list))
        .route(&suite("/runs/{run}"), get(web::run::show))
        .route(&suite("/runs/{run}/executions"), get(web::run_executions::list))
        .route(&suite("/uploads"), get(web::uploads::list))
        .route(&suite("/uploads/{upload}"), get(web::upload::show))
}

/// Pages of workflows, and of what they did.
fn pages_of_workflows() -> Router<App> {
    let suite = |rest: &str| format!("/organizations/{{org}}/analytics/suites/{{suite}}{rest}");
    Router::new()
        .route(&suite("/workflows"), get(web::workflows::list::list))
        .route(&suite("/workflows/new"), get(web::workflows::edit::show_new).post(web::workflows::edit::send_new))
        .route(&suite("/workflows/{workflow}"), get(web::workflows::show::show))
        .route(&suite("/workflows/{workflow}/edit"), get(web::workflows::edit::show_edit).post(web::workflows::edit::send_edit))
        .route(&suite("/workflows/{workflow}/status"), post(web::workflows::change::set_status))
        .route(&suite("/workflows/{workflow}/delete"), get(web::workflows::change::ask_delete).post(web::workflows::change::delete))
        .route(&suite("/deliveries/{delivery}/redeliver"), post(web::workflows::deliveries::redeliver))
        .route(&suite("/ledger"), get(web::workflows::ledger::list))
        .route(&suite("/ledger/{entry}"), get(web::workflows::replay::show))
        .route(&suite("/ledger/{entry}/replay"), post(web::workflows::replay::replay))
}

/// A path below an organization's Test Engine. Not nested: nesting would hide the beginning of the path from the `Link` header.
pub(crate) fn a(rest: &str) -> String {
    format!("/v2/analytics/organizations/{{org}}{rest}")
}

/// A path of Proctor's own below a suite.
fn p(rest: &str) -> String {
    format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}{rest}")
}

/// A path below a build that pipeline and number name.
fn pipeline_build(rest: &str) -> String {
    format!("/v2/organizations/{{org}}/pipelines/{{pipeline}}/builds/{{number}}{rest}")
}

async fn no_route() -> ApiError {
    ApiError::not_found("Not Found")
}

async fn no_method() -> ApiError {
    ApiError::new(http::StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}
