//! Which tests pass the filters on tests themselves.

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::state::TestState;
use sqlx::AnyConnection;

use super::{Ordinals, ordinal_of};
use crate::catalog::owners::OwnerSets;
use crate::database::{Statement, Value};
use crate::{Store, StoreError};

impl Store {
    /// The tests that pass what the filters say of labels, owners and state. `None`: they say nothing of these, so all pass.
    /// Takes time in proportion to the tests that have what is asked for or forbidden.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn ordinals_matching(&self, suite: SuiteId, filters: &TestFilters) -> Result<Option<Ordinals>, StoreError> {
        let TestFilters { labels, owners, state, .. } = filters;
        if labels.is_empty() && owners.is_empty() && state.is_none() {
            return Ok(None);
        }
        let connection = &mut *self.connections().read().await?;
        let mut passing = Ordinals::below(self.count_tests(connection, suite).await?);
        let labelled = async |connection: &mut AnyConnection, labels: &[String]| {
            let mut select = Statement::built(self.connections().engine(), "SELECT ordinal FROM test_labels WHERE suite_id = ");
            select.value(suite.bytes()).push(" AND label IN ").list(labels.iter().map(Value::from));
            ordinals(connection, select).await
        };
        if !labels.any_of().is_empty() {
            passing.retain_in(&labelled(connection, labels.any_of()).await?);
        }
        if !labels.none_of().is_empty() {
            labelled(connection, labels.none_of()).await?.iter().for_each(|ordinal| passing.remove(ordinal));
        }
        if !owners.is_empty() {
            let sets = OwnerSets::load(connection, suite).await?;
            if !owners.any_of().is_empty() {
                passing.retain_in(&self.owned(connection, suite, &sets.with_any(owners.any_of())).await?);
            }
            let forbidden = self.owned(connection, suite, &sets.with_any(owners.none_of())).await?;
            forbidden.iter().for_each(|ordinal| passing.remove(ordinal));
        }
        match state {
            None => {}
            Some(TestState::Enabled) => {
                let select = Statement::fixed("SELECT ordinal FROM tests WHERE suite_id = $1 AND state <> 0").with(suite.bytes());
                ordinals(connection, select).await?.iter().for_each(|ordinal| passing.remove(ordinal));
            }
            Some(state) => {
                let select = Statement::fixed("SELECT ordinal FROM tests WHERE suite_id = $1 AND state = $2 AND state <> 0");
                let select = select.with(suite.bytes()).with(u32::from(state.code()));
                passing.retain_in(&ordinals(connection, select).await?);
            }
        }
        Ok(Some(passing))
    }

    async fn owned(&self, connection: &mut AnyConnection, suite: SuiteId, sets: &[i64]) -> Result<Ordinals, StoreError> {
        if sets.is_empty() {
            return Ok(Ordinals::default());
        }
        let mut select = Statement::built(self.connections().engine(), "SELECT ordinal FROM tests WHERE suite_id = ");
        select.value(suite.bytes()).push(" AND owner_set IN ");
        select.list(sets.iter().map(|set| Value::from(*set)));
        ordinals(connection, select).await
    }
}

async fn ordinals(connection: &mut AnyConnection, select: Statement) -> Result<Ordinals, StoreError> {
    select.all(connection).await?.iter().map(ordinal_of).collect()
}
