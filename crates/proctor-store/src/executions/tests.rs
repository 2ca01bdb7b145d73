use std::borrow::Cow;

use proctor_core::execution::Execution;
use proctor_core::id::{SuiteId, Uuid};
use proctor_core::identity::test_id;
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proptest::prelude::*;

use super::read::SegmentReader;
use super::{ExecutionRow, Segment, SegmentBuilder};
use crate::StoreError;

#[path = "../../tests/store/any_execution.rs"]
pub(super) mod any_execution;

use any_execution::{any_tag_sets, any_upload};

fn suite() -> SuiteId {
    SuiteId::new(Uuid::from_u128(1))
}

fn encoded(executions: &[Execution<'_>], tag_sets: &[TagSet]) -> Segment {
    let mut builder = SegmentBuilder::new(suite());
    executions.iter().for_each(|execution| builder.push(execution));
    assert_eq!((builder.len(), builder.is_empty()), (executions.len(), executions.is_empty()));
    builder.finish(tag_sets).unwrap()
}

/// What reading gives back when the ordinals of tests count from 100.
fn row_of(execution: &Execution<'static>, tag_sets: &[TagSet], segment: &Segment) -> ExecutionRow {
    let id = test_id(suite(), &execution.scope, &execution.name);
    let number = segment.tests.iter().position(|test| test.id == id).unwrap();
    let execution = execution.clone();
    let owned = |text: Option<Cow<'static, str>>| text.map(Cow::into_owned);
    ExecutionRow {
        index: execution.index,
        test_ordinal: 100 + u32::try_from(number).unwrap(),
        result: execution.result,
        duration: execution.duration,
        start_at: execution.start_at,
        end_at: execution.end_at,
        location: owned(execution.location),
        file_name: owned(execution.file_name),
        selector: owned(execution.selector),
        tags: tag_sets[execution.tag_set as usize].clone(),
        failure_reason: owned(execution.failure_reason),
        failure_expanded: execution.failure_expanded,
        spans: execution.spans,
        client_id: owned(execution.client_id),
        external_id: owned(execution.external_id),
        trace_id: owned(execution.trace_id),
        flags: execution.flags,
    }
}

fn ordinals(segment: &Segment) -> Vec<u32> {
    (100..).take(segment.tests.len()).collect()
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(executions in any_upload(), tag_sets in any_tag_sets()) {
        let segment = encoded(&executions, &tag_sets);
        prop_assert_eq!(segment.counts.total(), executions.len() as u64);
        let reader = SegmentReader::open(&segment.bytes, None).unwrap();
        let all = reader.positions(None).unwrap();
        let rows = reader.rows(&all, &ordinals(&segment)).unwrap();
        let expected: Vec<_> = executions.iter().map(|execution| row_of(execution, &tag_sets, &segment)).collect();
        // As text, because NaN is not itself.
        prop_assert_eq!(format!("{rows:?}"), format!("{expected:?}"));
        for result in TestResult::ALL {
            let positions = reader.positions(Some(result)).unwrap();
            prop_assert_eq!(positions.len() as u64, segment.counts.of(result));
            prop_assert!(positions.iter().all(|row| executions[*row].result == result));
        }
    }

    #[test]
    fn damage_is_noticed(executions in any_upload(), at in any::<proptest::sample::Index>(), bit in 0_u8..8, cut in any::<proptest::sample::Index>()) {
        let segment = encoded(&executions, &vec![TagSet::default(); 3]);
        let mut damaged = segment.bytes.clone();
        damaged[at.index(segment.bytes.len())] ^= 1 << bit;
        for bytes in [&damaged, &segment.bytes[..cut.index(segment.bytes.len())]] {
            let read = SegmentReader::open(bytes, None).and_then(|reader| {
                let rows = reader.rows(&reader.positions(None)?, &ordinals(&segment))?;
                Ok(rows.len())
            });
            // The one bit of the frame's header that nothing depends on may change; else it is noticed.
            prop_assert!(matches!(read, Err(StoreError::Corrupt(_))) || read == Ok(executions.len()), "{read:?}");
        }
    }
}

#[test]
fn only_the_wanted_columns_are_decoded() {
    let mut execution = Execution { duration: Some(1.5), failure_reason: Some("why".into()), ..plain("a") };
    execution.tag_set = 1;
    let tags: TagSet = [("k".to_owned(), "v".to_owned())].into_iter().collect();
    let segment = encoded(&[execution.clone()], &[TagSet::default(), tags]);
    let reader = SegmentReader::open(&segment.bytes, Some(&["test", "result", "duration", "unheard_of"])).unwrap();
    let rows = reader.rows(&[0], &[7]).unwrap();
    assert_eq!((rows[0].test_ordinal, rows[0].duration, rows[0].failure_reason.as_deref()), (7, Some(1.5), None));
    assert!(rows[0].tags.is_empty());
    // a test number without an ordinal is no reason to panic
    assert!(matches!(reader.rows(&[0], &[]), Err(StoreError::Corrupt(_))));
}

// contract: uploads 32
#[test]
fn a_test_with_two_locations_in_one_upload_is_a_collision() {
    let at = |location: &'static str| Execution { location: Some(location.into()), ..plain("a") };
    let again = encoded(&[at("a.rb:1"), at("a.rb:1"), plain("a")], &[TagSet::default()]);
    assert_eq!((again.tests.len(), first(&again).collision, first(&again).location), (1, false, Some("a.rb:1")));
    let two = encoded(&[at("a.rb:1"), at("a.rb:2")], &[TagSet::default()]);
    assert_eq!((two.tests.len(), first(&two).collision, first(&two).location), (1, true, Some("a.rb:2")));
}

#[test]
fn a_tag_set_that_does_not_exist_is_an_error() {
    let mut builder = SegmentBuilder::new(suite());
    builder.push(&Execution { tag_set: 1, ..plain("a") });
    builder.push(&Execution { tag_set: 9, ..plain("a") });
    let tags: TagSet = [("k".to_owned(), "v".to_owned())].into_iter().collect();
    assert!(matches!(builder.finish(&[TagSet::default(), tags]), Err(StoreError::Internal(_))));
}

fn first(segment: &Segment) -> super::SegmentTest<'_> {
    segment.tests.iter().next().unwrap()
}

pub(super) fn plain(name: &'static str) -> Execution<'static> {
    Execution {
        index: 0,
        scope: "".into(),
        name: name.into(),
        location: None,
        file_name: None,
        result: TestResult::Passed,
        duration: None,
        start_at: None,
        end_at: None,
        failure_reason: None,
        failure_expanded: Vec::new(),
        spans: Vec::new(),
        tag_set: 0,
        selector: None,
        client_id: None,
        external_id: None,
        trace_id: None,
        flags: proctor_core::execution::ExecutionFlags::default(),
    }
}
