//! Suites.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::retention::Keep;
use proctor_core::slug::slug_of;
use proctor_core::state::StateRules;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_core::time::Timestamp;

use super::labels::keep_tag_labels;
use super::suite_row::{SUITE_COLUMNS, keys_text, read_keys, suite_of};
use super::workflows::seed_suite;
use crate::database::{Columns, Statement, Value};
use crate::new_id::uuid_of;
use crate::secret::SecretHash;
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
        let id = SuiteId::new(uuid_of(now));
        let slug = slug_of(&settings.name);
        let sealed = self.sealing_key().seal(id, upload_token)?;
        let statement = Statement::fixed(
            "INSERT INTO suites (id, organization_id, slug, name, default_branch, application_name, color, emoji, oidc_policy, repo_url, \
             external_url, flaky_detection, identical_uploads, test_states, mute_allowed, skip_allowed, label_tag_keys, retention_days, \
             aggregates_days, token_hash, token_sealed, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        );
        let statement = with_settings(statement.with(id.bytes()).with(organization.bytes()).with(&slug), &settings);
        let statement = statement.with(SecretHash::of(upload_token).bytes()).with(sealed.as_slice()).with(now);
        let mut transaction = self.connections().write().await?;
        statement.execute(transaction.connection()).await?;
        seed_suite(&mut transaction, id, &settings.default_branch, now).await?;
        transaction.commit().await?;
        Ok(Suite { id, organization_id: organization, slug, created_at: now, uploads_disabled: false, settings })
    }

    /// The suite with this slug.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite_by_slug(&self, organization: OrganizationId, slug: &str) -> Result<Option<Suite>, StoreError> {
        let select = format!("SELECT {SUITE_COLUMNS} FROM suites WHERE organization_id = ");
        let mut statement = Statement::built(self.connections().engine(), select);
        statement.value(organization.bytes()).push(" AND slug = ").value(slug);
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(suite_of).transpose()
    }

    /// The suite with this id, of whatever organization: for what is done in the background.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite(&self, suite: SuiteId) -> Result<Option<Suite>, StoreError> {
        let mut statement = Statement::built(self.connections().engine(), format!("SELECT {SUITE_COLUMNS} FROM suites WHERE id = "));
        statement.value(suite.bytes());
        statement.optional(&mut *self.connections().read().await?).await?.as_ref().map(suite_of).transpose()
    }

    /// The suites of the organization, oldest first. Without a page: all.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suites(&self, organization: OrganizationId, page: Option<PageRequest>) -> Result<Page<Suite>, StoreError> {
        let select = format!("SELECT {SUITE_COLUMNS} FROM suites WHERE organization_id = ");
        let mut statement = Statement::built(self.connections().engine(), select);
        statement.value(organization.bytes()).push(" ORDER BY created_at, id");
        if let Some(page) = page {
            statement.push(" LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        }
        let mut connection = self.connections().read().await?;
        let items: Vec<Suite> = statement.all(&mut connection).await?.iter().map(suite_of).collect::<Result<_, _>>()?;
        let total = match page {
            None => u64::try_from(items.len()).unwrap_or(u64::MAX),
            Some(_) => {
                let count = Statement::fixed("SELECT COUNT(*) AS total FROM suites WHERE organization_id = $1").with(organization.bytes());
                count.one(&mut connection).await?.count("total")?
            }
        };
        Ok(Page { items, total })
    }

    /// Replaces the settings of a suite; its slug follows from the (new) name.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the new slug is; [`StoreError::Missing`] when the suite is gone.
    pub async fn update_suite(&self, organization: OrganizationId, suite: SuiteId, settings: SuiteSettings) -> Result<Suite, StoreError> {
        let slug = slug_of(&settings.name);
        let mut transaction = self.connections().write().await?;
        let lock = "SELECT label_tag_keys, created_at, uploads_disabled FROM suites WHERE organization_id = ";
        let mut lock = Statement::built(transaction.engine(), lock);
        let for_update = transaction.engine().for_update();
        lock.value(organization.bytes()).push(" AND id = ").value(suite.bytes()).push(for_update);
        let Some(row) = lock.optional(transaction.connection()).await? else {
            transaction.rollback().await;
            return Err(StoreError::Missing("suite"));
        };
        let statement = Statement::fixed(
            "UPDATE suites SET slug = $1, name = $2, default_branch = $3, application_name = $4, color = $5, emoji = $6, \
             oidc_policy = $7, repo_url = $8, external_url = $9, flaky_detection = $10, identical_uploads = $11, test_states = $12, \
             mute_allowed = $13, skip_allowed = $14, label_tag_keys = $15, retention_days = $16, aggregates_days = $17 \
             WHERE id = $18",
        );
        let statement = with_settings(statement.with(&slug), &settings).with(suite.bytes());
        if let Err(error) = statement.execute(transaction.connection()).await {
            transaction.rollback().await;
            return Err(error);
        }
        // A key that is copied no more takes its labels along.
        if read_keys(&row.text("label_tag_keys")?)? != settings.label_tag_keys {
            keep_tag_labels(&mut transaction, suite, &settings.label_tag_keys).await?;
        }
        let (created_at, uploads_disabled) = (row.time("created_at")?, row.flag("uploads_disabled")?);
        transaction.commit().await?;
        Ok(Suite { id: suite, organization_id: organization, slug, created_at, uploads_disabled, settings })
    }

    /// Switches uploads to the suite off or on again.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn set_uploads(&self, organization: OrganizationId, suite: SuiteId, uploads: Uploads) -> Result<(), StoreError> {
        let statement = Statement::fixed("UPDATE suites SET uploads_disabled = $1 WHERE organization_id = $2 AND id = $3");
        let statement = statement.with(uploads == Uploads::Disabled).with(organization.bytes()).with(suite.bytes());
        let changed = statement.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("suite")) } else { Ok(()) }
    }

    /// Deletes a suite with everything in it, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone already.
    pub async fn delete_suite(&self, organization: OrganizationId, suite: SuiteId) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        // Commits of uploads lock the same row first: they end before this begins, or find no suite.
        let lock = "SELECT id FROM suites WHERE organization_id = ";
        let mut lock = Statement::built(transaction.engine(), lock);
        let for_update = transaction.engine().for_update();
        lock.value(organization.bytes()).push(" AND id = ").value(suite.bytes()).push(for_update);
        if lock.optional(transaction.connection()).await?.is_none() {
            transaction.rollback().await;
            return Err(StoreError::Missing("suite"));
        }
        self.executions().delete_suite(&mut transaction, suite).await?;
        for delete in [
            "DELETE FROM pending_evaluations WHERE suite_id = $1",
            "DELETE FROM incidents WHERE suite_id = $1",
            "DELETE FROM paused_actions WHERE suite_id = $1",
            "DELETE FROM outbox WHERE suite_id = $1",
            "DELETE FROM mails WHERE suite_id = $1",
            "DELETE FROM summaries WHERE suite_id = $1",
            "DELETE FROM label_colors WHERE suite_id = $1",
            "DELETE FROM ledger WHERE suite_id = $1",
            "DELETE FROM alarms WHERE suite_id = $1",
            "DELETE FROM monitor_states WHERE suite_id = $1",
            "DELETE FROM workflow_versions WHERE suite_id = $1",
            "DELETE FROM workflows WHERE suite_id = $1",
            "DELETE FROM evaluations WHERE suite_id = $1",
            "DELETE FROM day_aggregates WHERE suite_id = $1",
            "DELETE FROM failure_groups WHERE suite_id = $1",
            "DELETE FROM test_labels WHERE suite_id = $1",
            "DELETE FROM owner_sets WHERE suite_id = $1",
            "DELETE FROM owners_files WHERE suite_id = $1",
            "DELETE FROM execution_tags WHERE suite_id = $1",
            "DELETE FROM tests WHERE suite_id = $1",
            "DELETE FROM uploads WHERE suite_id = $1",
            "DELETE FROM runs WHERE suite_id = $1",
            "DELETE FROM team_suites WHERE suite_id = $1",
            "DELETE FROM suites WHERE id = $1",
        ] {
            Statement::fixed(delete).with(suite.bytes()).execute(transaction.connection()).await?;
        }
        transaction.commit().await?;
        if let Err(error) = self.executions().suite_deleted(suite).await {
            tracing::warn!(%error, "the room of a deleted suite was not given back at once");
        }
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

/// The arguments that both statements take in this order.
fn with_settings(statement: Statement, settings: &SuiteSettings) -> Statement {
    let SuiteSettings {
        name,
        default_branch,
        application_name,
        color,
        emoji,
        oidc_policy,
        repo_url,
        external_url,
        flaky_detection,
        identical_uploads,
        states,
        label_tag_keys,
        retention,
    } = settings;
    let StateRules { is_managed, may_mute, may_skip } = *states;
    let days = |keep: Keep| Value::Int(keep.as_days().map(i64::from));
    let statement = statement.with(name).with(default_branch).with(application_name).with(color).with(emoji);
    let statement = statement.with(oidc_policy).with(repo_url).with(external_url).with(*flaky_detection).with(identical_uploads.as_str());
    let statement = statement.with(is_managed).with(may_mute).with(may_skip).with(&keys_text(label_tag_keys));
    statement.with(days(retention.executions)).with(days(retention.aggregates))
}
