//! One value per test, found by its ordinal.

/// Tests whose values lie side by side.
const PAGE: usize = 256;

/// Values by ordinal. Only pages with a touched test take memory.
#[derive(Debug)]
pub(crate) struct TestTable<T> {
    pages: Vec<Option<Box<[T]>>>,
    pages_used: usize,
}

impl<T> Default for TestTable<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), pages_used: 0 }
    }
}

impl<T: Default> TestTable<T> {
    /// The value of a test.
    pub(crate) fn get_mut(&mut self, ordinal: u32) -> &mut T {
        let at = ordinal as usize;
        if at / PAGE >= self.pages.len() {
            self.pages.resize_with(at / PAGE + 1, || None);
        }
        let page = self.pages[at / PAGE].get_or_insert_with(|| {
            self.pages_used += 1;
            std::iter::repeat_with(T::default).take(PAGE).collect()
        });
        &mut page[at % PAGE]
    }

    /// All values of touched pages, by ascending ordinal.
    pub(crate) fn into_values(self) -> impl Iterator<Item = (u32, T)> {
        let of_page = |(at, page): (usize, Option<Box<[T]>>)| {
            let first = u32::try_from(at * PAGE).unwrap_or(u32::MAX);
            page.into_iter().flat_map(move |page| (first..).zip(page))
        };
        self.pages.into_iter().enumerate().flat_map(of_page)
    }

    /// Takes in another table, value by value.
    pub(crate) fn merge(&mut self, other: Self, mut merge: impl FnMut(&mut T, T)) {
        for (ordinal, value) in other.into_values() {
            merge(self.get_mut(ordinal), value);
        }
    }

    /// What it takes in memory, without what values point to.
    pub(crate) const fn bytes(&self) -> usize {
        self.pages.len() * size_of::<Option<Box<[T]>>>() + self.pages_used * PAGE * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_by_ordinal() {
        let mut table = TestTable::<u64>::default();
        *table.get_mut(1_000) += 2;
        *table.get_mut(3) += 1;
        let mut other = TestTable::default();
        *other.get_mut(1_000) += 5;
        *other.get_mut(90_000) += 7;
        table.merge(other, |value, more| *value += more);
        let values: Vec<_> = table.into_values().filter(|(_, value)| *value > 0).collect();
        assert_eq!(values, [(3, 1), (1_000, 7), (90_000, 7)]);
    }
}
