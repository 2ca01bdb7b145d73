//! The day files of a store: found, opened, kept open, let go.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use proctor_core::day::DAY_MS;
use proctor_core::id::SuiteId;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::bodies::{Found, append, parts_of};
use super::{Bodies, DayFileId, OpenDayFile, Snapshot};
use crate::StoreError;
use crate::catalog::day_files::{self as catalog, NamedFile};
use crate::database::Connections;
use crate::executions::UploadSeq;

/// How often a list of files is read again because a compaction has replaced one of them meanwhile.
const ATTEMPTS_MAX: u32 = 8;
/// Parsed footers that are kept, by weight: one for each file and one for each upload listed in it. About 200 bytes each.
const OPEN_WEIGHT_MAX: usize = 100_000;
/// What a file weighs beside its uploads.
const FILE_WEIGHT: usize = 64;
/// Ids of retired files that are remembered, so that a late reader does not keep one open.
const RETIRED_KEPT_MAX: usize = 4_096;

/// The registry.
#[derive(Debug)]
pub(crate) struct DayFiles {
    connections: Connections,
    bodies: Bodies,
    open: Mutex<OpenFiles>,
}

#[derive(Debug, Default)]
struct OpenFiles {
    /// Every file that somebody has open.
    live: FxHashMap<DayFileId, Weak<OpenDayFile>>,
    /// Those kept open, with the time of their last use.
    kept: FxHashMap<DayFileId, (Arc<OpenDayFile>, u64)>,
    weight: usize,
    clock: u64,
    retired: VecDeque<DayFileId>,
}

/// What came of opening files.
#[derive(Debug)]
pub(crate) enum Opened {
    All(Vec<Arc<OpenDayFile>>),
    /// This one has been replaced meanwhile.
    Gone(NamedFile),
}

/// The name of a file that is about to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewDayFile {
    pub(crate) id: DayFileId,
    pub(crate) suite: SuiteId,
    pub(crate) day: i64,
    /// Where to write it.
    pub(crate) unfinished: PathBuf,
    finished: PathBuf,
}

impl DayFiles {
    pub(crate) fn new(connections: Connections, bodies: Bodies) -> Self {
        Self { connections, bodies, open: Mutex::default() }
    }

    pub(crate) const fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// What holds the executions of the suite received on `days` (since 1970, UTC). One statement names it all, so that each
    /// execution is in it once, whatever is compacted meanwhile.
    pub(crate) async fn snapshot(&self, suite: SuiteId, days: RangeInclusive<i64>) -> Result<Snapshot, StoreError> {
        let mut gone = None;
        for _ in 0..ATTEMPTS_MAX {
            let (segments, named) = catalog::snapshot(&self.connections, suite, &days).await?;
            match self.open_all(&named).await? {
                Opened::All(files) => return Ok(Snapshot { segments, files }),
                Opened::Gone(file) => gone = Some(file),
            }
        }
        Err(self.missing(gone))
    }

    /// The files that may hold executions of these uploads.
    pub(crate) async fn of_uploads(&self, suite: SuiteId, uploads: &[UploadSeq]) -> Result<Vec<Arc<OpenDayFile>>, StoreError> {
        let received = catalog::receive_times(&self.connections, suite, uploads).await?;
        let days: FxHashSet<i64> = received.iter().map(|at| at.millis().div_euclid(DAY_MS)).collect();
        let mut gone = None;
        for _ in 0..ATTEMPTS_MAX {
            let named = catalog::files_of_days(&self.connections, suite, &days).await?;
            match self.open_all(&named).await? {
                Opened::All(files) => return Ok(files),
                Opened::Gone(file) => gone = Some(file),
            }
        }
        Err(self.missing(gone))
    }

    /// Opens files.
    pub(crate) async fn open_all(&self, named: &[NamedFile]) -> Result<Opened, StoreError> {
        let mut files = Vec::with_capacity(named.len());
        for file in named {
            match self.known(file.id) {
                Some(known) => files.push(known),
                None => match self.open(*file).await? {
                    Some(opened) => files.push(opened),
                    None => return Ok(Opened::Gone(*file)),
                },
            }
        }
        Ok(Opened::All(files))
    }

    /// The catalog goes on naming a file that is not there.
    fn missing(&self, gone: Option<NamedFile>) -> StoreError {
        let path = gone.map(|file| self.bodies.path(file.suite, file.day, file.id));
        StoreError::Corrupt(format!("day file {} is missing", path.unwrap_or_default().display()))
    }

    async fn open(&self, file: NamedFile) -> Result<Option<Arc<OpenDayFile>>, StoreError> {
        let NamedFile { id, suite, day, .. } = file;
        let path = self.bodies.path(suite, day, id);
        let mut opened = open_at(path.clone(), id).await?;
        if opened.is_none() && self.bodies.are_copies() && self.fetch(file, &path).await? {
            opened = open_at(path, id).await?;
        }
        Ok(opened.map(|opened| self.keep(opened)))
    }

    /// Brings the body from the database to `path`. Whether it is there.
    async fn fetch(&self, file: NamedFile, path: &Path) -> Result<bool, StoreError> {
        let unfinished = self.bodies.unfinished(file.suite)?;
        let mut bytes = 0;
        for part in 0.. {
            let Some(body) = catalog::part(&self.connections, file.id, part).await? else { break };
            bytes += u64::try_from(body.len()).unwrap_or(u64::MAX);
            append(&unfinished, &body)?;
        }
        if bytes == file.bytes && bytes > 0 {
            self.bodies.publish(&unfinished, path)?;
            return Ok(true);
        }
        // It was deleted between two of its parts.
        remove(&unfinished);
        Ok(false)
    }

    fn known(&self, id: DayFileId) -> Option<Arc<OpenDayFile>> {
        let mut open = self.lock();
        open.clock += 1;
        let clock = open.clock;
        if let Some((file, used)) = open.kept.get_mut(&id) {
            *used = clock;
            return Some(Arc::clone(file));
        }
        open.live.get(&id).and_then(Weak::upgrade)
    }

    fn keep(&self, opened: OpenDayFile) -> Arc<OpenDayFile> {
        let mut open = self.lock();
        let id = opened.id();
        if let Some(other) = open.live.get(&id).and_then(Weak::upgrade) {
            // Another reader was faster.
            return other;
        }
        let file = Arc::new(opened);
        open.live.retain(|_, file| file.strong_count() > 0);
        open.live.insert(id, Arc::downgrade(&file));
        if open.retired.contains(&id) {
            return file;
        }
        open.clock += 1;
        let clock = open.clock;
        open.weight += weight_of(&file);
        open.kept.insert(id, (Arc::clone(&file), clock));
        while open.weight > OPEN_WEIGHT_MAX && open.kept.len() > 1 {
            let oldest = open.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(id, _)| *id);
            let Some(id) = oldest else { break };
            open.let_go(id);
        }
        file
    }

    /// A name for a new file.
    pub(crate) fn begin(&self, suite: SuiteId, day: i64) -> Result<NewDayFile, StoreError> {
        let id = DayFileId::random();
        Ok(NewDayFile { id, suite, day, unfinished: self.bodies.unfinished(suite)?, finished: self.bodies.path(suite, day, id) })
    }

    /// Makes a written file ready to be named by the catalog. On the network of several servers its body still has to go into the
    /// database: see [`Self::parts`].
    pub(crate) fn publish(&self, file: &NewDayFile) -> Result<(), StoreError> {
        self.bodies.publish(&file.unfinished, &file.finished)
    }

    /// The body of a published file in parts, if the database is to have it.
    pub(crate) fn parts(&self, file: &NewDayFile) -> Option<impl Iterator<Item = Result<Vec<u8>, StoreError>> + use<>> {
        self.bodies.are_copies().then(|| parts_of(file.finished.clone()))
    }

    /// Deletes a file that the catalog never came to name.
    pub(crate) fn discard(&self, file: &NewDayFile) {
        for path in [&file.unfinished, &file.finished] {
            remove(path);
        }
    }

    /// Deletes files that the catalog does not name any more: at once, or when their last reader is done.
    pub(crate) fn retire(&self, files: &[NamedFile]) {
        for file in files {
            let reader = self.lock().forget(file.id);
            match reader {
                Some(reader) => reader.disk().doom(),
                None => remove(&self.bodies.path(file.suite, file.day, file.id)),
            }
        }
    }

    /// Deletes all files of a suite that is no more: at once, or when their last reader is done.
    pub(crate) fn forget_suite(&self, suite: SuiteId) {
        let folder = self.bodies.suite_folder(suite);
        let found = self.bodies.list(&folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the day files of a deleted suite stay until the next sweep");
            Vec::new()
        });
        for Found { path, id, .. } in found {
            match id.and_then(|id| self.lock().forget(id)) {
                Some(reader) => reader.disk().doom(),
                None => remove(&path),
            }
        }
        // Not empty while somebody reads: the next sweep finds it.
        _ = std::fs::remove_dir(folder);
    }

    /// Deletes what is in the folders of `suites` and not named, unless it was written after `written_before`: then it may be about to
    /// be. How many files went.
    pub(crate) fn sweep(
        &self,
        suites: &FxHashSet<SuiteId>,
        named: &FxHashSet<DayFileId>,
        written_before: Option<Timestamp>,
    ) -> Result<usize, StoreError> {
        {
            let mut open = self.lock();
            let gone: Vec<DayFileId> = open.kept.keys().filter(|id| !named.contains(id)).copied().collect();
            gone.into_iter().for_each(|id| open.let_go(id));
        }
        let mut swept = 0;
        for suite in suites {
            let folder = self.bodies.suite_folder(*suite);
            for Found { path, id, modified_at } in self.bodies.list(&folder)? {
                let is_named = id.is_some_and(|id| named.contains(&id));
                let may_be_new = written_before.is_some_and(|before| modified_at >= before);
                if is_named || may_be_new {
                    continue;
                }
                match id.and_then(|id| self.lock().live.get(&id).and_then(Weak::upgrade)) {
                    Some(reader) => reader.disk().doom(),
                    None => remove(&path),
                }
                swept += 1;
            }
            // Stays if there is anything in it.
            _ = std::fs::remove_dir(folder);
        }
        Ok(swept)
    }

    /// Deletes the folder of a process that ends.
    pub(crate) fn close(&self) {
        if let Bodies::Temporary(root) = &self.bodies {
            // Mostly nothing was ever fetched.
            _ = std::fs::remove_dir_all(root);
        }
    }

    fn lock(&self) -> MutexGuard<'_, OpenFiles> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenFiles {
    /// Keeps a file open no longer, now or later. Its reader, if it has one.
    fn forget(&mut self, id: DayFileId) -> Option<Arc<OpenDayFile>> {
        if self.retired.len() >= RETIRED_KEPT_MAX {
            self.retired.pop_front();
        }
        self.retired.push_back(id);
        self.let_go(id);
        self.live.remove(&id).and_then(|file| file.upgrade())
    }

    fn let_go(&mut self, id: DayFileId) {
        if let Some((file, _)) = self.kept.remove(&id) {
            self.weight -= weight_of(&file);
        }
    }
}

async fn open_at(path: PathBuf, id: DayFileId) -> Result<Option<OpenDayFile>, StoreError> {
    let opened = tokio::task::spawn_blocking(move || OpenDayFile::open(&path, id)).await;
    opened.map_err(|error| StoreError::Internal(format!("opening a day file: {error}")))?
}

fn weight_of(file: &OpenDayFile) -> usize {
    FILE_WEIGHT + file.uploads().len()
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "a day file that is not needed any more was not deleted");
        }
        _ => {}
    }
}
