//! An export holds what the store answers, execution by execution.

use std::io::Write;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proctor_core::day::Day;
use proctor_core::run::RunDetails;
use proctor_store::Sweep;
use proctor_store::executions::{Segment, SegmentBuilder, StoredExecution};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::any_execution::{any_tag_sets, any_upload};
use crate::engines::{at, on_both};
use crate::fixtures::{suite, upload};

const DAY_MS: i64 = 86_400_000;
const UPLOADS: i64 = 24;

/// Something to write to that can be looked at.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What both sides say of an execution, but for spans and details: their text is compared in the tests of segments.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
struct Line {
    id: String,
    texts: Vec<Option<String>>,
    created_at: i64,
    duration_bits: Option<u64>,
    has_spans: bool,
}

fn line_of(execution: &StoredExecution) -> Line {
    let tags = serde_json::to_string(&execution.tags.as_slice().iter().cloned().collect::<std::collections::BTreeMap<_, _>>()).unwrap();
    Line {
        id: execution.id.to_string(),
        texts: vec![
            Some(execution.scope.clone()),
            Some(execution.name.clone()),
            Some(execution.test_id.to_string()),
            Some(execution.run_id.to_string()),
            Some(execution.upload_id.to_string()),
            execution.branch.clone(),
            execution.commit_sha.clone(),
            Some(execution.result.as_str().to_owned()),
            Some(tags),
            execution.location.clone(),
            execution.file_name.clone(),
            execution.selector.clone(),
            execution.failure_reason.clone(),
            execution.client_id.clone(),
        ],
        created_at: execution.created_at.millis(),
        duration_bits: execution.duration.map(f64::to_bits),
        has_spans: !execution.spans.is_empty(),
    }
}

fn lines_of(batch: &RecordBatch) -> Vec<Line> {
    let column = |name: &str| batch.column_by_name(name).unwrap();
    let text = |name: &str, row: usize| {
        let column = column(name).as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let names = [
        "scope",
        "name",
        "test_id",
        "run_id",
        "upload_id",
        "branch",
        "commit_sha",
        "result",
        "tags",
        "location",
        "file_name",
        "selector",
        "failure_reason",
        "client_id",
    ];
    let duration = column("duration").as_primitive::<Float64Type>();
    let line_at = |row: usize| Line {
        id: text("execution_id", row).unwrap(),
        texts: names.iter().map(|name| text(name, row)).collect(),
        created_at: column("created_at").as_primitive::<TimestampMillisecondType>().value(row),
        duration_bits: duration.is_valid(row).then(|| duration.value(row).to_bits()),
        has_spans: text("spans", row).is_some(),
    };
    (0..batch.num_rows()).map(line_at).collect()
}

fn any_segment(runner: &mut TestRunner, suite: proctor_core::id::SuiteId) -> Segment {
    let (executions, tag_sets) = (any_upload(), any_tag_sets()).new_tree(runner).unwrap().current();
    let mut builder = SegmentBuilder::new(suite);
    executions.iter().for_each(|execution| builder.push(execution));
    builder.finish(&tag_sets).unwrap()
}

#[tokio::test]
async fn an_export_holds_what_the_store_answers() {
    on_both(async |place| {
        let store = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&store).await.1.id;
        let mut runner = TestRunner::deterministic();
        let mut expected = Vec::new();
        for number in 0..UPLOADS {
            let days = number % 4;
            let mut upload = upload(suite, &format!("k{}", number % 5), at(number - days * DAY_MS), any_segment(&mut runner, suite));
            let branch = (number % 3 == 0).then(|| format!("branch-{number}"));
            upload.run = RunDetails { branch, commit_sha: Some("abc".to_owned()), ..RunDetails::default() };
            let id = upload.upload_id;
            store.complete_upload(upload).await.unwrap();
            expected.push((days, id));
            if number == UPLOADS / 2 {
                // The second half waits in segments.
                store.compact(at(DAY_MS)).await.unwrap();
            }
        }
        let today = Day::of(at(0));
        for (first, last) in [(0, 3), (1, 2), (9, 9)] {
            let out = Written::default();
            let days = today.plus(-last)..=today.plus(-first);
            let (_, done) = store.export_suite(suite, days, out.clone()).await.unwrap();
            let bytes = bytes::Bytes::from(std::mem::take(&mut *out.0.lock().unwrap()));
            let batches = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
            let mut found: Vec<Line> = batches.flat_map(|batch| lines_of(&batch.unwrap())).collect();
            let mut lines = Vec::new();
            for (_, id) in expected.iter().filter(|(days, _)| (first..=last).contains(days)) {
                lines.extend(store.executions_of_upload(suite, *id).await.unwrap().iter().map(line_of));
            }
            found.sort_by(|left, right| left.id.cmp(&right.id));
            lines.sort_by(|left, right| left.id.cmp(&right.id));
            assert_eq!(found, lines);
            assert_eq!(done.executions, lines.len() as u64);
            assert_eq!(lines.is_empty(), first == 9);
        }
        store.close().await;
    })
    .await;
}
