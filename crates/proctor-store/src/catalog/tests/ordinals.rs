//! A set of tests of one suite.

/// A set of ordinals: a bit for each test, because ordinals have no gaps.
#[derive(Clone, Debug, Default)]
pub struct Ordinals {
    words: Vec<u64>,
}

/// Sets of the same tests are equal, however much room they have.
impl PartialEq for Ordinals {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Ordinals {}

impl Ordinals {
    /// All ordinals below `tests`.
    #[must_use]
    pub fn below(tests: u32) -> Self {
        let mut words = vec![u64::MAX; (tests / 64) as usize];
        if !tests.is_multiple_of(64) {
            words.push((1 << (tests % 64)) - 1);
        }
        Self { words }
    }

    /// Whether the test is in the set.
    #[must_use]
    pub fn contains(&self, ordinal: u32) -> bool {
        self.words.get((ordinal / 64) as usize).is_some_and(|word| word >> (ordinal % 64) & 1 == 1)
    }

    /// How many tests the set has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Its tests, by ordinal.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..)
            .step_by(64)
            .zip(&self.words)
            .flat_map(|(first, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit))
    }

    /// Adds a test.
    pub fn insert(&mut self, ordinal: u32) {
        let at = (ordinal / 64) as usize;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= 1 << (ordinal % 64);
    }

    /// Takes a test out.
    pub fn remove(&mut self, ordinal: u32) {
        if let Some(word) = self.words.get_mut((ordinal / 64) as usize) {
            *word &= !(1 << (ordinal % 64));
        }
    }

    /// Keeps only the tests that `other` has too.
    pub fn retain_in(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }
}

impl FromIterator<u32> for Ordinals {
    fn from_iter<I: IntoIterator<Item = u32>>(ordinals: I) -> Self {
        let mut set = Self::default();
        ordinals.into_iter().for_each(|ordinal| set.insert(ordinal));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(some in prop::collection::btree_set(0_u32..300, 0..40), others in prop::collection::btree_set(0_u32..300, 0..40), tests in 0_u32..300) {
            let mut set: Ordinals = some.iter().copied().collect();
            prop_assert_eq!(set.iter().collect::<BTreeSet<_>>(), some.clone());
            prop_assert_eq!((set.len(), set.is_empty()), (some.len(), some.is_empty()));
            prop_assert!((0..400).all(|ordinal| set.contains(ordinal) == some.contains(&ordinal)));
            prop_assert_eq!(Ordinals::below(tests).iter().collect::<Vec<_>>(), (0..tests).collect::<Vec<_>>());
            set.retain_in(&others.iter().copied().collect());
            prop_assert_eq!(set.iter().collect::<BTreeSet<_>>(), some.intersection(&others).copied().collect::<BTreeSet<_>>());
            others.iter().for_each(|ordinal| set.remove(*ordinal));
            prop_assert!(set.is_empty());
        }
    }
}
