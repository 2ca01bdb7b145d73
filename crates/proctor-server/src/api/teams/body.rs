//! A team on the wire.

use proctor_core::organization::{MembersMay, Team, TeamSettings};
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::ids::graphql_id;
use crate::api::user::UserBody;
use crate::urls::Urls;

/// A team on the wire.
#[derive(Debug, Serialize)]
pub struct TeamBody {
    id: String,
    graphql_id: String,
    name: String,
    slug: String,
    description: String,
    privacy: &'static str,
    /// The documentation calls it so where teams are read ..
    default: bool,
    /// .. and so where they are written.
    is_default_team: bool,
    default_member_role: &'static str,
    members_can_create_pipelines: bool,
    members_can_create_suites: bool,
    members_can_create_registries: bool,
    members_can_destroy_registries: bool,
    members_can_destroy_packages: bool,
    created_at: String,
    created_by: Option<UserBody>,
}

impl TeamBody {
    /// The team with who made it.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn load(app: &App, team: Team, urls: &Urls) -> Result<Self, ApiError> {
        let Team { id, organization_id: _, slug, created_at, created_by, settings } = team;
        let TeamSettings { name, description, privacy, is_default, default_member_role, members_may } = settings;
        let MembersMay { create_pipelines, create_suites, create_registries, destroy_registries, destroy_packages } = members_may;
        let created_by = match created_by {
            Some(user) => app.store.user(user).await?.map(|user| UserBody::new(user, urls)),
            None => None,
        };
        Ok(Self {
            id: id.to_string(),
            graphql_id: graphql_id("Team", id.uuid()),
            name,
            slug,
            description,
            privacy: privacy.as_str(),
            default: is_default,
            is_default_team: is_default,
            default_member_role: default_member_role.as_str(),
            members_can_create_pipelines: create_pipelines,
            members_can_create_suites: create_suites,
            members_can_create_registries: create_registries,
            members_can_destroy_registries: destroy_registries,
            members_can_destroy_packages: destroy_packages,
            created_at: created_at.to_string(),
            created_by,
        })
    }
}
