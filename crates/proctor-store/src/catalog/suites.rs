//! Suites and their upload tokens.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::organization::Organization;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_core::time::Timestamp;

use crate::{Page, PageRequest, Store, StoreError};

impl Store {
    /// Makes a suite; its slug follows from the name. `upload_token` is its first upload token.
    ///
    /// # Errors
    /// [`StoreError::Taken`] with `SuiteSlug` or `SuiteToken`.
    pub async fn create_suite(
        &self,
        organization: OrganizationId,
        settings: SuiteSettings,
        upload_token: &str,
        now: Timestamp,
    ) -> Result<Suite, StoreError> {
        let _ = (organization, settings, upload_token, now);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// The suite with this slug.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite_by_slug(&self, organization: OrganizationId, slug: &str) -> Result<Option<Suite>, StoreError> {
        let _ = (organization, slug);
        Ok(None)
    }

    /// The suites of the organization, oldest first. Without a page: all.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suites(&self, organization: OrganizationId, page: Option<PageRequest>) -> Result<Page<Suite>, StoreError> {
        let _ = (organization, page);
        Ok(Page { items: Vec::new(), total: 0 })
    }

    /// Replaces the settings of a suite; its slug follows from the (new) name.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the new slug is; [`StoreError::Missing`] when the suite is gone.
    pub async fn update_suite(&self, organization: OrganizationId, suite: SuiteId, settings: SuiteSettings) -> Result<Suite, StoreError> {
        let _ = (organization, suite, settings);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// Switches uploads to the suite off or on again.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn set_uploads(&self, organization: OrganizationId, suite: SuiteId, uploads: Uploads) -> Result<(), StoreError> {
        let _ = (organization, suite, uploads);
        Ok(())
    }

    /// Deletes a suite with everything in it, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone already.
    pub async fn delete_suite(&self, organization: OrganizationId, suite: SuiteId) -> Result<(), StoreError> {
        let _ = (organization, suite);
        Ok(())
    }

    /// The suite that an upload token belongs to, found by its hash and compared in constant time.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite_by_upload_token(&self, upload_token: &str) -> Result<Option<(Organization, Suite)>, StoreError> {
        let _ = upload_token;
        Ok(None)
    }

    /// The upload tokens of the suites, in the same order: what `show_api_token` shows.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a token cannot be unsealed with this server's key.
    pub async fn upload_tokens(&self, organization: OrganizationId, suites: &[SuiteId]) -> Result<Vec<String>, StoreError> {
        let _ = (organization, suites);
        Ok(Vec::new())
    }

    /// Gives the suite another upload token; the old one stops working at once.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another suite has this token.
    pub async fn rotate_upload_token(&self, organization: OrganizationId, suite: SuiteId, upload_token: &str) -> Result<(), StoreError> {
        let _ = (organization, suite, upload_token);
        Ok(())
    }
}

/// Whether a suite takes uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploads {
    /// They are taken.
    Enabled,
    /// They are answered with 403.
    Disabled,
}
