//! Builds: what the runs with one `build_id` have in common, over all suites of an organization (`rest-api.md`, 3.7).

use std::collections::BTreeSet;

use proctor_core::build_place::BuildPlace;
use proctor_core::id::{ExecutionId, OrganizationId, SuiteId, UploadId, Uuid};
use proctor_core::identity::{execution_index, upload_id_range};
use proctor_core::run::Run;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::run_row::{RUN_COLUMNS, run_of};
use super::suite_row::{SUITE_COLUMNS, suite_of};
use crate::database::{Columns, Statement, Value};
use crate::queries::ExecutionRef;
use crate::{Store, StoreError};

/// Runs of one build that are looked at; the oldest ones count.
pub const RUNS_PER_BUILD_MAX: u32 = 10_000;

/// Arguments of one statement that looks executions up.
const LOOKED_UP_AT_ONCE: usize = 500;

/// A run of a build and the span of its executions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRun {
    /// The run.
    pub run: Run,
    /// Receive times of the first and the last upload with executions; none if there is no such upload.
    pub received: Option<(Timestamp, Timestamp)>,
}

impl Store {
    /// The runs of a build, oldest first, at most [`RUNS_PER_BUILD_MAX`], and their suites in the order of their creation. Both are empty
    /// when the organization has no such build.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn runs_of_build(&self, organization: OrganizationId, build: Uuid) -> Result<(Vec<Suite>, Vec<BuildRun>), StoreError> {
        let connection = &mut *self.connections().read().await?;
        let span = |of: &str| format!("(SELECT {of}(received_at) FROM uploads WHERE suite_id = runs.suite_id AND run_id = runs.id)");
        let select = format!("SELECT {RUN_COLUMNS}, {} AS first_at, {} AS last_at FROM runs WHERE suite_id IN (", span("MIN"), span("MAX"));
        let mut select = Statement::built(self.connections().engine(), select);
        select.push("SELECT id FROM suites WHERE organization_id = ").value(organization.bytes());
        select.push(") AND build_id = ").value(build.as_bytes());
        select.push(" ORDER BY created_at, id LIMIT ").value(RUNS_PER_BUILD_MAX);
        let mut runs = Vec::new();
        for row in select.all(connection).await? {
            let received = row.maybe_time("first_at")?.zip(row.maybe_time("last_at")?);
            runs.push(BuildRun { run: run_of(&row)?, received });
        }
        let ids: BTreeSet<SuiteId> = runs.iter().map(|run| run.run.suite_id).collect();
        if ids.is_empty() {
            return Ok((Vec::new(), runs));
        }
        let select = format!("SELECT {SUITE_COLUMNS} FROM suites WHERE organization_id = ");
        let mut select = Statement::built(self.connections().engine(), select);
        select.value(organization.bytes()).push(" AND id IN ").list(ids.iter().map(|id| Value::from(id.bytes())));
        select.push(" ORDER BY created_at, id");
        let suites = select.all(connection).await?.iter().map(suite_of).collect::<Result<_, _>>()?;
        Ok((suites, runs))
    }

    /// The build that stands at this place in its CI system; of several the one with the newest run.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn build_at(&self, organization: OrganizationId, place: &BuildPlace) -> Result<Option<Uuid>, StoreError> {
        let select = "SELECT build_id FROM runs WHERE suite_id IN (SELECT id FROM suites WHERE organization_id = $1) \
                      AND build_place IS NOT NULL AND build_place = $2 AND build_id IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1";
        let select = Statement::fixed(select).with(organization.bytes()).with(&place.to_string());
        let row = select.optional(&mut *self.connections().read().await?).await?;
        row.map(|row| row.id("build_id", |bytes| Uuid::from_slice(bytes).ok())).transpose()
    }

    /// Where these executions of the suite stand: their uploads and positions there, in the same order; those of unknown uploads are left
    /// out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn places_of_executions(&self, suite: SuiteId, executions: &[ExecutionId]) -> Result<Vec<ExecutionRef>, StoreError> {
        // The part of an upload's id that its executions share is indexed.
        let prefix = |id: &UploadId| id.bytes()[..13].to_vec();
        let prefix_of = |execution: &ExecutionId| prefix(&upload_id_range(*execution).0);
        let wanted: Vec<Vec<u8>> = executions.iter().map(prefix_of).collect::<BTreeSet<_>>().into_iter().collect();
        let mut uploads: FxHashMap<Vec<u8>, UploadId> = FxHashMap::default();
        let connection = &mut *self.connections().read().await?;
        for some in wanted.chunks(LOOKED_UP_AT_ONCE) {
            let mut select = Statement::built(self.connections().engine(), "SELECT id FROM uploads WHERE suite_id = ");
            select.value(suite.bytes()).push(" AND substr(id, 1, 13) IN ").list(some.iter().map(|prefix| Value::from(prefix.as_slice())));
            for row in select.all(connection).await? {
                let upload = row.id("id", UploadId::from_bytes)?;
                uploads.insert(prefix(&upload), upload);
            }
        }
        let place = |execution: &ExecutionId| {
            let upload = *uploads.get(&prefix_of(execution))?;
            Some(ExecutionRef { upload, index: execution_index(*execution) })
        };
        Ok(executions.iter().filter_map(place).collect())
    }
}
