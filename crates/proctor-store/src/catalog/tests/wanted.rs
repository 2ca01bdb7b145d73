//! What a list of tests asks for, in the words of the catalog.

use proctor_core::filter::ListFilter;
use proctor_core::id::SuiteId;
use proctor_core::state::TestState;
use sqlx::AnyConnection;

use super::TestListFilter;
use crate::StoreError;
use crate::catalog::owners::OwnerSets;
use crate::database::{Statement, Value};

/// A filter whose teams have been looked up.
pub(super) struct Wanted<'a> {
    pub(super) suite: SuiteId,
    filter: TestListFilter<'a>,
    /// Lists of teams of which one must be the test's; `None`: no such demand.
    owned_by: Option<Vec<i64>>,
    /// Lists of teams of which none may be.
    not_owned_by: Vec<i64>,
}

/// How a label that a test must have is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Few tests match: their labels lead to them, in no order.
    Collect,
    /// Many do: tests are walked in order, and each is asked.
    Walk,
}

impl<'a> Wanted<'a> {
    pub(super) async fn of(connection: &mut AnyConnection, suite: SuiteId, filter: TestListFilter<'a>) -> Result<Self, StoreError> {
        let mut wanted = Self { suite, filter, owned_by: None, not_owned_by: Vec::new() };
        if let Some(owners) = filter.owners.filter(|owners| !owners.is_empty()) {
            let sets = OwnerSets::load(connection, suite).await?;
            let is_any = !owners.any_of().is_empty();
            wanted.owned_by = is_any.then(|| sets.with_any(owners.any_of()));
            wanted.not_owned_by = sets.with_any(owners.none_of());
        }
        Ok(wanted)
    }

    /// Whether every test matches.
    pub(super) fn is_everything(&self) -> bool {
        self.filter.is_empty()
    }

    /// The labels of which a test must have one, if that is all that is asked for.
    pub(super) fn labels_alone(&self) -> Option<&'a [String]> {
        let TestListFilter { labels, owners, state, search } = self.filter;
        let labels = labels.filter(|labels| !labels.any_of().is_empty() && labels.none_of().is_empty())?;
        let is_alone = owners.is_none_or(ListFilter::is_empty) && state.is_none() && search.is_none();
        is_alone.then(|| labels.any_of())
    }

    /// Appends where from and under which condition the tests are read.
    pub(super) fn push(&self, statement: &mut Statement, plan: Plan) {
        let any_of = self.filter.labels.map_or(&[][..], |labels| labels.any_of());
        if plan == Plan::Collect && !any_of.is_empty() {
            // A cross join, because SQLite keeps the order of its sides: it would walk all tests rather than look few up.
            statement.push(" FROM (SELECT DISTINCT ordinal FROM test_labels WHERE suite_id = ").value(self.suite.bytes());
            statement.push(" AND label IN ").list(texts(any_of));
            statement.push(") AS labelled CROSS JOIN tests WHERE tests.ordinal = labelled.ordinal AND tests.suite_id = ");
            statement.value(self.suite.bytes());
        } else {
            statement.push(" FROM tests WHERE tests.suite_id = ").value(self.suite.bytes());
            if !any_of.is_empty() {
                statement.push(" AND EXISTS (").push(LABEL_OF_TEST).list(texts(any_of)).push(")");
            }
        }
        if let Some(labels) = self.filter.labels.filter(|labels| !labels.none_of().is_empty()) {
            statement.push(" AND NOT EXISTS (").push(LABEL_OF_TEST).list(texts(labels.none_of())).push(")");
        }
        match self.owned_by.as_deref() {
            None => {}
            Some([]) => _ = statement.push(" AND 1 = 0"),
            Some(sets) => _ = statement.push(" AND tests.owner_set IN ").list(sets.iter().map(|set| Value::from(*set))),
        }
        if !self.not_owned_by.is_empty() {
            statement.push(" AND (tests.owner_set IS NULL OR tests.owner_set NOT IN ");
            statement.list(self.not_owned_by.iter().map(|set| Value::from(*set))).push(")");
        }
        match self.filter.state {
            None => {}
            Some(TestState::Enabled) => _ = statement.push(" AND tests.state = 0"),
            // The second condition is that of the index.
            Some(state) => _ = statement.push(" AND tests.state = ").value(u32::from(state.code())).push(" AND tests.state <> 0"),
        }
        if let Some(search) = self.filter.search {
            push_search(statement, search);
        }
    }
}

const LABEL_OF_TEST: &str =
    "SELECT 1 FROM test_labels WHERE test_labels.suite_id = tests.suite_id AND test_labels.ordinal = tests.ordinal AND label IN ";

/// Scope, name or location contain the text, in any letter case (of ASCII only, on SQLite).
fn push_search(statement: &mut Statement, search: &str) {
    let mut pattern = "%".to_owned();
    for character in search.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    for (before, column) in [(" AND (", "scope"), (" OR ", "name"), (" OR ", "location")] {
        statement.push(before).push("lower(tests.").push(column).push(") LIKE lower(").value(&pattern).push(") ESCAPE '!'");
    }
    statement.push(")");
}

fn texts(values: &[String]) -> impl Iterator<Item = Value<'_>> {
    values.iter().map(Value::from)
}
