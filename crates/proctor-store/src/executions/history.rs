//! Reading executions for monitors: the columns that they look at, of many uploads, without any text kept.

use std::sync::Arc;

use proctor_core::execution::ExecutionFlags;
use proctor_core::id::{RunId, UploadId};
use proctor_core::monitors::history::{Context, DerivedTags, History, HistoryRow, HistoryUpload, Incidental, Needed, Needs};
use proctor_core::monitors::observation::TextHash;
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::UploadSeq;
use super::day_files::OpenDayFile;
use super::json_read::read_tags;
use super::read::SegmentReader;
use super::text_values::TextValues;
use super::view::{Origin, View, damaged};
use crate::StoreError;

/// Rows of a day file that are decoded at once.
const ROWS_AT_ONCE_MAX: usize = if cfg!(test) { 3 } else { 1 << 17 };
/// Bytes that they take, all columns counted.
const BYTES_AT_ONCE_MAX: usize = 64 << 20;

/// An upload whose executions are to be read.
#[derive(Clone, Debug)]
pub(crate) struct HistorySource {
    pub(crate) seq: UploadSeq,
    pub(crate) id: UploadId,
    pub(crate) run: RunId,
    pub(crate) received_at: Timestamp,
    pub(crate) incident: Incidental,
    pub(crate) derived: DerivedTags,
}

/// A segment as it is stored.
#[derive(Debug)]
pub(crate) struct SegmentBody {
    pub(crate) seq: UploadSeq,
    pub(crate) test_ordinals: Vec<u32>,
    pub(crate) body: Vec<u8>,
}

/// Which tests are wanted.
#[derive(Clone, Debug, Default)]
pub enum WantedTests {
    /// All.
    #[default]
    All,
    /// Those with these ordinals.
    Only(Arc<FxHashSet<u32>>),
    /// Those whose ordinal leaves `part` when divided by `parts`: to read in turns what is too much at once.
    Part {
        /// Which.
        part: u32,
        /// Of how many; not 0.
        parts: u32,
    },
}

impl WantedTests {
    fn has(&self, ordinal: u32) -> bool {
        match self {
            Self::All => true,
            Self::Only(ordinals) => ordinals.contains(&ordinal),
            Self::Part { part, parts } => ordinal % parts == *part,
        }
    }
}

/// Collects the executions of several uploads.
#[derive(Debug)]
pub(crate) struct HistoryReader {
    needs: Needs,
    wanted: WantedTests,
    derived: Vec<DerivedTags>,
    places: FxHashMap<UploadSeq, u32>,
    locations: FxHashMap<String, u32>,
    history: History,
}

impl HistoryReader {
    /// `sources` in the order of arrival.
    pub(crate) fn new(sources: Vec<HistorySource>, needs: Needs, wanted: WantedTests) -> Self {
        let mut reader = Self {
            needs,
            wanted,
            derived: Vec::with_capacity(sources.len()),
            places: FxHashMap::default(),
            locations: FxHashMap::default(),
            history: History::default(),
        };
        for HistorySource { seq, id, run, received_at, incident, derived } in sources {
            reader.places.insert(seq, u32::try_from(reader.derived.len()).unwrap_or(u32::MAX));
            let seq = seq.0.unsigned_abs();
            reader.history.uploads.push(HistoryUpload { seq, id, run, at: received_at, incident });
            reader.derived.push(derived);
        }
        reader
    }

    /// Takes a segment in.
    pub(crate) fn take_segment(&mut self, segment: &SegmentBody) -> Result<(), StoreError> {
        let SegmentBody { seq, test_ordinals, body } = segment;
        if !self.places.contains_key(seq) || !test_ordinals.iter().any(|ordinal| self.wanted.has(*ordinal)) {
            return Ok(());
        }
        let reader = SegmentReader::open(body, Some(&self.names()))?;
        let origin = Origin::One { upload: *seq, received_at: 0, branch: None };
        self.take(&reader.view(test_ordinals, origin)?, None)
    }

    /// Takes the rows of these uploads from a day file, some rows at a time: a day can be much larger than what is wanted of it.
    pub(crate) fn take_file(&mut self, file: &OpenDayFile, uploads: &FxHashSet<UploadSeq>) -> Result<(), StoreError> {
        let mut names = self.names();
        names.extend(["upload", "received_at"]);
        let mut batches = file.stream(Some(&names), ROWS_AT_ONCE_MAX, BYTES_AT_ONCE_MAX)?;
        while let Some(view) = batches.next_view()? {
            self.take(&view, Some(uploads))?;
        }
        Ok(())
    }

    fn names(&self) -> Vec<&'static str> {
        let mut names = vec!["index", "test", "result", "duration", "tags", "flags"];
        for (need, name) in [(self.needs.locations, "location"), (self.needs.files, "file_name"), (self.needs.selectors, "selector")] {
            if need == Needed::Yes {
                names.push(name);
            }
        }
        names
    }

    fn take(&mut self, view: &View, uploads: Option<&FxHashSet<UploadSeq>>) -> Result<(), StoreError> {
        let mut contexts: FxHashMap<ContextKey, u32> = FxHashMap::default();
        let mut locations: FxHashMap<i32, u32> = FxHashMap::default();
        for row in 0..view.rows() {
            let (ordinal, seq) = (view.test[row], view.upload(row));
            if !self.wanted.has(ordinal) || uploads.is_some_and(|uploads| !uploads.contains(&seq)) {
                continue;
            }
            let Some(place) = self.places.get(&seq).copied() else { continue };
            let key = ContextKey::of(place, view, row);
            let context = match key.and_then(|key| contexts.get(&key)) {
                Some(context) => *context,
                None => {
                    let made = self.context(place, view, row)?;
                    contexts.extend(key.map(|key| (key, made)));
                    made
                }
            };
            let location = match view.location.key(row) {
                Some(key) => match locations.get(&key) {
                    Some(known) => *known,
                    None => {
                        let known = self.location_at(&view.location, row);
                        locations.insert(key, known);
                        known
                    }
                },
                None => self.location_at(&view.location, row),
            };
            self.history.rows.push(HistoryRow {
                ordinal,
                upload: place,
                index: view.index(row),
                context,
                location,
                result: TestResult::from_code(view.result[row]).ok_or_else(|| damaged("result"))?,
                flags: ExecutionFlags::from_bits(view.flags(row)),
                duration_s: view.duration.get(row).unwrap_or(f64::NAN),
            });
        }
        Ok(())
    }

    fn context(&mut self, place: u32, view: &View, row: usize) -> Result<u32, StoreError> {
        let sent = view.tags.plain(row).map_or_else(|| Ok(TagSet::default()), read_tags)?;
        let of_execution = [("code.file.path", view.file_name.plain(row)), ("test.selector.primary", view.selector.plain(row))];
        let of_execution: TagSet =
            of_execution.into_iter().filter_map(|(tag, value)| value.map(|value| (tag.to_owned(), value.to_owned()))).collect();
        let derived = self.derived.get(place as usize).ok_or_else(|| damaged("upload"))?;
        self.history.contexts.push(Context::new(derived, &of_execution.overlaid_with(&sent)));
        u32::try_from(self.history.contexts.len() - 1).map_err(|_| StoreError::Internal("too many sets of tags".to_owned()))
    }

    fn location_at(&mut self, texts: &TextValues, row: usize) -> u32 {
        texts.get(row).map_or(0, |text| self.location(text.as_str()))
    }

    fn location(&mut self, text: &str) -> u32 {
        if let Some(known) = self.locations.get(text) {
            return *known;
        }
        self.history.locations.push(TextHash::of(text));
        let number = u32::try_from(self.history.locations.len()).unwrap_or(u32::MAX);
        self.locations.insert(text.to_owned(), number);
        number
    }

    /// What was collected, sorted.
    pub(crate) fn finish(mut self) -> History {
        self.history.sort();
        self.history
    }
}

/// What of a row makes its context: its upload, and keys of dictionaries; -1 for what is not there.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ContextKey {
    place: u32,
    tags: i32,
    file: i32,
    selector: i32,
}

impl ContextKey {
    /// None: a text stands there without a dictionary, so each row is a context of its own.
    fn of(place: u32, view: &View, row: usize) -> Option<Self> {
        let key = |texts: &TextValues| match texts.key(row) {
            Some(key) => Some(key),
            None => texts.plain(row).is_none().then_some(-1),
        };
        Some(Self { place, tags: key(&view.tags)?, file: key(&view.file_name)?, selector: key(&view.selector)? })
    }
}
