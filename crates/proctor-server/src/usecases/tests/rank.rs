//! Order and pages of a list that is sorted by a metric.

use std::cmp::Ordering;

use proctor_core::filter::Sort;
use proctor_core::id::TestId;
use proctor_store::{Page, PageRequest};

/// A test of a list, as far as its order goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    /// What the list is sorted by.
    pub(super) value: Option<f64>,
    /// Which comes first of two with the same value.
    pub(super) id: TestId,
    /// Where the caller finds the test.
    pub(super) position: usize,
}

/// One page of the sorted list. Takes time in proportion to the length of the list: only the page itself is sorted.
pub(super) fn page_of(mut tests: Vec<Ranked>, sort: Sort, page: PageRequest) -> Page<Ranked> {
    let total = tests.len() as u64;
    let start = usize::try_from(page.offset).unwrap_or(usize::MAX);
    if start >= tests.len() || page.limit == 0 {
        return Page { items: Vec::new(), total };
    }
    let compare = |left: &Ranked, right: &Ranked| -> Ordering { sort.compare((left.value, left.id), (right.value, right.id)) };
    if start > 0 {
        tests.select_nth_unstable_by(start, compare);
    }
    let mut items = tests.split_off(start);
    let limit = page.limit as usize;
    if limit < items.len() {
        items.select_nth_unstable_by(limit, compare);
        items.truncate(limit);
    }
    items.sort_unstable_by(compare);
    Page { items, total }
}

#[cfg(test)]
mod tests {
    use proctor_core::filter::{Order, SortBy};
    use proctor_core::id::Uuid;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // contract: general 71
        #[test]
        fn a_page_is_a_part_of_the_sorted_list(
            values in prop::collection::vec(prop::option::of(0_u8..4), 0..60),
            offset in 0_u64..70,
            limit in 0_u32..12,
            is_ascending: bool,
        ) {
            let sort = Sort { by: SortBy::Reliability, order: if is_ascending { Order::Asc } else { Order::Desc } };
            let ranked = |(position, value): (usize, &Option<u8>)| {
                // Ids in another order than positions, so that ties show.
                let id = TestId::new(Uuid::from_u128((position as u128 * 31) % 61));
                Ranked { value: value.map(f64::from), id, position }
            };
            let tests: Vec<Ranked> = values.iter().enumerate().map(ranked).collect();
            let mut sorted = tests.clone();
            sorted.sort_by(|left, right| sort.compare((left.value, left.id), (right.value, right.id)));
            let expected: Vec<Ranked> = sorted.into_iter().skip(offset as usize).take(limit as usize).collect();
            let page = page_of(tests, sort, PageRequest { offset, limit });
            prop_assert_eq!(page.total, values.len() as u64);
            prop_assert_eq!(page.items, expected);
        }
    }
}
