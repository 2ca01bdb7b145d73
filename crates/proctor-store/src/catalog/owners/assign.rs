//! Giving tests their owners.

use proctor_core::id::SuiteId;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{OwnerMatcher, OwnerSets};
use crate::StoreError;
use crate::catalog::tests::ordinal_of;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// Tests in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// What the owners of a test follow from.
#[derive(Debug)]
pub(super) struct OwnedRow {
    ordinal: u32,
    pub(super) location: Option<String>,
    pub(super) file_name: Option<String>,
    owner_set: Option<i64>,
}

impl OwnedRow {
    fn of(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            ordinal: ordinal_of(row)?,
            location: row.maybe_text("location")?,
            file_name: row.maybe_text("file_name")?,
            owner_set: row.maybe_int("owner_set")?,
        })
    }
}

/// The tests with ordinals from `first` on and below `end`.
pub(super) async fn rows_of(connection: &mut AnyConnection, suite: SuiteId, first: u32, end: u32) -> Result<Vec<OwnedRow>, StoreError> {
    let select = "SELECT ordinal, location, file_name, owner_set FROM tests WHERE suite_id = $1 AND ordinal >= $2 AND ordinal < $3";
    let rows = Statement::fixed(select).with(suite.bytes()).with(first).with(end).all(connection).await?;
    rows.iter().map(OwnedRow::of).collect()
}

/// The tests with these ordinals.
async fn rows_with(transaction: &mut WriteTransaction, suite: SuiteId, ordinals: &[u32]) -> Result<Vec<OwnedRow>, StoreError> {
    let mut rows = Vec::with_capacity(ordinals.len());
    for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
        let select = "SELECT ordinal, location, file_name, owner_set FROM tests WHERE suite_id = ";
        let mut select = Statement::built(transaction.engine(), select);
        select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
        for row in select.all(transaction.connection()).await? {
            rows.push(OwnedRow::of(&row)?);
        }
    }
    Ok(rows)
}

/// Gives the tests with these ordinals, which are new or have moved, their owners by the active file.
pub(crate) async fn assign_moved(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    matcher: &mut OwnerMatcher,
    ordinals: &[u32],
) -> Result<(), StoreError> {
    let rows = rows_with(transaction, suite, ordinals).await?;
    assign(transaction, suite, matcher, &rows).await
}

/// Gives tests their owners; only rows that change are written.
pub(super) async fn assign(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    matcher: &mut OwnerMatcher,
    rows: &[OwnedRow],
) -> Result<(), StoreError> {
    let mut changed: FxHashMap<Option<i64>, Vec<u32>> = FxHashMap::default();
    for row in rows {
        let number = matcher.number_for(row.location.as_deref(), row.file_name.as_deref());
        if number != row.owner_set {
            changed.entry(number).or_default().push(row.ordinal);
        }
    }
    for (number, ordinals) in changed {
        for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut update = Statement::built(transaction.engine(), "UPDATE tests SET owner_set = ");
            update.value(Value::Int(number)).push(" WHERE suite_id = ").value(suite.bytes());
            update.push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            update.execute(transaction.connection()).await?;
        }
    }
    Ok(())
}

/// Writes the lists of teams of a file and tells the matcher their numbers. A list that there was before keeps its number, so that
/// its tests need not be written. The numbers that the file uses.
pub(super) async fn write_sets(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    matcher: &mut OwnerMatcher,
) -> Result<Vec<i64>, StoreError> {
    let sets = OwnerSets::load(transaction.connection(), suite).await?;
    let known: FxHashMap<&[String], i64> = sets.sets().map(|(number, teams)| (teams, number)).collect();
    let mut next = known.values().max().map_or(0, |last| last + 1);
    let mut numbers = Vec::with_capacity(matcher.lists().len());
    let mut added = Vec::new();
    for list in matcher.lists() {
        let number = known.get(list.as_slice()).copied().unwrap_or_else(|| {
            added.push((next, serde_json::Value::from(list.as_slice()).to_string()));
            next += 1;
            next - 1
        });
        numbers.push(number);
    }
    for some in added.chunks(ROWS_PER_STATEMENT_MAX) {
        let mut insert = Statement::built(transaction.engine(), "INSERT INTO owner_sets (suite_id, number, teams) VALUES ");
        for (number, teams) in some {
            insert.row(&[suite.bytes().into(), (*number).into(), teams.into()]);
        }
        insert.execute(transaction.connection()).await?;
    }
    matcher.set_numbers(numbers.clone());
    Ok(numbers)
}

/// Tells the matcher of the active file the numbers of its lists.
pub(crate) async fn read_numbers(transaction: &mut WriteTransaction, suite: SuiteId, matcher: &mut OwnerMatcher) -> Result<(), StoreError> {
    let sets = OwnerSets::load(transaction.connection(), suite).await?;
    let known: FxHashMap<&[String], i64> = sets.sets().map(|(number, teams)| (teams, number)).collect();
    let number = |list: &Vec<String>| known.get(list.as_slice()).copied();
    let numbers: Option<Vec<i64>> = matcher.lists().iter().map(number).collect();
    matcher.set_numbers(numbers.ok_or_else(|| StoreError::Corrupt("owners of a suite".to_owned()))?);
    Ok(())
}

/// Deletes lists that no rule names any more.
pub(super) async fn delete_other_sets(transaction: &mut WriteTransaction, suite: SuiteId, numbers: &[i64]) -> Result<(), StoreError> {
    let sets = OwnerSets::load(transaction.connection(), suite).await?;
    let used: FxHashSet<i64> = numbers.iter().copied().collect();
    let others: Vec<i64> = sets.sets().map(|(number, _)| number).filter(|number| !used.contains(number)).collect();
    for some in others.chunks(ROWS_PER_STATEMENT_MAX) {
        let mut delete = Statement::built(transaction.engine(), "DELETE FROM owner_sets WHERE suite_id = ");
        delete.value(suite.bytes()).push(" AND number IN ").list(some.iter().map(|number| Value::from(*number)));
        delete.execute(transaction.connection()).await?;
    }
    Ok(())
}
