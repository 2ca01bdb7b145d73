//! Organizations.

use proctor_core::id::OrganizationId;
use proctor_core::organization::Organization;
use proctor_core::time::Timestamp;

use crate::{Page, PageRequest, Store, StoreError};

impl Store {
    /// Makes an organization.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug is.
    pub async fn create_organization(&self, slug: &str, name: &str, now: Timestamp) -> Result<Organization, StoreError> {
        let _ = (slug, name, now);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// The organization with this slug.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organization_by_slug(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let _ = slug;
        Ok(None)
    }

    /// The organization with this id.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let _ = id;
        Ok(None)
    }

    /// Those of the given organizations that exist, oldest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organizations(&self, ids: &[OrganizationId], page: PageRequest) -> Result<Page<Organization>, StoreError> {
        let _ = (ids, page);
        Ok(Page { items: Vec::new(), total: 0 })
    }

    /// All organizations, oldest first: for bootstrap and administration.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn all_organizations(&self) -> Result<Vec<Organization>, StoreError> {
        Ok(Vec::new())
    }
}
