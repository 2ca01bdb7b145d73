//! Administration of a store: organizations, and what suites and tokens need of them.

use proctor_core::organization::Organization;
use proctor_core::slug::{is_slug, slug_of};
use proctor_core::time::Timestamp;
use proctor_store::{Store, StoreError};

use crate::admin::views::OrganizationView;
use crate::exit::Failure;

/// A store, and the time of this command.
#[derive(Debug)]
pub(crate) struct Local {
    /// The store.
    pub(crate) store: Store,
    /// Now.
    pub(crate) now: Timestamp,
}

impl Local {
    /// Makes an organization.
    ///
    /// # Errors
    /// When its name makes no slug, or one that is taken.
    pub(crate) async fn create_organization(&self, name: &str) -> anyhow::Result<OrganizationView> {
        let slug = slug_of(name);
        if !is_slug(&slug) {
            return Err(Failure::usage(format!("'{name}' makes no name for addresses"), "use letters or digits, at most 100").into());
        }
        match self.store.create_organization(&slug, name.trim(), self.now).await {
            Ok(organization) => {
                self.administrator_of(organization.id).await?;
                Ok(organization.into())
            }
            Err(StoreError::Taken(_)) => {
                Err(Failure::refused(format!("there is an organization {slug} already"), "choose another name").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// All organizations, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn organizations(&self) -> anyhow::Result<Vec<OrganizationView>> {
        Ok(self.store.all_organizations().await?.into_iter().map(OrganizationView::from).collect())
    }

    /// The organization with this slug.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn organization(&self, slug: &str) -> anyhow::Result<Organization> {
        self.store
            .organization_by_slug(slug)
            .await?
            .ok_or_else(|| Failure::refused(format!("there is no organization {slug}"), "'proctor org list' shows those there are").into())
    }
}
