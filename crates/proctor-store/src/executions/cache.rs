//! Blocks that are kept in memory for the next question.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::UploadSeq;
use super::aggregate::Aggregates;
use super::block::{Block, Needs};
use super::day_files::DayFileId;

/// What a block was decoded from. Neither ever changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum BlockKey {
    Segment(UploadSeq),
    File(DayFileId),
}

/// A block with what has been worked out about it.
#[derive(Debug)]
pub(super) struct CachedBlock {
    pub(super) block: Block,
    pub(super) aggregates: Aggregates,
}

impl CachedBlock {
    pub(super) fn new(block: Block) -> Self {
        Self { block, aggregates: Aggregates::default() }
    }

    fn bytes(&self) -> usize {
        self.block.bytes() + Aggregates::bytes_max(&self.block)
    }
}

/// The number of a pass over blocks: later ones have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PassNumber(u64);

/// Keeps blocks within a number of bytes. Those of the pass at hand are never let go for others of the same pass: where all do not
/// fit, a part of them stays, instead of each being pushed out just before it is needed again.
#[derive(Debug)]
pub(super) struct BlockCache {
    bytes_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    blocks: FxHashMap<BlockKey, Entry>,
    /// All of them, those first that were used longest ago.
    by_use: BTreeSet<(PassNumber, BlockKey)>,
    bytes: usize,
    passes: u64,
}

#[derive(Debug)]
struct Entry {
    block: Arc<CachedBlock>,
    bytes: usize,
    used: PassNumber,
}

impl BlockCache {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, kept: Mutex::default() }
    }

    /// Begins a pass.
    pub(super) fn begin(&self) -> PassNumber {
        let mut kept = self.lock();
        kept.passes += 1;
        PassNumber(kept.passes)
    }

    /// A block, whichever of the optional columns it has.
    pub(super) fn get(&self, key: BlockKey, pass: PassNumber) -> Option<Arc<CachedBlock>> {
        let mut kept = self.lock();
        let Kept { blocks, by_use, .. } = &mut *kept;
        let entry = blocks.get_mut(&key)?;
        if entry.used < pass {
            by_use.remove(&(entry.used, key));
            by_use.insert((pass, key));
            entry.used = pass;
        }
        Some(Arc::clone(&entry.block))
    }

    /// Keeps a block, unless there is no room.
    pub(super) fn put(&self, key: BlockKey, block: &Arc<CachedBlock>, pass: PassNumber) {
        let bytes = block.bytes();
        let mut kept = self.lock();
        if kept.blocks.get(&key).is_some_and(|known| known.block.block.needs.cover(block.block.needs)) {
            // Another question was faster.
            return;
        }
        kept.remove(key);
        while kept.bytes + bytes > self.bytes_max {
            match kept.by_use.first() {
                Some((used, oldest)) if *used < pass => {
                    let oldest = *oldest;
                    kept.remove(oldest);
                }
                _ => return,
            }
        }
        kept.bytes += bytes;
        kept.by_use.insert((pass, key));
        kept.blocks.insert(key, Entry { block: Arc::clone(block), bytes, used: pass });
    }

    /// Whether a block of so many bytes can be kept beside those that are there.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.lock().bytes + bytes <= self.bytes_max
    }

    /// The columns that a block of `key` should have so that it serves as many questions as the one that is there.
    pub(super) fn needs(&self, key: BlockKey, needs: Needs) -> Needs {
        self.lock().blocks.get(&key).map_or(needs, |entry| entry.block.block.needs.and(needs))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, key: BlockKey) {
        if let Some(entry) = self.blocks.remove(&key) {
            self.by_use.remove(&(entry.used, key));
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::aggregate::tests::block_of_rows;
    use super::*;

    fn block() -> Arc<CachedBlock> {
        Arc::new(CachedBlock::new(block_of_rows(&[], &[])))
    }

    fn key(number: i64) -> BlockKey {
        BlockKey::Segment(UploadSeq(number))
    }

    #[test]
    fn a_pass_over_more_than_fits_keeps_a_part() {
        let room_for_two = block().bytes() * 5 / 2;
        let cache = BlockCache::new(room_for_two);
        for _ in 0..2 {
            let pass = cache.begin();
            let missing: Vec<i64> = (1..=3).filter(|number| cache.get(key(*number), pass).is_none()).collect();
            missing.iter().for_each(|number| cache.put(key(*number), &block(), pass));
            let kept: Vec<bool> = (1..=3).map(|number| cache.get(key(number), pass).is_some()).collect();
            assert_eq!(kept, [true, true, false]);
        }
        let pass = cache.begin();
        assert!(cache.get(key(2), pass).is_some());
        cache.put(key(9), &block(), pass);
        assert!(cache.get(key(1), pass).is_none() && cache.get(key(9), pass).is_some());
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = BlockCache::new(1);
        let pass = cache.begin();
        cache.put(key(1), &block(), pass);
        assert!(cache.get(key(1), pass).is_none());
    }
}
