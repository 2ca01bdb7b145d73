//! Organizations.

use proctor_core::id::OrganizationId;
use proctor_core::organization::Organization;
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, Value};
use crate::new_id::uuid_of;
use crate::{Page, PageRequest, Store, StoreError};

impl Store {
    /// Makes an organization.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug is.
    pub async fn create_organization(&self, slug: &str, name: &str, now: Timestamp) -> Result<Organization, StoreError> {
        let id = OrganizationId::new(uuid_of(now));
        let statement = Statement::fixed("INSERT INTO organizations (id, slug, name, created_at) VALUES ($1, $2, $3, $4)");
        let statement = statement.with(id.bytes()).with(slug).with(name).with(now);
        statement.execute(&mut *self.connections().writer().await?).await?;
        Ok(Organization { id, slug: slug.to_owned(), name: name.to_owned(), created_at: now })
    }

    /// The organization with this slug.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organization_by_slug(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let statement = Statement::fixed("SELECT id, slug, name, created_at FROM organizations WHERE slug = $1").with(slug);
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(organization_of).transpose()
    }

    /// The organization with this id.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let statement = Statement::fixed("SELECT id, slug, name, created_at FROM organizations WHERE id = $1").with(id.bytes());
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(organization_of).transpose()
    }

    /// Those of the given organizations that exist, oldest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn organizations(&self, ids: &[OrganizationId], page: PageRequest) -> Result<Page<Organization>, StoreError> {
        if ids.is_empty() {
            return Ok(Page { items: Vec::new(), total: 0 });
        }
        let mut connection = self.connections().read().await?;
        let list = || ids.iter().map(|id| Value::from(id.bytes()));
        let mut count = Statement::built(self.connections().engine(), "SELECT COUNT(*) AS total FROM organizations WHERE id IN ");
        count.list(list());
        let total = count.one(&mut connection).await?.count("total")?;
        let mut select = Statement::built(self.connections().engine(), "SELECT id, slug, name, created_at FROM organizations WHERE id IN ");
        select.list(list()).push(" ORDER BY created_at, id LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        let items = select.all(&mut connection).await?.iter().map(organization_of).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// All organizations, oldest first: for bootstrap and administration.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn all_organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let statement = Statement::fixed("SELECT id, slug, name, created_at FROM organizations ORDER BY created_at, id");
        statement.all(&mut *self.connections().read().await?).await?.iter().map(organization_of).collect()
    }
}

fn organization_of(row: &AnyRow) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.id("id", OrganizationId::from_bytes)?,
        slug: row.text("slug")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
    })
}
