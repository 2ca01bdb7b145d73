//! What is gathered from selected rows, block by block, in any order.

mod by_test;
mod durations;
mod flaky;
mod history;
mod of_test;
mod run_tests;
mod table;
mod top;

pub(super) use by_test::ByTest;
pub(super) use durations::DurationsByTest;
pub(super) use flaky::{Failures, Passes, flaky_tests};
pub(super) use history::History;
pub(super) use of_test::OfTest;
pub(super) use run_tests::RunTests;
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
