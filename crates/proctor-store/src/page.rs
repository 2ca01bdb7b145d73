//! Pages of lists.

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many elements stand before the page.
    pub offset: u64,
    /// How many elements the page holds at the most.
    pub limit: u32,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The elements of the page; empty beyond the end.
    pub items: Vec<T>,
    /// How many elements the whole list has.
    pub total: u64,
}
