//! What is gathered from selected rows, block by block, in any order.

mod by_test;
mod cost;
mod days;
mod durations;
mod flaky;
mod groups;
mod history;
mod newest_of;
mod of_test;
mod of_tests;
mod run_tests;
mod some_tests;
mod table;
mod top;

pub(super) use by_test::ByTest;
pub(super) use cost::Cost;
pub(super) use days::Days;
pub(super) use durations::DurationsByTest;
pub(super) use flaky::{Failures, Passes, contradictions, flaky_tests};
pub(super) use groups::Groups;
pub(super) use history::History;
pub(super) use newest_of::NewestOf;
pub(super) use of_test::OfTest;
pub(super) use of_tests::OfTests;
pub(super) use run_tests::RunTests;
pub(super) use some_tests::SomeTests;
pub(super) use table::TestTable;
pub(super) use top::Top;

use super::block::{Block, Needs};
use super::question::Facts;
use super::verdicts::Verdicts;

/// Gathers.
pub(super) trait Collect: Sized + Send + 'static {
    /// The columns that it looks at beside those that every block has.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Takes in the selected rows of a block.
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts);

    /// Takes in what another one gathered from other blocks.
    fn merge(&mut self, other: Self);

    /// What it takes in memory, roughly.
    fn bytes(&self) -> usize;
}
