use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow_array::types::{Int64Type, UInt32Type};
use proctor_core::execution::Execution;
use proctor_core::format::ReportFormat;
use proctor_core::id::{RunId, SuiteId, UploadId, Uuid};
use proctor_core::result::TestResult;
use proctor_core::run::RunDetails;
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proptest::prelude::*;

use super::super::read::SegmentReader;
use super::super::tests::any_execution::{any_tag_sets, any_upload};
use super::super::view::{required, seconds_of};
use super::layout::micros_of;
use super::*;
use crate::catalog::uploads::{Announced, CompletedUpload, OnDefaultBranch, ReceiptLines};
use crate::executions::{ExecutionRow, Segment, SegmentBuilder, UploadSeq};
use crate::{CompactionOptions, Database, QueryLimits, Store, StoreOptions, Sweep};

const DAY: i64 = 20_000;
/// The test numbered `n` by a segment has this ordinal: not in the order of its numbers.
const ORDINAL_STEP: u32 = 7;
const ORDINALS: u32 = 97;

fn segment(executions: &[Execution<'_>], tag_sets: &[TagSet]) -> Segment {
    let mut builder = SegmentBuilder::new(SuiteId::new(Uuid::from_u128(1)));
    executions.iter().for_each(|execution| builder.push(execution));
    builder.finish(tag_sets).unwrap()
}

fn ordinals(segment: &Segment) -> Vec<u32> {
    (0..).take(segment.tests.len()).map(|number: u32| (number * ORDINAL_STEP) % ORDINALS).collect()
}

fn file_upload(seq: i64) -> FileUpload {
    FileUpload {
        seq: UploadSeq(seq),
        upload: UploadId::new(Uuid::from_u128(1_000 + seq.unsigned_abs() as u128)),
        run: RunId::new(Uuid::from_u128(2_000 + seq.unsigned_abs() as u128 % 3)),
        // Not in the order of the uploads.
        received_at: Timestamp::from_millis(DAY * 86_400_000 + (seq * 5) % 7),
        branch: (seq % 2 == 0).then(|| format!("zweig/{seq}")),
        commit_sha: None,
    }
}

fn input(seq: i64, segment: &Segment) -> SegmentInput {
    let upload = file_upload(seq);
    SegmentInput { branch: upload.branch.clone(), upload, test_ordinals: ordinals(segment), body: segment.bytes.clone() }
}

fn merged(folder: &Path, segments: &[(i64, &Segment)], files: &[Arc<OpenDayFile>]) -> Arc<OpenDayFile> {
    let mut merge = Merge::default();
    segments.iter().for_each(|(seq, segment)| _ = merge.add_segment(input(*seq, segment)).unwrap());
    files.iter().for_each(|file| merge.add_file(file).unwrap());
    let path = folder.join(Uuid::new_v4().to_string());
    let written = merge.write(&path, &AtomicBool::new(false)).unwrap();
    let file = OpenDayFile::open(&path, DayFileId::random()).unwrap().unwrap();
    assert_eq!(u64::from(file.rows()), written.rows);
    assert_eq!(path.metadata().unwrap().len(), written.bytes);
    Arc::new(file)
}

fn all_rows(file: &OpenDayFile) -> Vec<(UploadSeq, ExecutionRow)> {
    file.read_rows(&(0..file.rows()).collect::<Vec<_>>()).unwrap()
}

/// What a segment says, in the order of the upload.
fn rows_of(segment: &Segment) -> Vec<ExecutionRow> {
    let reader = SegmentReader::open(&segment.bytes, None).unwrap();
    reader.rows(&reader.positions(None).unwrap(), &ordinals(segment)).unwrap()
}

/// As text, because NaN is not itself; with the bits of numbers, because one NaN is not another.
fn text_of(rows: &[ExecutionRow]) -> Vec<String> {
    let bits = |number: Option<f64>| number.map(f64::to_bits);
    rows.iter().map(|row| format!("{row:?} {:?} {:?} {:?}", bits(row.duration), bits(row.start_at), bits(row.end_at))).collect()
}

/// (upload, index) of the rows of a test, and how many rows were read to find them.
fn near_test(file: &OpenDayFile, ordinal: u32) -> (Vec<(i64, u32)>, usize) {
    let Some(batch) = file.columns_near_test(&["test", "upload", "index"], ordinal).unwrap() else { return (Vec::new(), 0) };
    let (tests, indexes) = (required::<UInt32Type>(&batch, "test").unwrap(), required::<UInt32Type>(&batch, "index").unwrap());
    let seqs = required::<Int64Type>(&batch, "upload").unwrap();
    let rows = (0..batch.num_rows()).filter(|row| tests[*row] == ordinal).map(|row| (seqs[row], indexes[row]));
    (rows.collect(), batch.num_rows())
}

#[test]
fn of_one_test_only_its_pages_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let numbered = |index: u32| Execution { index, name: format!("t{index}").into(), ..super::super::tests::plain("") };
    let executions: Vec<Execution<'_>> = (0..40).map(numbered).collect();
    let segments: Vec<Segment> = (0..3).map(|_| segment(&executions, &[TagSet::default()])).collect();
    let file = merged(folder.path(), &(1..).zip(&segments).collect::<Vec<_>>(), &[]);
    assert_eq!(file.rows(), 120);
    for ordinal in ordinals(&segments[0]) {
        let (rows, read) = near_test(&file, ordinal);
        assert_eq!(rows.len(), 3, "{ordinal}");
        assert!(read < 12, "{read} rows were read for 3");
    }
    assert_eq!(near_test(&file, ORDINALS + 1), (Vec::new(), 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_goes_in_comes_out_in_any_grouping(
        uploads in proptest::collection::vec((any_upload(), any_tag_sets()), 1..6),
        split in 0_usize..6,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let segments: Vec<Segment> = uploads.iter().map(|(executions, tag_sets)| segment(executions, tag_sets)).collect();
        let numbered: Vec<(i64, &Segment)> = (1..).zip(&segments).collect();
        let whole = merged(folder.path(), &numbered, &[]);
        let (early, late) = numbered.split_at(split.min(numbered.len()));
        let one = merged(folder.path(), late, &[]);
        let two = merged(folder.path(), early, &[one]);
        let three = merged(folder.path(), &[], std::slice::from_ref(&two));

        for file in [&whole, &two, &three] {
            prop_assert_eq!(file.uploads(), numbered.iter().map(|(seq, _)| file_upload(*seq)).collect::<Vec<_>>());
            for (seq, segment) in &numbered {
                let positions = file.positions_of(UploadSeq(*seq), None).unwrap();
                let read = file.read_rows(&positions).unwrap();
                prop_assert!(read.iter().all(|(upload, _)| *upload == UploadSeq(*seq)));
                let read: Vec<ExecutionRow> = read.into_iter().map(|(_, row)| row).collect();
                prop_assert_eq!(text_of(&read), text_of(&rows_of(segment)));
                let failed = file.positions_of(UploadSeq(*seq), Some(TestResult::Failed)).unwrap();
                prop_assert_eq!(failed.len() as u64, segment.counts.of(TestResult::Failed));
            }
        }
        let rows = all_rows(&whole);
        let keys: Vec<_> = rows.iter().map(|(seq, row)| (row.test_ordinal, file_upload(seq.0).received_at, *seq, row.index)).collect();
        prop_assert!(keys.is_sorted());
        for ordinal in 0..ORDINALS {
            let of_test = rows.iter().filter(|(_, row)| row.test_ordinal == ordinal).map(|(seq, row)| (seq.0, row.index));
            prop_assert_eq!(near_test(&whole, ordinal).0, of_test.collect::<Vec<_>>());
        }
        let text = |rows: Vec<(UploadSeq, ExecutionRow)>| rows.into_iter().map(|(seq, row)| (seq, text_of(&[row]))).collect::<Vec<_>>();
        prop_assert_eq!(text(all_rows(&two)), text(rows.clone()));
        prop_assert_eq!(text(all_rows(&three)), text(rows));
    }

    #[test]
    fn microseconds_give_back_the_same_bits(seconds in prop_oneof![proptest::num::f64::ANY, (0_i64..4_000_000_000).prop_map(seconds_of)]) {
        if let Some(micros) = micros_of(seconds) {
            prop_assert_eq!(seconds_of(micros).to_bits(), seconds.to_bits());
        }
    }
}

#[test]
fn what_senders_write_with_six_digits_is_kept_as_microseconds() {
    for text in ["0", "0.000001", "0.1", "12.345678", "999.999999", "86400.5"] {
        assert!(micros_of(text.parse().unwrap()).is_some(), "{text}");
    }
    for odd in [-0.0, f64::NAN, f64::INFINITY, 1e-7, 0.123_456_7, f64::MAX] {
        assert_eq!(micros_of(odd), None, "{odd}");
    }
}

fn upload_of(suite: SuiteId, at: Timestamp, run_key: &str) -> CompletedUpload {
    let id = UploadId::new(crate::new_id::uuid_of(at));
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(id.bytes());
    CompletedUpload {
        suite_id: suite,
        upload_id: id,
        announced: Announced::No,
        run_key: run_key.to_owned(),
        run: RunDetails { branch: Some("main".to_owned()), ..RunDetails::default() },
        run_env_json: "{}".to_owned(),
        tags: TagSet::default(),
        deciding_tags: Vec::new(),
        format: ReportFormat::Json,
        received_at: at,
        on_default_branch: OnDefaultBranch::No,
        digest,
        identical: IdenticalUploads::Off,
        identical_since: at,
        body_bytes: 1,
        receipt: ReceiptLines::default(),
        segment: segment(&[super::super::tests::plain("t")], &[TagSet::default()]),
    }
}

#[tokio::test]
async fn a_file_lives_as_long_as_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        database: Database::Sqlite(folder.path().join("proctor.db")),
        sealing_key: crate::secret::SealingKey::new([7; 32]),
        stale_after_ms: 1_000,
        commit_queue_max: 10,
        compaction: CompactionOptions { interval: None, ..CompactionOptions::default() },
        sweep: Sweep::DeadUploads,
        query_limits: QueryLimits::default(),
    };
    let start = Timestamp::from_millis(DAY * 86_400_000);
    let store = Store::open(options, start).await.unwrap();
    let organization = store.create_organization("acme", "Acme", start).await.unwrap();
    let suite = store.create_suite(organization.id, SuiteSettings::named("Web"), "token", start).await.unwrap().id;
    let late = start.plus_millis(3_600_000);
    store.complete_upload(upload_of(suite, start, "one")).await.unwrap();
    let waiting = store.day_files().snapshot(suite, DAY..=DAY).await.unwrap();
    assert_eq!((waiting.segments.len(), waiting.files.len()), (1, 0));
    store.compact(late).await.unwrap();

    let old = store.day_files().snapshot(suite, DAY - 1..=DAY).await.unwrap().files.pop().unwrap();
    let path = store.day_files().bodies().path(suite, DAY, old.id());
    store.complete_upload(upload_of(suite, start.plus_millis(1), "two")).await.unwrap();
    let both = store.day_files().snapshot(suite, DAY..=DAY).await.unwrap();
    assert_eq!((both.segments.len(), both.files.len(), both.segments[0].executions), (1, 1, 1));
    drop(both);
    store.compact(late).await.unwrap();
    let new = store.day_files().snapshot(suite, DAY..=DAY).await.unwrap();
    assert_eq!((new.segments.len(), new.files.len(), new.files[0].rows()), (0, 1, 2));
    assert_ne!(new.files[0].id(), old.id());
    let columns = new.files[0].columns(&["test", "branch", "spans", "no such column"]).unwrap();
    assert_eq!(columns.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["test", "branch"]);

    assert!(path.exists());
    assert_eq!(old.read_rows(&[0]).unwrap().len(), 1);
    assert_eq!(store.day_files().snapshot(suite, 0..=DAY - 1).await.unwrap().files.len(), 0);
    drop(old);
    assert!(!path.exists());
    store.close().await;
}
