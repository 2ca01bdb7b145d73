//! Codes of rows, in as few bytes as their number allows.

/// A column of small whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SmallInts {
    /// All rows have this one.
    All(u32),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl SmallInts {
    /// Packs numbers that are all below `bound`.
    pub(crate) fn pack(numbers: &[u32], bound: usize) -> Self {
        match numbers.split_first() {
            None => Self::All(0),
            Some((first, rest)) if rest.iter().all(|number| number == first) => Self::All(*first),
            // The bound holds, so nothing is cut off.
            _ if bound <= 1 << 8 => Self::U8(numbers.iter().map(|number| *number as u8).collect()),
            _ if bound <= 1 << 16 => Self::U16(numbers.iter().map(|number| *number as u16).collect()),
            _ => Self::U32(numbers.to_vec()),
        }
    }

    /// The number of a row.
    pub(crate) fn get(&self, row: usize) -> usize {
        match self {
            Self::All(number) => *number as usize,
            Self::U8(numbers) => usize::from(numbers[row]),
            Self::U16(numbers) => usize::from(numbers[row]),
            Self::U32(numbers) => numbers[row] as usize,
        }
    }

    /// What it takes in memory.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::All(_) => 0,
            Self::U8(numbers) => numbers.len(),
            Self::U16(numbers) => numbers.len() * 2,
            Self::U32(numbers) => numbers.len() * 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_back_what_it_took() {
        for (numbers, bytes) in
            [(vec![7, 7, 7], 0), (vec![], 0), (vec![0, 255], 2), (vec![0, 256], 4), (vec![65_535, 1], 4), (vec![65_536, 1], 8)]
        {
            let bound = numbers.iter().max().map_or(0, |max| *max as usize + 1);
            let packed = SmallInts::pack(&numbers, bound);
            let read: Vec<u32> = (0..numbers.len()).map(|row| packed.get(row) as u32).collect();
            assert_eq!((read, packed.bytes()), (numbers, bytes));
        }
    }
}
