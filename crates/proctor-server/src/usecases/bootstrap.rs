//! The first organization of an empty store, so that a new server is usable at once.

use std::fmt;

use proctor_core::id::OrganizationId;
use proctor_core::organization::{Organization, Role, User};
use proctor_core::retention::Retention;
use proctor_core::scope::Scope;
use proctor_core::suite::{IdenticalUploads, Suite, SuiteSettings};
use proctor_core::time::Timestamp;
use proctor_store::catalog::tokens::NewApiToken;
use proctor_store::{Store, StoreError};

use super::secrets::{NoRandomness, new_api_token, new_upload_token};

/// The address of the first user; nothing is ever sent there.
pub const ADMINISTRATOR_EMAIL: &str = "administrator@localhost";
/// Its name.
pub const ADMINISTRATOR_NAME: &str = "Administrator";
const FIRST_SUITE_NAME: &str = "Tests";
/// A shorter bootstrap token can be guessed: it works, with a warning, because whoever runs a throw-away server may not care.
const BOOTSTRAP_TOKEN_BYTES_SAFE: usize = 16;
/// A longer one is never found again, see the reading of `Authorization`.
const BOOTSTRAP_TOKEN_BYTES_MAX: usize = 512;

/// What a new server begins with.
#[derive(Clone)]
pub struct BootstrapOptions {
    /// The slug of the first organization.
    pub organization_slug: String,
    /// Its name.
    pub organization_name: String,
    /// The secret of an API token with every scope that shall exist, however often the server is started.
    pub bootstrap_token: Option<String>,
    /// What the first suite does with identical uploads.
    pub identical_uploads: IdenticalUploads,
    /// How long the first suite keeps things.
    pub retention: Retention,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self {
            organization_slug: "default".to_owned(),
            organization_name: "Default".to_owned(),
            bootstrap_token: None,
            identical_uploads: IdenticalUploads::Always,
            retention: Retention::default(),
        }
    }
}

/// What [`bootstrap`] made.
#[derive(Clone, Debug, Default)]
pub struct Bootstrapped {
    /// The first organization with what is in it; `None` when the store was not empty.
    pub first: Option<FirstOrganization>,
    /// Whether the bootstrap token was made, rather than found.
    pub made_bootstrap_token: bool,
}

/// The first organization. Its secrets are shown to the operator once and are not kept in this form.
#[derive(Clone)]
pub struct FirstOrganization {
    /// The organization.
    pub organization: Organization,
    /// Its administrator.
    pub administrator: User,
    /// The secret of the administrator's API token; `None` when a bootstrap token is set, which does the same.
    pub api_token: Option<String>,
    /// Its first suite.
    pub suite: Suite,
    /// The suite's upload token.
    pub upload_token: String,
}

/// Without the secret.
impl fmt::Debug for BootstrapOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootstrapOptions").field("organization_slug", &self.organization_slug).finish_non_exhaustive()
    }
}

/// Without the secrets.
impl fmt::Debug for FirstOrganization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstOrganization").field("organization", &self.organization).field("suite", &self.suite).finish_non_exhaustive()
    }
}

/// Why a store could not be bootstrapped.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The bootstrap token is no secret.
    #[error("the bootstrap token must have 1 to {BOOTSTRAP_TOKEN_BYTES_MAX} printable ASCII characters without blanks")]
    BadToken,
    /// The slug cannot be one.
    #[error("{0:?} is no organization slug: lower-case letters, digits, `-` and `_`")]
    BadSlug(String),
    /// No secret could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// What the store says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes, in an empty store, an organization with an administrator and a suite; and the bootstrap token wherever it is absent.
///
/// # Errors
/// See [`BootstrapError`].
pub async fn bootstrap(store: &Store, options: &BootstrapOptions, now: Timestamp) -> Result<Bootstrapped, BootstrapError> {
    if options.bootstrap_token.as_deref().is_some_and(|token| !is_secret(token)) {
        return Err(BootstrapError::BadToken);
    }
    if options.bootstrap_token.as_ref().is_some_and(|token| token.len() < BOOTSTRAP_TOKEN_BYTES_SAFE) {
        tracing::warn!("the bootstrap token has fewer than {BOOTSTRAP_TOKEN_BYTES_SAFE} characters and can be guessed");
    }
    let mut made = Bootstrapped::default();
    let organizations = store.all_organizations().await?;
    let organization = match organizations.iter().find(|known| known.slug == options.organization_slug).or(organizations.first()) {
        Some(known) => known.clone(),
        None => {
            let first = make_first(store, options, now).await?;
            let organization = first.organization.clone();
            made.first = Some(first);
            organization
        }
    };
    if let Some(secret) = &options.bootstrap_token
        && store.api_token_by_secret(secret).await?.is_none()
    {
        let administrator = administrator(store, organization.id, now).await?;
        make_token(store, "Bootstrap token", &administrator, organization.id, secret, now).await?;
        made.made_bootstrap_token = true;
    }
    Ok(made)
}

async fn make_first(store: &Store, options: &BootstrapOptions, now: Timestamp) -> Result<FirstOrganization, BootstrapError> {
    if !proctor_core::slug::is_slug(&options.organization_slug) {
        return Err(BootstrapError::BadSlug(options.organization_slug.clone()));
    }
    let organization = store.create_organization(&options.organization_slug, &options.organization_name, now).await?;
    let administrator = administrator(store, organization.id, now).await?;
    let api_token = match options.bootstrap_token {
        Some(_) => None,
        None => {
            let secret = new_api_token()?;
            make_token(store, "First token", &administrator, organization.id, &secret, now).await?;
            Some(secret)
        }
    };
    let upload_token = new_upload_token()?;
    let BootstrapOptions { identical_uploads, retention, .. } = *options;
    let settings = SuiteSettings { identical_uploads, retention, ..SuiteSettings::named(FIRST_SUITE_NAME) };
    let suite = store.create_suite(organization.id, settings, &upload_token, now).await?;
    Ok(FirstOrganization { organization, administrator, api_token, suite, upload_token })
}

/// The administrator that this module made, made again if somebody took it away.
async fn administrator(store: &Store, organization: OrganizationId, now: Timestamp) -> Result<User, BootstrapError> {
    let user = match store.user_by_email(ADMINISTRATOR_EMAIL).await? {
        Some(user) => user,
        None => store.create_user(ADMINISTRATOR_NAME, ADMINISTRATOR_EMAIL, now).await?,
    };
    store.set_role(organization, user.id, Role::Administrator).await?;
    Ok(user)
}

async fn make_token(
    store: &Store,
    description: &str,
    user: &User,
    organization: OrganizationId,
    secret: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let token = NewApiToken {
        user_id: user.id,
        description: description.to_owned(),
        scopes: Scope::all_known(),
        organizations: vec![organization],
        expires_at: None,
    };
    store.create_api_token(token, secret, now).await.map(|_| ())
}

fn is_secret(token: &str) -> bool {
    (1..=BOOTSTRAP_TOKEN_BYTES_MAX).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}
