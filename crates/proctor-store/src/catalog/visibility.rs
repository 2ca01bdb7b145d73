//! Suites whose pages anybody may read.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::suite::Visibility;

use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

impl Store {
    /// Who may read the suite's pages; `Private` for a suite that does not exist.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn visibility(&self, suite: SuiteId) -> Result<Visibility, StoreError> {
        let select = Statement::fixed("SELECT is_public FROM suites WHERE id = $1").with(suite.bytes());
        let row = select.optional(&mut *self.connections().read().await?).await?;
        let is_public = row.map(|row| row.flag("is_public")).transpose()?.unwrap_or(false);
        Ok(if is_public { Visibility::Public } else { Visibility::Private })
    }

    /// Decides who may read the suite's pages.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn set_visibility(&self, organization: OrganizationId, suite: SuiteId, visibility: Visibility) -> Result<(), StoreError> {
        let update = Statement::fixed("UPDATE suites SET is_public = $1 WHERE organization_id = $2 AND id = $3");
        let update = update.with(visibility == Visibility::Public).with(organization.bytes()).with(suite.bytes());
        let changed = update.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("suite")) } else { Ok(()) }
    }
}
