use proctor_core::id::{RunId, SuiteId, UploadId, Uuid};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proptest::prelude::*;

use super::super::UploadSeq;
use super::super::block::{BlockUpload, Needs};
use super::super::cache::CachedBlock;
use super::super::question::{Facts, Question};
use super::super::small_ints::SmallInts;
use super::*;

/// Test, upload, tag set, result and duration of a row.
pub(crate) type Row = (u32, u32, u32, u8, Option<f64>);

const UPLOADS: i64 = 4;

/// A sorted block of rows that are sorted by test. Upload `n` is received `n` milliseconds after the epoch.
pub(crate) fn block_of_rows(rows: &[Row], tag_sets: &[TagSet]) -> Block {
    let upload = |seq: i64| BlockUpload {
        seq: UploadSeq(seq),
        id: UploadId::new(Uuid::from_u128(seq as u128)),
        run: RunId::new(Uuid::nil()),
        received_at: Timestamp::from_millis(seq),
        branch: None,
        commit_sha: None,
    };
    let column = |of: fn(&Row) -> u32| rows.iter().map(of).collect::<Vec<_>>();
    let mut ordinals = column(|row| row.0);
    let starts = (0..rows.len() as u32).filter(|row| *row == 0 || ordinals[*row as usize] != ordinals[*row as usize - 1]);
    let starts = starts.chain([rows.len() as u32]).collect();
    ordinals.dedup();
    Block {
        uploads: (0..UPLOADS).map(upload).collect(),
        tag_sets: tag_sets.to_vec(),
        test: TestColumn::Sorted { ordinals, starts },
        upload: SmallInts::pack(&column(|row| row.1), UPLOADS as usize),
        tag_set: SmallInts::pack(&column(|row| row.2), tag_sets.len()),
        result: rows.iter().map(|row| row.3).collect(),
        duration: DurationColumn::pack(rows.iter().map(|row| row.4)),
        index: None,
        file_name: None,
        selector: None,
        has_spans: None,
        needs: Needs::default(),
    }
}

fn any_duration() -> impl Strategy<Value = Option<f64>> {
    prop::option::of((0_u32..3_000_000_000).prop_map(|micros| f64::from(micros) / 1e6))
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let odd = prop_oneof![0.0..1e-5_f64, 0.0..5e9_f64, Just(-0.0), Just(f64::NAN), Just(-1.0)];
    let row = (0_u32..9, 0_u32..UPLOADS as u32, 0_u32..3, 0_u8..5, any_duration());
    (prop::collection::vec(row, 0..60), prop::option::of(odd)).prop_map(|(mut rows, odd)| {
        rows.sort_by_key(|row| row.0);
        if let (Some(first), Some(odd)) = (rows.first_mut(), odd) {
            first.4 = Some(odd);
        }
        rows
    })
}

proptest! {
    #[test]
    fn sums_are_those_of_single_rows(rows in any_rows(), from in 0..UPLOADS, until in 0..=UPLOADS, tags in prop::option::of("(a|!a|b)")) {
        let set = |value: &str| [("k".to_owned(), value.to_owned())].into_iter().collect::<TagSet>();
        let cached = CachedBlock::new(block_of_rows(&rows, &[TagSet::default(), set("a"), set("b")]));
        let tags = tags.map(|value| format!("k:{value}")).unwrap_or_default();
        let query = proctor_core::filter::FilterQuery::from_pairs([("tags", tags.as_str())]);
        let filters = proctor_core::filter::TestFilters::parse(&query, proctor_core::filter::ListKind::Suite).unwrap();
        let window = Window { from: Timestamp::from_millis(from), until: Timestamp::from_millis(until) };
        let selected = crate::queries::Selected { window, filters: &filters, runs: None };
        let question = Question::new(SuiteId::new(Uuid::nil()), selected);
        let facts = Facts::default();
        let Some(verdicts) = Verdicts::of(&question, &facts, &cached) else { return Ok(()) };
        let mut expected = std::collections::BTreeMap::<u32, Metrics>::new();
        verdicts.for_each(|ordinal, row| {
            expected.entry(ordinal).or_default().add(cached.block.result_of(row), cached.block.duration.get(row));
        });
        // The second time from memory.
        for _ in 0..2 {
            let mut found = Vec::new();
            cached.aggregates.of(&verdicts).for_each(&cached.block, |ordinal, metrics| found.push((ordinal, *metrics)));
            prop_assert_eq!(&found, &expected.clone().into_iter().collect::<Vec<_>>());
        }
    }
}
