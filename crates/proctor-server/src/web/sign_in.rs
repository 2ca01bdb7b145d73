//! Signing in with an API token or a link, and out again.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use proctor_core::day::DAY_MS;
use proctor_core::id::{TokenId, UserId};
use proctor_store::catalog::sessions::NewSession;

use super::chrome::Chrome;
use super::error::WebError;
use super::form::{SentForm, read};
use super::html::{Html, answer};
use super::viewer::{COOKIE, MaybeViewer, session_secret};
use crate::App;
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::secrets::new_session_secret;

/// How long a session lasts, in milliseconds: 30 days.
const SESSION_MS: i64 = 30 * DAY_MS;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    chrome: Chrome,
    next: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkPage {
    chrome: Chrome,
    secret: String,
}

/// `GET /sign-in`.
pub async fn show(query: QueryParams, MaybeViewer(viewer): MaybeViewer) -> Response {
    let next = local(&query.get("next").unwrap_or_default());
    if viewer.is_some() {
        return Redirect::to(&next).into_response();
    }
    Html(SignInPage { chrome: Chrome::plain("Sign in", None), next, problem: None }).into_response()
}

/// `POST /sign-in`: with an API token.
///
/// # Errors
/// What the store says.
pub async fn with_token(State(app): State<App>, urls: Urls, body: Body) -> Result<Response, WebError> {
    let form = read(body).await?;
    let next = local(&form.get("next").unwrap_or_default());
    let secret = form.get("token").unwrap_or_default();
    let token = app.store.api_token_by_secret(secret.trim()).await?.filter(|token| token.is_live(app.clock.now()));
    let Some(token) = token else {
        let problem = Some("This is no API token of this server, or it has expired.");
        let page = SignInPage { chrome: Chrome::plain("Sign in", None), next, problem };
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    start(&app, &urls, token.user_id, Some(token.id), &next).await
}

/// `GET /sign-in/{secret}`: a link that was printed or sent. Looking at it does not use it up: programs that preview links look, too.
///
/// # Errors
/// 404 for a link that is no longer good.
pub async fn show_link(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, WebError> {
    if !app.store.has_sign_in_link(&secret, app.clock.now()).await? {
        return Err(used_up());
    }
    Ok(Html(LinkPage { chrome: Chrome::plain("Sign in", None), secret }).into_response())
}

/// `POST /sign-in/{secret}`.
///
/// # Errors
/// 404 for a link that is no longer good.
pub async fn with_link(State(app): State<App>, urls: Urls, Path(secret): Path<String>) -> Result<Response, WebError> {
    let user = app.store.use_sign_in_link(&secret, app.clock.now()).await?.ok_or_else(used_up)?;
    start(&app, &urls, user, None, "/").await
}

/// `POST /sign-out`.
///
/// # Errors
/// 403 when the form is not of this session.
pub async fn sign_out(State(app): State<App>, headers: http::HeaderMap, _form: SentForm) -> Result<Response, WebError> {
    if let Some(secret) = session_secret(&headers) {
        app.store.end_session(secret).await?;
    }
    let gone = HeaderValue::from_static("proctor_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response())
}

async fn start(app: &App, urls: &Urls, user: UserId, token: Option<TokenId>, next: &str) -> Result<Response, WebError> {
    let secret = new_session_secret().map_err(|error| crate::api::error::ApiError::internal(&error))?;
    let now = app.clock.now();
    app.store.create_session(NewSession { user, token, expires_at: now.plus_millis(SESSION_MS) }, &secret, now).await?;
    // Over plain HTTP a secure cookie would never come back.
    let secure = if urls.web("").starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", SESSION_MS / 1000);
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| crate::api::error::ApiError::internal(&error))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

fn used_up() -> WebError {
    let message = "This link has been used, or is too old. Restart the server for a new one, or sign in with an API token.";
    WebError::Shown(StatusCode::NOT_FOUND, message.to_owned())
}

/// Where to go next: a path of this server, and nothing else.
fn local(next: &str) -> String {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_local && next.is_ascii() { next.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(local("/a?b=c"), "/a?b=c");
        for next in ["", "//evil.test", "https://evil.test", "/\\evil.test", "/a\r\nb", "evil"] {
            assert_eq!(local(next), "/", "{next}");
        }
    }
}
