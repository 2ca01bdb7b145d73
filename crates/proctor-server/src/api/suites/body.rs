//! A suite on the wire.

use proctor_core::organization::Organization;
use proctor_core::state::StateRules;
use proctor_core::suite::{Suite, SuiteSettings};
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::ids::graphql_id;
use crate::urls::Urls;
use crate::usecases::suites::SuiteError;

/// A suite on the wire. Not `Debug`: it may hold a secret.
#[derive(Serialize)]
pub struct SuiteBody {
    id: String,
    graphql_id: String,
    organization_id: String,
    slug: String,
    name: String,
    url: String,
    web_url: String,
    default_branch: String,
    application_name: Option<String>,
    color: Option<String>,
    emoji: Option<String>,
    /// Text or null: Terraform and the Go client cannot read structure here.
    oidc_policy: Option<String>,
    /// The keys of execution tags whose values become labels. This and what follows is Proctor's own.
    label_tag_keys: Vec<String>,
    test_state_management: bool,
    mute_allowed: bool,
    skip_allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_token: Option<String>,
}

impl SuiteBody {
    /// The suite with its addresses; its upload token only where that is asked for and permitted.
    #[must_use]
    pub fn new(suite: Suite, organization: &Organization, urls: &Urls, api_token: Option<String>) -> Self {
        let Suite { id, organization_id, slug, created_at: _, uploads_disabled: _, settings } = suite;
        let SuiteSettings { name, default_branch, application_name, color, emoji, oidc_policy, states, label_tag_keys, .. } = settings;
        let StateRules { is_managed, may_mute, may_skip } = states;
        let addresses = urls.suite(&organization.slug, &slug);
        Self {
            id: id.to_string(),
            graphql_id: graphql_id("Suite", id.uuid()),
            organization_id: organization_id.to_string(),
            slug,
            name,
            url: addresses.api,
            web_url: addresses.web,
            default_branch,
            application_name,
            color,
            emoji,
            oidc_policy,
            label_tag_keys,
            test_state_management: is_managed,
            mute_allowed: may_mute,
            skip_allowed: may_skip,
            api_token,
        }
    }
}

/// Whether the upload token shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowApiToken {
    /// It was asked for.
    Yes,
    /// The key is left out.
    No,
}

impl ShowApiToken {
    /// By the parameter's value.
    #[must_use]
    pub fn asked(is_asked: bool) -> Self {
        if is_asked { Self::Yes } else { Self::No }
    }

    /// The upload tokens of the suites, in the same order; of a caller whose permission has been checked.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn tokens(self, app: &App, organization: &Organization, suites: &[&Suite]) -> Result<Vec<Option<String>>, ApiError> {
        match self {
            Self::No => Ok(vec![None; suites.len()]),
            Self::Yes => {
                let ids: Vec<_> = suites.iter().map(|suite| suite.id).collect();
                Ok(app.store.upload_tokens(organization.id, &ids).await?.into_iter().map(Some).collect())
            }
        }
    }

    /// The suite as an answer, see [`Self::tokens`].
    ///
    /// # Errors
    /// When the token cannot be read.
    pub async fn body(self, app: &App, organization: &Organization, suite: Suite, urls: &Urls) -> Result<SuiteBody, ApiError> {
        let token = self.tokens(app, organization, &[&suite]).await?.pop().flatten();
        Ok(SuiteBody::new(suite, organization, urls, token))
    }
}

impl From<SuiteError> for ApiError {
    fn from(error: SuiteError) -> Self {
        match error {
            SuiteError::NameTaken => Self::invalid(&["Name has already been taken".to_owned()]),
            SuiteError::NoTeam(team) => Self::invalid(&[format!("Team {team} does not exist")]),
            SuiteError::Gone => Self::not_found("No suite found"),
            SuiteError::NoRandomness(error) => Self::internal(&error),
            SuiteError::Store(error) => error.into(),
        }
    }
}
