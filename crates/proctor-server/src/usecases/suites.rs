//! Making and changing suites.

use proctor_core::id::{OrganizationId, SuiteId, TeamId};
use proctor_core::organization::SuiteAccess;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_core::time::Timestamp;
use proctor_store::error::Unique;
use proctor_store::{Store, StoreError};

use super::secrets::{NoRandomness, new_upload_token};

/// Why a suite could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// The organization has a suite of that name.
    #[error("the name has already been taken")]
    NameTaken,
    /// The organization has no such team.
    #[error("no team {0}")]
    NoTeam(TeamId),
    /// Somebody deleted the suite meanwhile.
    #[error("the suite is gone")]
    Gone,
    /// No secret could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Anything else that the store says.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SuiteError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(Unique::SuiteSlug) => Self::NameTaken,
            StoreError::Missing(_) => Self::Gone,
            error => Self::Store(error),
        }
    }
}

/// Bytes of an OIDC policy.
const POLICY_BYTES_MAX: usize = 64 * 1024;

/// What is wrong with an OIDC policy, if anything: only its form is looked at, for it is kept byte for byte.
#[must_use]
pub fn policy_fault(policy: &str) -> Option<&'static str> {
    if policy.len() > POLICY_BYTES_MAX {
        return Some("is too long");
    }
    serde_saphyr::from_str::<serde::de::IgnoredAny>(policy).is_err().then_some("is not valid YAML")
}

/// Makes a suite with an upload token and gives each team its management.
///
/// # Errors
/// See [`SuiteError`]. Unknown teams are found before anything is made.
pub async fn create_suite(
    store: &Store,
    organization: OrganizationId,
    settings: SuiteSettings,
    teams: &[TeamId],
    now: Timestamp,
) -> Result<Suite, SuiteError> {
    check_teams(store, organization, teams).await?;
    let suite = store.create_suite(organization, settings, &new_upload_token()?, now).await?;
    link_teams(store, organization, suite.id, teams, now).await?;
    Ok(suite)
}

/// Replaces the settings of a suite; links to teams are added, none is removed.
///
/// # Errors
/// As [`create_suite`].
pub async fn update_suite(
    store: &Store,
    suite: &Suite,
    settings: SuiteSettings,
    teams: &[TeamId],
    now: Timestamp,
) -> Result<Suite, SuiteError> {
    let organization = suite.organization_id;
    check_teams(store, organization, teams).await?;
    let updated = store.update_suite(organization, suite.id, settings).await?;
    link_teams(store, organization, suite.id, teams, now).await?;
    Ok(updated)
}

async fn check_teams(store: &Store, organization: OrganizationId, teams: &[TeamId]) -> Result<(), SuiteError> {
    for team in teams {
        if store.team(organization, *team).await?.is_none() {
            return Err(SuiteError::NoTeam(*team));
        }
    }
    Ok(())
}

async fn link_teams(
    store: &Store,
    organization: OrganizationId,
    suite: SuiteId,
    teams: &[TeamId],
    now: Timestamp,
) -> Result<(), SuiteError> {
    for team in teams {
        store.link_team(organization, *team, suite, SuiteAccess::ManageAndRead, now).await?;
    }
    Ok(())
}
