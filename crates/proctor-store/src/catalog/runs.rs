//! Runs.

use proctor_core::id::{RunId, SuiteId, Uuid};
use proctor_core::run::Run;
use proctor_core::time::Timestamp;
use sqlx::AnyConnection;

use super::run_row::{RUN_COLUMNS, run_of};
use crate::database::{Columns, Statement, Value};
use crate::{Page, PageRequest, Store, StoreError};

/// Which runs of a suite are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this build.
    pub build_id: Option<Uuid>,
    /// Only this run and those after it in the list's order (older ones): what keeps pages in place while new runs arrive.
    /// An unknown run filters nothing.
    pub through: Option<RunId>,
}

impl Store {
    /// Runs of the suite, newest first: by creation time, then id, descending.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn runs(&self, suite: SuiteId, filter: RunFilter, page: PageRequest) -> Result<Page<Run>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let through = match filter.through {
            Some(run) => self.place_of(connection, suite, run).await?,
            None => None,
        };
        let total = self.count_runs(connection, suite, filter.build_id, through).await?;
        if page.offset >= total || page.limit == 0 {
            return Ok(Page { items: Vec::new(), total });
        }
        // The inner statement walks a covering index; only the page itself is looked up in the table.
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {RUN_COLUMNS} FROM runs WHERE id IN ("));
        // From the nearer end: a page deep in the list costs as little as one near its beginning.
        let behind = total.saturating_sub(page.offset).saturating_sub(u64::from(page.limit));
        let (direction, offset, limit) = if behind < page.offset {
            ("", behind, u64::from(page.limit).min(total - page.offset))
        } else {
            (" DESC", page.offset, u64::from(page.limit))
        };
        select.push("SELECT id FROM runs");
        push_filter(&mut select, suite, filter.build_id, through);
        select.push(" ORDER BY created_at").push(direction).push(", id").push(direction);
        select.push(" LIMIT ").value(limit).push(" OFFSET ").value(offset).push(") ORDER BY created_at DESC, id DESC");
        let items = select.all(connection).await?.iter().map(run_of).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// The run with this id in the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn run(&self, suite: SuiteId, run: RunId) -> Result<Option<Run>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {RUN_COLUMNS} FROM runs WHERE id = "));
        select.value(run.bytes()).push(" AND suite_id = ").value(suite.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(run_of).transpose()
    }

    async fn place_of(&self, connection: &mut AnyConnection, suite: SuiteId, run: RunId) -> Result<Option<Place>, StoreError> {
        let select = Statement::fixed("SELECT created_at FROM runs WHERE id = $1 AND suite_id = $2").with(run.bytes()).with(suite.bytes());
        let row = select.optional(connection).await?;
        row.map(|row| Ok(Place { created_at: row.time("created_at")?, run })).transpose()
    }

    /// How many runs the list has. Without a build that is the suite's own counter, less the runs that came after `through`.
    async fn count_runs(
        &self,
        connection: &mut AnyConnection,
        suite: SuiteId,
        build: Option<Uuid>,
        through: Option<Place>,
    ) -> Result<u64, StoreError> {
        if build.is_some() {
            let mut count = Statement::built(self.connections().engine(), "SELECT COUNT(*) AS total FROM runs");
            push_filter(&mut count, suite, build, through);
            return count.one(connection).await?.count("total");
        }
        let count = Statement::fixed("SELECT run_count FROM suites WHERE id = $1").with(suite.bytes());
        let all = count.optional(connection).await?.map_or(Ok(0), |row| row.count("run_count"))?;
        let Some(place) = through else { return Ok(all) };
        let newer = "SELECT COUNT(*) AS newer FROM runs WHERE suite_id = $1 AND (created_at, id) > ($2, $3)";
        let newer = Statement::fixed(newer).with(suite.bytes()).with(place.created_at).with(place.run.bytes());
        Ok(all.saturating_sub(newer.one(connection).await?.count("newer")?))
    }
}

/// Where a run stands in the list.
#[derive(Clone, Copy)]
struct Place {
    created_at: Timestamp,
    run: RunId,
}

fn push_filter(statement: &mut Statement, suite: SuiteId, build: Option<Uuid>, through: Option<Place>) {
    statement.push(" WHERE suite_id = ").value(suite.bytes());
    if let Some(build) = build {
        statement.push(" AND build_id = ").value(Value::from(build.as_bytes()));
    }
    if let Some(Place { created_at, run }) = through {
        statement.push(" AND (created_at, id) <= (").value(created_at).push(", ").value(run.bytes()).push(")");
    }
}
