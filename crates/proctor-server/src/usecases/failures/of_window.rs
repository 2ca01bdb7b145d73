//! The failures of a suite, or of one of its tests, over a window.

use std::cmp::Reverse;

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::window::Window;
use proctor_store::catalog::failures::FailureGroup;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::Selected;
use proctor_store::{Page, PageRequest, Store, StoreError};

use super::TESTS_LISTED_MAX;
use super::groups::Group;
use super::looked_at::{Of, look_at};
use super::of_run::{by_name, history_of, tests_of};

/// A page of groups, and what they were found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowFailures {
    /// Those of most executions first, then those seen last.
    pub groups: Page<WindowGroup>,
    /// Failed executions that were looked at, the newest of the window.
    pub executions: u64,
    /// Whether the window has more.
    pub is_cut: bool,
}

/// Failures of a window with one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowGroup {
    /// Those of the window.
    pub group: Group,
    /// The group over all the history of the suite; none when one upload brought more groups than are remembered.
    pub history: Option<FailureGroup>,
    /// The first of its tests, by executions, then by name.
    pub tests: Vec<WindowGroupTest>,
}

/// A test in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowGroupTest {
    /// The test as it is now.
    pub test: KnownTest,
    /// Its executions in the group.
    pub executions: u64,
}

/// The failures inside `window` by fingerprint. `test`: only those of this one, by its ordinal.
///
/// # Errors
/// When the store cannot be read.
pub async fn failures_of_window(
    store: &Store,
    suite: SuiteId,
    window: Window,
    filters: &TestFilters,
    test: Option<u32>,
    page: PageRequest,
) -> Result<WindowFailures, StoreError> {
    let of = test.map_or(Of::AllTests, Of::Test);
    let mut looked_at = look_at(store, suite, Selected { window, filters, runs: None }, of).await?;
    looked_at.groups.sort_by_key(|group| (Reverse(group.executions), Reverse(group.last.0), group.fingerprint.id));
    let total = looked_at.groups.len() as u64;
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let groups: Vec<Group> = looked_at.groups.into_iter().skip(skip).take(page.limit as usize).collect();
    let mut history = history_of(store, suite, &groups).await?;
    let known = tests_of(store, suite, &groups).await?;
    let items = groups
        .into_iter()
        .map(|group| {
            let of_test =
                |(ordinal, executions): (&u32, &u64)| Some(WindowGroupTest { test: known.get(ordinal)?.clone(), executions: *executions });
            let mut tests: Vec<WindowGroupTest> = group.tests.iter().filter_map(of_test).collect();
            tests.sort_by(|one, other| other.executions.cmp(&one.executions).then_with(|| by_name(&one.test, &other.test)));
            tests.truncate(TESTS_LISTED_MAX);
            let history = history.remove(&group.fingerprint.id);
            WindowGroup { group, history, tests }
        })
        .collect();
    Ok(WindowFailures { groups: Page { items, total }, executions: looked_at.executions, is_cut: looked_at.is_cut })
}
