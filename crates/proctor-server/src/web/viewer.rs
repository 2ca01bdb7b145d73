//! Who looks at a page: the owner of a session cookie.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use proctor_core::id::OrganizationId;
use proctor_core::organization::User;
use proctor_core::token::ApiToken;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::WebError;
use crate::App;

/// The cookie of a session.
pub const COOKIE: &str = "proctor_session";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who.
    pub user: User,
    /// The API token that signed in; `None` for a link, which may do everything that its user may.
    pub token: Option<ApiToken>,
    /// What a form must carry, so that no other site can send it.
    pub csrf: String,
}

impl Viewer {
    /// Whether the session may do what this scope allows.
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.token.as_ref().is_none_or(|token| token.has_scope(scope))
    }

    /// Whether the session may be used in the organization.
    #[must_use]
    pub fn allows(&self, organization: OrganizationId) -> bool {
        self.token.as_ref().is_none_or(|token| token.allows(organization))
    }

    /// Whether `sent` is this session's token for forms.
    #[must_use]
    pub fn has_sent(&self, sent: &str) -> bool {
        self.csrf.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

/// Whoever looks, signed in or not.
#[derive(Clone, Debug)]
pub struct MaybeViewer(pub Option<Viewer>);

/// Somebody who is signed in; others are sent to sign in and come back.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Viewer);

impl FromRequestParts<App> for MaybeViewer {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let Some(secret) = session_secret(&parts.headers) else { return Ok(Self(None)) };
        let Some(session) = app.store.session(secret, app.clock.now()).await? else { return Ok(Self(None)) };
        let Some(user) = app.store.user(session.user).await? else { return Ok(Self(None)) };
        Ok(Self(Some(Viewer { user, token: session.token, csrf: csrf_of(secret) })))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let MaybeViewer(viewer) = MaybeViewer::from_request_parts(parts, app).await?;
        viewer.map(Self).ok_or_else(|| sign_in(parts))
    }
}

/// To the form for signing in, and back again; what was sent with a form is not repeated.
pub(super) fn sign_in(parts: &Parts) -> WebError {
    let is_read = parts.method.is_safe();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    WebError::SignIn(if is_read { target } else { "/" }.to_owned())
}

/// The secret of the session cookie.
#[must_use]
pub fn session_secret(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// What forms of this session carry. It follows from the secret, which scripts of other sites cannot read.
#[must_use]
pub fn csrf_of(secret: &str) -> String {
    let digest = Sha256::new().chain_update("form:").chain_update(secret).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let of = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::COOKIE, http::HeaderValue::from_static(value))]);
            session_secret(&headers).map(str::to_owned)
        };
        assert_eq!(of("a=b; proctor_session=xyz; c=d").as_deref(), Some("xyz"));
        assert_eq!(of("proctor_sessions=xyz"), None);
        assert_eq!(of("a=proctor_session=1"), None);
        assert_ne!(csrf_of("a"), csrf_of("b"));
    }
}
