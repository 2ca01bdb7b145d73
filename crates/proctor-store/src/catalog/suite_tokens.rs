//! Upload tokens of suites.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::organization::Organization;
use proctor_core::suite::Suite;

use super::suite_row::{SUITE_COLUMNS, suite_of};
use crate::database::{Columns, Statement, Value};
use crate::secret::SecretHash;
use crate::{Store, StoreError};

impl Store {
    /// The suite that an upload token belongs to, found by its hash and compared in constant time.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite_by_upload_token(&self, upload_token: &str) -> Result<Option<(Organization, Suite)>, StoreError> {
        let hash = SecretHash::of(upload_token);
        let select = format!("SELECT {SUITE_COLUMNS}, token_hash FROM suites WHERE token_hash = ");
        let mut statement = Statement::built(self.connections().engine(), select);
        statement.value(hash.bytes());
        let Some(row) = statement.optional(&mut *self.connections().read().await?).await? else { return Ok(None) };
        if !hash.matches(row.bytes("token_hash")?) {
            return Ok(None);
        }
        let suite = suite_of(&row)?;
        Ok(self.organization(suite.organization_id).await?.map(|organization| (organization, suite)))
    }

    /// The upload tokens of the suites, in the same order: what `show_api_token` shows.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a token cannot be unsealed with this server's key; [`StoreError::Missing`] when a suite is gone.
    pub async fn upload_tokens(&self, organization: OrganizationId, suites: &[SuiteId]) -> Result<Vec<String>, StoreError> {
        let mut connection = self.connections().read().await?;
        let mut sealed: Vec<(SuiteId, Vec<u8>)> = Vec::with_capacity(suites.len());
        for some in suites.chunks(500) {
            let select = "SELECT id, token_sealed FROM suites WHERE organization_id = ";
            let mut statement = Statement::built(self.connections().engine(), select);
            statement.value(organization.bytes()).push(" AND id IN ").list(some.iter().map(|suite| Value::from(suite.bytes())));
            for row in statement.all(&mut connection).await? {
                sealed.push((row.id("id", SuiteId::from_bytes)?, row.bytes("token_sealed")?.to_vec()));
            }
        }
        sealed.sort_unstable();
        let token_of = |suite: &SuiteId| {
            let at = sealed.binary_search_by_key(suite, |(id, _)| *id).map_err(|_| StoreError::Missing("suite"))?;
            self.sealing_key().unseal(*suite, &sealed[at].1)
        };
        suites.iter().map(token_of).collect()
    }

    /// Gives the suite another upload token; the old one stops working at once.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another suite has this token; [`StoreError::Missing`] when the suite is gone.
    pub async fn rotate_upload_token(&self, organization: OrganizationId, suite: SuiteId, upload_token: &str) -> Result<(), StoreError> {
        let sealed = self.sealing_key().seal(suite, upload_token)?;
        let statement = Statement::fixed("UPDATE suites SET token_hash = $1, token_sealed = $2 WHERE organization_id = $3 AND id = $4");
        let statement = statement.with(SecretHash::of(upload_token).bytes()).with(sealed.as_slice());
        let statement = statement.with(organization.bytes()).with(suite.bytes());
        let changed = statement.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("suite")) } else { Ok(()) }
    }
}
