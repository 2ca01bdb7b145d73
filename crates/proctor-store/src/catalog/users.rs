//! People and what they are in an organization.

use proctor_core::id::{OrganizationId, UserId};
use proctor_core::organization::{Role, User};
use proctor_core::time::Timestamp;

use crate::{Store, StoreError};

impl Store {
    /// Makes a user.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the address is.
    pub async fn create_user(&self, name: &str, email: &str, now: Timestamp) -> Result<User, StoreError> {
        let _ = (name, email, now);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// The user with this id.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let _ = id;
        Ok(None)
    }

    /// The user with this address.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let _ = email;
        Ok(None)
    }

    /// Makes the user a member of the organization, or changes what they are there.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn set_role(&self, organization: OrganizationId, user: UserId, role: Role) -> Result<(), StoreError> {
        let _ = (organization, user, role);
        Ok(())
    }

    /// What the user is in the organization; `None`: no member.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn role(&self, organization: OrganizationId, user: UserId) -> Result<Option<Role>, StoreError> {
        let _ = (organization, user);
        Ok(None)
    }
}
