//! What administration shows, whether it comes from a store or from a server.

use proctor_core::organization::{Organization, Team};
use proctor_core::scope::Scope;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_core::token::ApiToken;
use serde::{Deserialize, Serialize};

/// An organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrganizationView {
    /// Its id.
    pub(crate) id: String,
    /// Its name in addresses.
    pub(crate) slug: String,
    /// Its name for people.
    pub(crate) name: String,
    /// The token that reaches a new organization, when a server made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_token: Option<TokenView>,
}

impl From<Organization> for OrganizationView {
    fn from(organization: Organization) -> Self {
        let Organization { id, slug, name, created_at: _ } = organization;
        Self { id: id.to_string(), slug, name, api_token: None }
    }
}

/// A suite, with the keys of the REST API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SuiteView {
    /// Its id.
    pub(crate) id: String,
    /// Its name in addresses.
    pub(crate) slug: String,
    /// Its name for people.
    pub(crate) name: String,
    /// The branch that matters.
    pub(crate) default_branch: String,
    /// The application that it tests.
    pub(crate) application_name: Option<String>,
    /// `#RRGGBB`.
    pub(crate) color: Option<String>,
    /// An emoji.
    pub(crate) emoji: Option<String>,
    /// The OIDC policy as written.
    pub(crate) oidc_policy: Option<String>,
    /// The keys of execution tags whose values become labels.
    #[serde(default)]
    pub(crate) label_tag_keys: Vec<String>,
    /// `off` when the suite takes none; the API does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uploads: Option<String>,
    /// For how many days executions are kept, when it is not for ever; the API tells it with the suite's storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention_days: Option<u32>,
    /// The same of aggregates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aggregates_days: Option<u32>,
    /// The upload token, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_token: Option<String>,
}

impl From<Suite> for SuiteView {
    fn from(suite: Suite) -> Self {
        let Suite { id, organization_id: _, slug, created_at: _, uploads_disabled, settings } = suite;
        let SuiteSettings {
            name,
            default_branch,
            application_name,
            color,
            emoji,
            oidc_policy,
            repo_url: _,
            external_url: _,
            flaky_detection: _,
            identical_uploads: _,
            retention,
            states: _,
            label_tag_keys,
        } = settings;
        let uploads = uploads_disabled.then(|| "off".to_owned());
        Self {
            id: id.to_string(),
            slug,
            name,
            default_branch,
            application_name,
            color,
            emoji,
            oidc_policy,
            label_tag_keys,
            uploads,
            retention_days: retention.executions.as_days(),
            aggregates_days: retention.aggregates.as_days(),
            api_token: None,
        }
    }
}

/// A team, with the keys of the REST API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TeamView {
    /// Its id.
    pub(crate) id: String,
    /// Its name in files and addresses.
    pub(crate) slug: String,
    /// Its name for people.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) description: String,
}

impl From<Team> for TeamView {
    fn from(team: Team) -> Self {
        let Team { id, organization_id: _, slug, created_at: _, created_by: _, settings } = team;
        Self { id: id.to_string(), slug, name: settings.name, description: settings.description }
    }
}

/// An API token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TokenView {
    /// Its id.
    pub(crate) id: String,
    /// What it is for.
    pub(crate) description: String,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
    /// When it was made, RFC 3339.
    pub(crate) created_at: String,
    /// When it stops working, RFC 3339; `null`: never.
    pub(crate) expires_at: Option<String>,
    /// The secret, right after it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        let ApiToken { id, user_id: _, description, scopes, organizations: _, created_at, expires_at } = token;
        Self {
            id: id.to_string(),
            description,
            scopes: scopes.iter().map(Scope::to_string).collect(),
            created_at: created_at.to_string(),
            expires_at: expires_at.map(|time| time.to_string()),
            token: None,
        }
    }
}
