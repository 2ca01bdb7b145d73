//! Owners of tests: the TESTOWNERS file of a suite and what follows from it (`uploads.md`, section 15).

use proctor_core::id::SuiteId;
use proctor_core::owners::OwnersFile;
use proctor_core::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

mod assign;
mod matcher;
mod owner_sets;

pub(crate) use assign::{assign_moved, read_numbers};
pub(crate) use matcher::OwnerMatcher;
pub(crate) use owner_sets::OwnerSets;

/// Tests looked at in one step.
const TESTS_PER_STEP: u32 = 5_000;

/// The active file of a suite, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveOwnersFile {
    /// Its text.
    pub text: String,
    /// How many rules it has.
    pub rules: u64,
    /// When it was received.
    pub uploaded_at: Timestamp,
}

/// What a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersReport {
    /// Whether it differs from the one before.
    pub changed: bool,
    /// The teams in it that exist and have access to the suite, sorted.
    pub teams: Vec<String>,
    /// The others, sorted.
    pub unknown_teams: Vec<String>,
    /// Tests with an owner.
    pub tests_matched: u64,
    /// Tests without.
    pub tests_without_owner: u64,
}

impl Store {
    /// Makes `text`, which reads as `file`, the active file of the suite, and gives all tests their owners by it. The text that is
    /// active already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn replace_owners_file(
        &self,
        suite: SuiteId,
        text: &str,
        file: OwnersFile,
        now: Timestamp,
    ) -> Result<OwnersReport, StoreError> {
        let digest: [u8; 32] = Sha256::digest(text).into();
        let names: Vec<String> = file.teams().into_iter().map(str::to_owned).collect();
        let is_active = {
            let select = Statement::fixed("SELECT digest FROM owners_files WHERE suite_id = $1").with(suite.bytes());
            let row = select.optional(&mut *self.connections().read().await?).await?;
            row.map(|row| row.bytes("digest").map(|active| active == digest.as_slice())).transpose()? == Some(true)
        };
        if !is_active {
            let rules = u64::try_from(file.rules().len()).unwrap_or(u64::MAX);
            let matcher = self.match_all(suite, OwnerMatcher::new(file)).await?;
            self.activate(suite, ActiveOwnersFile { text: text.to_owned(), rules, uploaded_at: now }, digest, matcher).await?;
        }
        self.report(suite, names, !is_active).await
    }

    /// The active file of the suite, if it has one.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn owners_file(&self, suite: SuiteId) -> Result<Option<ActiveOwnersFile>, StoreError> {
        let select = Statement::fixed("SELECT text, rules, uploaded_at FROM owners_files WHERE suite_id = $1").with(suite.bytes());
        let row = select.optional(&mut *self.connections().read().await?).await?;
        row.map(|row| Ok(ActiveOwnersFile { text: row.text("text")?, rules: row.count("rules")?, uploaded_at: row.time("uploaded_at")? }))
            .transpose()
    }

    /// Matches the paths of all tests that there are now, outside of any transaction: many rules and many paths take a while.
    async fn match_all(&self, suite: SuiteId, mut matcher: OwnerMatcher) -> Result<OwnerMatcher, StoreError> {
        let mut first = 0;
        let tests = self.test_count(suite).await?;
        while first < tests {
            let rows = {
                let connection = &mut *self.connections().read().await?;
                assign::rows_of(connection, suite, first, first.saturating_add(TESTS_PER_STEP)).await?
            };
            let matching = tokio::task::spawn_blocking(move || {
                for row in &rows {
                    matcher.list_for(row.location.as_deref(), row.file_name.as_deref());
                }
                matcher
            });
            matcher = matching.await.map_err(|error| StoreError::Internal(error.to_string()))?;
            first = first.saturating_add(TESTS_PER_STEP);
        }
        Ok(matcher)
    }

    async fn activate(
        &self,
        suite: SuiteId,
        active: ActiveOwnersFile,
        digest: [u8; 32],
        mut matcher: OwnerMatcher,
    ) -> Result<(), StoreError> {
        let ActiveOwnersFile { text, rules, uploaded_at } = active;
        let mut transaction = self.connections().write().await?;
        // Commits of uploads lock the same row: each knows the file before or the file after.
        let update = "UPDATE suites SET owners_version = owners_version + 1 WHERE id = $1 RETURNING next_test_ordinal";
        let Some(row) = Statement::fixed(update).with(suite.bytes()).optional(transaction.connection()).await? else {
            transaction.rollback().await;
            return Err(StoreError::Missing("suite"));
        };
        let tests = u32::try_from(row.int("next_test_ordinal")?).map_err(|_| StoreError::Corrupt("test ordinals".to_owned()))?;
        let upsert = Statement::fixed(
            "INSERT INTO owners_files (suite_id, text, rules, digest, uploaded_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (suite_id) DO UPDATE SET text = excluded.text, rules = excluded.rules, digest = excluded.digest, \
             uploaded_at = excluded.uploaded_at",
        );
        let upsert = upsert.with(suite.bytes()).with(&text).with(rules).with(&digest).with(uploaded_at);
        upsert.execute(transaction.connection()).await?;
        let numbers = assign::write_sets(&mut transaction, suite, &mut matcher).await?;
        let mut first = 0;
        while first < tests {
            let rows = assign::rows_of(transaction.connection(), suite, first, first.saturating_add(TESTS_PER_STEP)).await?;
            assign::assign(&mut transaction, suite, &mut matcher, &rows).await?;
            first = first.saturating_add(TESTS_PER_STEP);
        }
        assign::delete_other_sets(&mut transaction, suite, &numbers).await?;
        transaction.commit().await
    }

    async fn report(&self, suite: SuiteId, names: Vec<String>, changed: bool) -> Result<OwnersReport, StoreError> {
        let connection: &mut AnyConnection = &mut *self.connections().read().await?;
        let sets = OwnerSets::load(connection, suite).await?;
        let count = "SELECT owner_set, COUNT(*) AS tests FROM tests WHERE suite_id = $1 AND owner_set IS NOT NULL GROUP BY owner_set";
        let mut tests_matched = 0;
        for row in Statement::fixed(count).with(suite.bytes()).all(connection).await? {
            if !sets.owners(row.int("owner_set")?).is_empty() {
                tests_matched += row.count("tests")?;
            }
        }
        let all = Statement::fixed("SELECT next_test_ordinal FROM suites WHERE id = $1").with(suite.bytes());
        let all = all.optional(connection).await?.ok_or(StoreError::Missing("suite"))?.count("next_test_ordinal")?;
        let (teams, unknown_teams) = names.into_iter().partition(|name| sets.has_team(name));
        Ok(OwnersReport { changed, teams, unknown_teams, tests_matched, tests_without_owner: all.saturating_sub(tests_matched) })
    }
}
