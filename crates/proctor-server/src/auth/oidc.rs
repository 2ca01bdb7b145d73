//! JSON Web Tokens of CI systems instead of a suite's upload token (`uploads.md`, section 2).
//!
//! Such a token does not name its suite: its audience does, which is the web or the API address of the suite on this server.
//! The suite's OIDC policy then says which issuers and claims are trusted, and with what.
//!
//! The keys of an issuer come from a file (a JSON Web Key Set) that the operator names in
//! [`OidcSettings::key_files`](crate::settings::OidcSettings). The file is read each time, so that replacing it changes keys without a restart.
//! Fetching key sets from an issuer over the network is not built: an issuer without a file is not trusted.
//!
//! Without a configured public URL the addresses of a suite follow from the `Host` of the request; an operator who uses OIDC
//! should configure one, so that a token made for another server with the same issuer and policy is not accepted here.

mod claims;
mod keys;
mod policy;

use proctor_core::organization::Organization;
use proctor_core::suite::Suite;
use proctor_store::StoreError;

use crate::App;
use crate::urls::Urls;

pub use claims::Claims;
pub use policy::{Policy, PolicyError};

/// The scope that a policy grants for uploads.
pub const WRITE_UPLOADS: &str = "write_uploads";
/// How far the clocks of issuer and server may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// A longer token is nobody's.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// What a JSON Web Token may do.
#[derive(Debug)]
pub enum Verdict {
    /// It is not valid for any suite here.
    Unknown,
    /// It is valid for this suite, but its policy does not grant the scope.
    ScopeMissing,
    /// It may do it to this suite.
    Granted(Box<(Organization, Suite)>),
}

/// Whether a value has the form of a JSON Web Token: three parts of base64url.
#[must_use]
pub fn looks_like_jwt(value: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    value.len() <= TOKEN_BYTES_MAX && value.split('.').count() == 3 && value.split('.').all(|part| !part.is_empty() && is_part(part))
}

/// Says what a token may do, looking for `scope`.
///
/// # Errors
/// When the catalog cannot be read.
pub async fn verdict(app: &App, urls: &Urls, token: &str, scope: &str) -> Result<Verdict, StoreError> {
    // Nothing in the claims is believed before the signature holds; they only say where to look.
    let Some(claimed) = claims::unverified(token) else { return Ok(Verdict::Unknown) };
    let Some((organization, suite)) = suite_of(app, urls, &claimed).await? else { return Ok(Verdict::Unknown) };
    let policy = suite.settings.oidc_policy.as_deref().map(Policy::parse);
    let Some(Ok(policy)) = policy else { return Ok(Verdict::Unknown) };
    let Some(issuer) = claimed.issuer() else { return Ok(Verdict::Unknown) };
    let Some(keys) = keys::of_issuer(&app.settings.oidc, issuer).await else { return Ok(Verdict::Unknown) };
    let Some(claims) = keys.verify(token) else { return Ok(Verdict::Unknown) };
    if !claims.hold_at(app.clock.now().seconds(), LEEWAY_SECONDS) {
        return Ok(Verdict::Unknown);
    }
    let mut matching = policy.statements_for(&claims).peekable();
    if matching.peek().is_none() {
        return Ok(Verdict::Unknown);
    }
    if matching.any(|statement| statement.grants(scope)) {
        return Ok(Verdict::Granted(Box::new((organization, suite))));
    }
    Ok(Verdict::ScopeMissing)
}

/// The suite whose address is an audience of the token.
async fn suite_of(app: &App, urls: &Urls, claims: &Claims) -> Result<Option<(Organization, Suite)>, StoreError> {
    for audience in claims.audiences() {
        let audience = audience.trim_end_matches('/');
        let Some((organization, suite)) = slugs_in(urls, audience) else { continue };
        let Some(organization) = app.store.organization_by_slug(organization).await? else { continue };
        if let Some(suite) = app.store.suite_by_slug(organization.id, suite).await? {
            return Ok(Some((organization, suite)));
        }
    }
    Ok(None)
}

/// The slugs of organization and suite in an address of a suite, web or API.
fn slugs_in<'a>(urls: &Urls, address: &'a str) -> Option<(&'a str, &'a str)> {
    let (before, suite) = address.rsplit_once("/suites/")?;
    let before = before.strip_suffix("/analytics").unwrap_or(before);
    let organization = before.rsplit_once("/organizations/")?.1;
    let known = urls.suite(organization, suite);
    (address == known.web || address == known.api).then_some((organization, suite))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Uri};

    use super::*;
    use crate::Settings;

    #[test]
    fn audiences_are_addresses_of_suites() {
        let settings = Settings { public_url: Some("https://p.test/base".to_owned()), ..Settings::default() };
        let urls = Urls::of(&settings, &Uri::from_static("/"), &HeaderMap::new());
        for (audience, expected) in [
            ("https://p.test/base/organizations/acme/analytics/suites/web", Some(("acme", "web"))),
            ("https://p.test/base/v2/analytics/organizations/acme/suites/web", Some(("acme", "web"))),
            ("https://q.test/base/v2/analytics/organizations/acme/suites/web", None),
            ("https://p.test/organizations/acme/analytics/suites/web", None),
            ("https://p.test/base", None),
        ] {
            assert_eq!(slugs_in(&urls, audience), expected, "{audience}");
        }
    }

    #[test]
    fn three_parts_of_base64url() {
        assert!(looks_like_jwt("eyJh.eyJi.c-_9"));
        for other in ["a.b", "a..c", "a.b.c.d", "a.b.c=", "EXAMPLE"] {
            assert!(!looks_like_jwt(other), "{other}");
        }
    }
}
