//! People and what they are in an organization.

use proctor_core::id::{OrganizationId, UserId};
use proctor_core::organization::{Role, User};
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement};
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

impl Store {
    /// Makes a user.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the address is.
    pub async fn create_user(&self, name: &str, email: &str, now: Timestamp) -> Result<User, StoreError> {
        let id = UserId::new(uuid_of(now));
        let statement = Statement::fixed("INSERT INTO users (id, name, email, email_key, created_at) VALUES ($1, $2, $3, $4, $5)");
        let statement = statement.with(id.bytes()).with(name).with(email).with(&email_key(email)).with(now);
        statement.execute(&mut *self.connections().writer().await?).await?;
        Ok(User { id, name: name.to_owned(), email: email.to_owned(), created_at: now })
    }

    /// The user with this id.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let statement = Statement::fixed("SELECT id, name, email, created_at FROM users WHERE id = $1").with(id.bytes());
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(user_of).transpose()
    }

    /// The user with this address, in any letter case.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let statement = Statement::fixed("SELECT id, name, email, created_at FROM users WHERE email_key = $1").with(&email_key(email));
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(user_of).transpose()
    }

    /// Makes the user a member of the organization, and of its default teams; or changes what they are there.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn set_role(&self, organization: OrganizationId, user: UserId, role: Role) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        let insert = "INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, $3) \
                      ON CONFLICT (organization_id, user_id) DO NOTHING";
        let insert = Statement::fixed(insert).with(organization.bytes()).with(user.bytes()).with(role.as_str());
        if insert.execute(transaction.connection()).await? > 0 {
            let join = "INSERT INTO team_members (team_id, user_id) SELECT id, $1 FROM teams WHERE organization_id = $2 AND is_default = 1 \
                        ON CONFLICT (team_id, user_id) DO NOTHING";
            Statement::fixed(join).with(user.bytes()).with(organization.bytes()).execute(transaction.connection()).await?;
        } else {
            let update = "UPDATE memberships SET role = $1 WHERE organization_id = $2 AND user_id = $3";
            let update = Statement::fixed(update).with(role.as_str()).with(organization.bytes()).with(user.bytes());
            update.execute(transaction.connection()).await?;
        }
        transaction.commit().await
    }

    /// What the user is in the organization; `None`: no member.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn role(&self, organization: OrganizationId, user: UserId) -> Result<Option<Role>, StoreError> {
        let statement = Statement::fixed("SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2");
        let row = statement.with(organization.bytes()).with(user.bytes()).optional(&mut *self.connections().read().await?).await?;
        row.map(|row| row.word("role", Role::from_word)).transpose()
    }
}

fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(super) fn user_of(row: &AnyRow) -> Result<User, StoreError> {
    Ok(User {
        id: row.id("id", UserId::from_bytes)?,
        name: row.text("name")?,
        email: row.text("email")?,
        created_at: row.time("created_at")?,
    })
}
