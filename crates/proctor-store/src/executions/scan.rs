//! A pass over all executions that a question can concern: pruned by the catalog, decoded and gathered by two threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::block::{BlockUpload, Needs};
use super::block_read::block_of_segment;
use super::cache::{BlockKey, CachedBlock, PassNumber};
use super::collect::Collect;
use super::question::{Facts, Question};
use super::sources::{FileSource, SegmentSource, Source, Sources};
use super::verdicts::Verdicts;
use super::{EmbeddedExecutions, QueryLimits};
use crate::StoreError;
use crate::catalog::sources::{SegmentBody, segment_bodies};

/// Threads that one question may take.
const THREADS_MAX: usize = 2;
/// Executions below which a second thread costs more than it helps.
const PARALLEL_ROWS_MIN: u64 = 50_000;
/// Segments that one statement fetches.
const SEGMENTS_PER_FETCH_MAX: usize = 32;
/// Bytes of segments that one statement fetches, and one more segment.
const BYTES_PER_FETCH_MAX: u64 = 16 << 20;
/// How often a question starts over because segments were taken away while it ran.
pub(super) const ATTEMPTS_MAX: usize = 10;

/// What a thread takes next.
#[derive(Debug)]
enum Item {
    Ready(Arc<CachedBlock>),
    File(FileSource),
    Segment(BlockUpload, SegmentBody),
}

/// What the threads of one pass share.
struct Pass {
    executions: Arc<EmbeddedExecutions>,
    question: Question,
    facts: Facts,
    needs: Needs,
    number: PassNumber,
    limits: QueryLimits,
    /// Of what all threads gathered.
    memory_bytes: AtomicUsize,
    items: Mutex<mpsc::Receiver<Item>>,
    /// Nobody waits for the answer any more.
    is_over: AtomicBool,
}

/// Ends a pass when the caller goes away.
struct Caller(Arc<Pass>);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

/// What is said after [`ATTEMPTS_MAX`].
pub(super) fn moved() -> StoreError {
    StoreError::Unavailable("executions were moved again and again while they were read".to_owned())
}

impl EmbeddedExecutions {
    /// Gathers from all selected executions as of one moment. When the caller goes away the threads stop after the block at hand.
    pub(super) async fn scan<C: Collect>(
        self: &Arc<Self>,
        question: &Question,
        new: impl Fn() -> C + Send + Sync,
    ) -> Result<C, StoreError> {
        self.in_turn(async {
            for _ in 0..ATTEMPTS_MAX {
                let (needs, number) = (question.needs().and(new().needs()), self.cache().begin());
                let sources = self.sources(question, needs, number).await?;
                if let Some(gathered) = self.scan_sources(question, (needs, number), sources, &new).await? {
                    return Ok(gathered);
                }
            }
            Err(moved())
        })
        .await
    }

    /// Waits for a turn, and then for the answer, within the limit of time.
    pub(super) async fn in_turn<T>(&self, answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let limits = self.limits();
        if limits.time_ms_max == 0 {
            // Else a quick answer and the end of no time at all race each other.
            return Err(limits.time_exceeded());
        }
        let in_turn = async {
            let closed = |_| StoreError::Unavailable("the store is being closed".to_owned());
            let _turn = self.passes().acquire().await.map_err(closed)?;
            answer.await
        };
        let time = Duration::from_millis(limits.time_ms_max);
        tokio::time::timeout(time, in_turn).await.unwrap_or_else(|_| Err(limits.time_exceeded()))
    }

    /// Gathers from these sources. `None`: a segment has been taken away.
    pub(super) async fn scan_sources<C: Collect>(
        self: &Arc<Self>,
        question: &Question,
        (needs, number): (Needs, PassNumber),
        Sources { sources, facts }: Sources,
        new: &(impl Fn() -> C + Send + Sync),
    ) -> Result<Option<C>, StoreError> {
        let executions: u64 = sources.iter().map(Source::executions).sum();
        let (sender, items) = mpsc::channel(sources.len().clamp(1, SEGMENTS_PER_FETCH_MAX));
        let pass = Arc::new(Pass {
            executions: Arc::clone(self),
            question: question.clone(),
            facts,
            needs,
            number,
            limits: self.limits(),
            memory_bytes: AtomicUsize::new(0),
            items: Mutex::new(items),
            is_over: AtomicBool::new(false),
        });
        let _caller = Caller(Arc::clone(&pass));
        let threads = if executions < PARALLEL_ROWS_MIN || question.test.is_some() { 1 } else { THREADS_MAX };
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (pass, collector) = (Arc::clone(&pass), new());
                tokio::task::spawn_blocking(move || pass.work(collector))
            })
            .collect();
        let is_whole = self.send_all(question, sources, sender).await?;
        let mut gathered: Option<C> = None;
        for worker in workers {
            let of_worker = worker.await.map_err(|error| StoreError::Internal(format!("reading executions: {error}")))??;
            match &mut gathered {
                Some(gathered) => gathered.merge(of_worker),
                None => gathered = Some(of_worker),
            }
        }
        Ok(gathered.filter(|_| is_whole))
    }

    /// Hands everything to the threads, bodies of segments as they are fetched; whether all were there.
    async fn send_all(&self, question: &Question, sources: Vec<Source>, sender: mpsc::Sender<Item>) -> Result<bool, StoreError> {
        let mut segments: Vec<SegmentSource> = Vec::new();
        for source in sources {
            let item = match source {
                Source::Ready(_, cached) => Item::Ready(cached),
                Source::File(file) => Item::File(file),
                Source::Segment(segment) => {
                    segments.push(segment);
                    continue;
                }
            };
            if sender.send(item).await.is_err() {
                // A thread gave up, and says why.
                return Ok(true);
            }
        }
        let mut segments = segments.into_iter().peekable();
        while segments.peek().is_some() {
            let mut some = Vec::new();
            let mut bytes = 0;
            while some.len() < SEGMENTS_PER_FETCH_MAX
                && let Some(segment) = segments.next_if(|_| bytes < BYTES_PER_FETCH_MAX)
            {
                bytes += segment.bytes;
                some.push(segment.upload);
            }
            let mut bodies = segment_bodies(self.connections(), question.suite, some.iter().map(|upload| upload.seq)).await?;
            for upload in some {
                let Some(body) = bodies.remove(&upload.seq) else { return Ok(false) };
                if sender.send(Item::Segment(upload, body)).await.is_err() {
                    return Ok(true);
                }
            }
        }
        Ok(true)
    }
}

impl Pass {
    fn work<C: Collect>(&self, mut collector: C) -> Result<C, StoreError> {
        let mut bytes_known = 0;
        loop {
            let item = self.items.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(item) = item.filter(|_| !self.is_over.load(Ordering::Relaxed)) else { return Ok(collector) };
            if let Err(error) = self.take(item, &mut collector, &mut bytes_known) {
                self.items.lock().unwrap_or_else(PoisonError::into_inner).close();
                return Err(error);
            }
        }
    }

    fn take<C: Collect>(&self, item: Item, collector: &mut C, bytes_known: &mut usize) -> Result<(), StoreError> {
        let cached = match item {
            Item::Ready(cached) => cached,
            Item::File(source) => match self.question.test {
                None => self.executions.load_file(&source, self.needs, self.number)?,
                Some(ordinal) => match self.executions.load_test(&source, self.needs, self.number, ordinal)? {
                    Some(cached) => cached,
                    None => return Ok(()),
                },
            },
            Item::Segment(upload, body) => {
                let key = BlockKey::Segment(upload.seq);
                let needs = self.executions.cache().needs(key, self.needs);
                self.executions.keep(key, block_of_segment(upload, &body.body, &body.test_ordinals, needs)?, self.number)
            }
        };
        if let Some(verdicts) = Verdicts::of(&self.question, &self.facts, &cached) {
            collector.take(&cached.block, verdicts, &self.facts);
        }
        let bytes = collector.bytes();
        let more = bytes.saturating_sub(*bytes_known);
        *bytes_known = bytes_known.saturating_add(more);
        let all = self.memory_bytes.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        if all > self.limits.memory_bytes_max { Err(self.limits.memory_exceeded()) } else { Ok(()) }
    }
}
