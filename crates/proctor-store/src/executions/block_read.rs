//! Segments and day files as blocks.

use std::sync::Arc;

use arrow_array::types::{Int64Type, UInt8Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use proctor_core::tags::TagSet;
use rustc_hash::FxHashMap;

use super::UploadSeq;
use super::block::{Block, BlockUpload, Needs, TestColumn, TextCodes};
use super::day_files::{FileUpload, OpenDayFile};
use super::duration_column::DurationColumn;
use super::json_read::read_tags;
use super::read::SegmentReader;
use super::small_ints::SmallInts;
use super::text_values::TextValues;
use super::view::{Numbers, damaged, required, values};
use crate::StoreError;

/// Decodes what questions read of a segment. `ordinals`: of the segment's own test numbers.
pub(super) fn block_of_segment(upload: BlockUpload, body: &[u8], ordinals: &[u32], needs: Needs) -> Result<Block, StoreError> {
    let mut names = names_of(needs);
    if needs.spans {
        names.push("spans");
    }
    let reader = SegmentReader::open(body, Some(&names))?;
    let batch = reader.batch();
    let tests = required::<UInt32Type>(batch, "test")?;
    let ordinal = |test: &u32| ordinals.get(*test as usize).copied().ok_or_else(|| damaged("test"));
    let test = TestColumn::PerRow(tests.iter().map(ordinal).collect::<Result<_, _>>()?);
    let has_spans = needs.spans.then(|| presence(batch, "spans"));
    block_of(batch, Arc::new([upload]), test, SmallInts::All(0), needs, has_spans)
}

/// Decodes what questions read of a day file. `uploads`: those of the file, in its order.
pub(super) fn block_of_file(file: &OpenDayFile, uploads: Arc<[BlockUpload]>, needs: Needs) -> Result<Block, StoreError> {
    let mut names = names_of(needs);
    names.push("upload");
    let batch = file.columns(&names)?;
    let has_spans = needs.spans.then(|| file.presence("spans")).transpose()?;
    sorted_block(&batch, uploads, needs, has_spans)
}

fn sorted_block(batch: &RecordBatch, uploads: Arc<[BlockUpload]>, needs: Needs, has_spans: Option<Vec<bool>>) -> Result<Block, StoreError> {
    let test = sorted(&required::<UInt32Type>(batch, "test")?)?;
    let codes: FxHashMap<i64, u32> = uploads.iter().map(|upload| upload.seq.0).zip(0..).collect();
    let seqs = required::<Int64Type>(batch, "upload")?;
    let code = |seq: &i64| codes.get(seq).copied().ok_or_else(|| damaged("upload"));
    let upload: Vec<u32> = seqs.iter().map(code).collect::<Result<_, _>>()?;
    let upload = SmallInts::pack(&upload, uploads.len());
    block_of(batch, uploads, test, upload, needs, has_spans)
}

/// Decodes what a question about one test reads of a day file: all rows of the test, and of its neighbours those that stand on the same
/// pages. `None`: the file has no row of it.
pub(super) fn block_near_test(
    file: &OpenDayFile,
    uploads: Arc<[BlockUpload]>,
    needs: Needs,
    ordinal: u32,
) -> Result<Option<Block>, StoreError> {
    // Where a row stands in the block says nothing about its place in its upload.
    let needs = needs.and(Needs { index: true, ..Needs::default() });
    let mut names = names_of(needs);
    names.push("upload");
    if needs.spans {
        names.push("spans");
    }
    let Some(batch) = file.columns_near_test(&names, ordinal)? else { return Ok(None) };
    let has_spans = needs.spans.then(|| presence(&batch, "spans"));
    sorted_block(&batch, uploads, needs, has_spans).map(Some)
}

/// Whether each row has a value; empty: none has.
fn presence(batch: &RecordBatch, name: &str) -> Vec<bool> {
    batch.column_by_name(name).map_or_else(Vec::new, |column| (0..column.len()).map(|row| column.is_valid(row)).collect())
}

/// The uploads of a file as blocks know them.
pub(super) fn uploads_of_file(file: &OpenDayFile) -> Arc<[BlockUpload]> {
    // Branches repeat; their text is kept once.
    let mut known: FxHashMap<&str, Arc<str>> = FxHashMap::default();
    let mut uploads = Vec::with_capacity(file.uploads().len());
    for FileUpload { seq, upload, run, received_at, branch, commit_sha } in file.uploads() {
        let text = |text: &Option<String>| -> Option<Arc<str>> {
            let text = text.as_deref()?;
            Some(match known.get(text) {
                Some(known) => Arc::clone(known),
                None => Arc::from(text),
            })
        };
        let (new_branch, new_commit) = (text(branch), text(commit_sha));
        for (text, shared) in [(branch, &new_branch), (commit_sha, &new_commit)] {
            if let (Some(text), Some(shared)) = (text, shared) {
                known.entry(text).or_insert_with(|| Arc::clone(shared));
            }
        }
        let (seq, id, run, received_at): (UploadSeq, _, _, _) = (*seq, *upload, *run, *received_at);
        uploads.push(BlockUpload { seq, id, run, received_at, branch: new_branch, commit_sha: new_commit });
    }
    uploads.into()
}

fn names_of(needs: Needs) -> Vec<&'static str> {
    let mut names = vec!["test", "result", "duration", "tags"];
    for (name, is_needed) in [("index", needs.index), ("file_name", needs.file_name), ("selector", needs.selector)] {
        if is_needed {
            names.push(name);
        }
    }
    names
}

fn block_of(
    batch: &RecordBatch,
    uploads: Arc<[BlockUpload]>,
    test: TestColumn,
    upload: SmallInts,
    needs: Needs,
    has_spans: Option<Vec<bool>>,
) -> Result<Block, StoreError> {
    let result = required::<UInt8Type>(batch, "result")?.to_vec();
    if result.iter().any(|code| proctor_core::result::TestResult::from_code(*code).is_none()) {
        return Err(damaged("result"));
    }
    let (tag_sets, tag_set) = tags(batch)?;
    let index = || -> Result<_, StoreError> {
        Ok(values::<UInt32Type>(batch, "index")?
            .map(|index| SmallInts::pack(&index, index.iter().max().map_or(0, |max| *max as usize + 1))))
    };
    Ok(Block {
        uploads,
        tag_sets,
        test,
        upload,
        tag_set,
        duration: durations(batch, result.len())?,
        result,
        index: needs.index.then(index).transpose()?.flatten(),
        file_name: needs.file_name.then(|| codes(batch, "file_name")).transpose()?,
        selector: needs.selector.then(|| codes(batch, "selector")).transpose()?,
        has_spans,
        needs,
    })
}

fn sorted(tests: &[u32]) -> Result<TestColumn, StoreError> {
    let (mut ordinals, mut starts) = (Vec::new(), Vec::new());
    for (row, test) in (0_u32..).zip(tests) {
        if ordinals.last() != Some(test) {
            if ordinals.last().is_some_and(|last| last > test) {
                return Err(damaged("test"));
            }
            ordinals.push(*test);
            starts.push(row);
        }
    }
    starts.push(u32::try_from(tests.len()).map_err(|_| damaged("test"))?);
    Ok(TestColumn::Sorted { ordinals, starts })
}

fn tags(batch: &RecordBatch) -> Result<(Vec<TagSet>, SmallInts), StoreError> {
    let TextCodes { values, codes } = codes(batch, "tags")?;
    let Some(codes) = codes else { return Ok((vec![TagSet::default()], SmallInts::All(0))) };
    // The last one is for rows without any.
    let sets = values.iter().map(|value| read_tags(value)).chain([Ok(TagSet::default())]).collect::<Result<_, _>>()?;
    Ok((sets, codes))
}

fn durations(batch: &RecordBatch, rows: usize) -> Result<DurationColumn, StoreError> {
    let numbers = Numbers::of(batch, "duration")?;
    if let Numbers::FewMicros(micros) = &numbers
        && micros.null_count() == 0
        && let Ok(micros) = micros.values().iter().map(|micros| u32::try_from(*micros)).collect()
    {
        return Ok(DurationColumn::Micros(micros));
    }
    Ok(DurationColumn::pack((0..rows).map(|row| numbers.get(row))))
}

/// Distinct texts and the code of each row.
fn codes(batch: &RecordBatch, name: &'static str) -> Result<TextCodes, StoreError> {
    let texts = TextValues::of(batch, name)?;
    if matches!(texts, TextValues::Absent) {
        return Ok(TextCodes::default());
    }
    let mut distinct = Distinct::default();
    let rows = batch.num_rows();
    let codes: Vec<Option<u32>> = match &texts {
        TextValues::Keys(keys, texts) => {
            let of_keys: Vec<Option<u32>> = (0..texts.len()).map(|at| distinct.code(texts.is_valid(at).then(|| texts.value(at)))).collect();
            (0..rows).map(|row| keys.key(row).and_then(|key| of_keys[key])).collect()
        }
        _ => (0..rows).map(|row| distinct.code(texts.plain(row))).collect(),
    };
    let none = u32::try_from(distinct.values.len()).unwrap_or(u32::MAX);
    let codes: Vec<u32> = codes.into_iter().map(|code| code.unwrap_or(none)).collect();
    let bound = distinct.values.len() + 1;
    Ok(TextCodes { codes: Some(SmallInts::pack(&codes, bound)), values: distinct.values.into_iter().map(Box::from).collect() })
}

/// Texts in the order in which they first occur.
#[derive(Default)]
struct Distinct<'t> {
    values: Vec<&'t str>,
    known: FxHashMap<&'t str, u32>,
}

impl<'t> Distinct<'t> {
    fn code(&mut self, text: Option<&'t str>) -> Option<u32> {
        let text = text?;
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let code = *self.known.entry(text).or_insert(next);
        if code == next {
            self.values.push(text);
        }
        Some(code)
    }
}
