//! Some tests of a suite, to be found among all others.

use std::sync::Arc;

use crate::executions::block::TestColumn;
use crate::executions::verdicts::Verdicts;

/// Ordinals in ascending order, each once; a test's place is its position among them.
#[derive(Clone, Debug)]
pub(crate) struct SomeTests(Arc<[u32]>);

impl SomeTests {
    pub(crate) fn new(ordinals: &[u32]) -> Self {
        let mut ordinals = ordinals.to_vec();
        ordinals.sort_unstable();
        ordinals.dedup();
        Self(ordinals.into())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Values by place with the ordinals that they belong to.
    pub(crate) fn named<T>(&self, values: Vec<T>) -> impl Iterator<Item = (u32, T)> {
        self.0.iter().copied().collect::<Vec<_>>().into_iter().zip(values)
    }

    /// Calls `take` with place, ordinal and position of each selected row of these tests. In a sorted block nothing else is looked at.
    pub(crate) fn for_each(&self, verdicts: &Verdicts<'_>, mut take: impl FnMut(usize, u32, usize)) {
        match &verdicts.block.test {
            TestColumn::Sorted { ordinals, starts } => {
                for (place, ordinal) in self.0.iter().enumerate() {
                    let Ok(at) = ordinals.binary_search(ordinal) else { continue };
                    let rows = starts[at] as usize..starts[at + 1] as usize;
                    rows.filter(|row| verdicts.accepts(*row)).for_each(|row| take(place, *ordinal, row));
                }
            }
            TestColumn::PerRow(ordinals) => {
                for (row, ordinal) in ordinals.iter().enumerate() {
                    if let Ok(place) = self.0.binary_search(ordinal)
                        && verdicts.accepts(row)
                    {
                        take(place, *ordinal, row);
                    }
                }
            }
        }
    }
}
