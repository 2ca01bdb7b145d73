//! Executions as odd as ingest lets them be.

use std::borrow::Cow;

use proctor_core::execution::{Execution, ExecutionFlags};
use proctor_core::record::{FailureDetail, Span, SpanDetail};
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proptest::prelude::*;

type Text = Cow<'static, str>;

fn text() -> impl Strategy<Value = Text> {
    // Readers replace NUL; everything else may come.
    proptest::collection::vec(any::<char>(), 0..9)
        .prop_map(|letters| Cow::Owned(letters.into_iter().filter(|letter| *letter != '\0').collect::<String>()))
}

fn maybe_text() -> impl Strategy<Value = Option<Text>> {
    proptest::option::of(text())
}

fn few_texts() -> impl Strategy<Value = Option<Text>> {
    proptest::option::of(prop_oneof![Just("spec/a.rb".into()), Just("spec/ä.rb".into()), text()])
}

fn client_id() -> impl Strategy<Value = Option<Text>> {
    let uuid = any::<u128>().prop_map(|number| Cow::Owned(uuid::Uuid::from_u128(number).to_string()));
    let near_uuid = any::<u128>().prop_map(|number| Cow::Owned(uuid::Uuid::from_u128(number).to_string().to_uppercase()));
    let simple = any::<u128>().prop_map(|number| Cow::Owned(uuid::Uuid::from_u128(number).simple().to_string()));
    proptest::option::weighted(0.7, prop_oneof![9 => uuid, 1 => near_uuid, 1 => simple, 1 => text()])
}

fn number() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of(proptest::num::f64::ANY)
}

fn details() -> impl Strategy<Value = Vec<FailureDetail<'static>>> {
    let lines = || proptest::collection::vec(text(), 0..3);
    let detail = (lines(), lines()).prop_map(|(expanded, backtrace)| FailureDetail { expanded, backtrace });
    proptest::collection::vec(detail, 0..3)
}

fn span() -> impl Strategy<Value = Span<'static>> {
    let detail = prop_oneof![
        Just(SpanDetail::None),
        text().prop_map(SpanDetail::Text),
        proptest::collection::vec((text(), text()), 0..3).prop_map(SpanDetail::Fields),
    ];
    let leaf = (text(), number(), number(), number(), detail).prop_map(|(section, start_at, end_at, duration, detail)| Span {
        section,
        start_at,
        end_at,
        duration,
        detail,
        children: Vec::new(),
    });
    leaf.prop_recursive(3, 6, 3, |inner| {
        (inner.clone(), proptest::collection::vec(inner, 0..3)).prop_map(|(span, children)| Span { children, ..span })
    })
}

prop_compose! {
    /// One execution, without its place in the upload.
    fn any_execution()(
        identity in prop_oneof![(Just(Cow::from("")), Just(Cow::from("a"))), (text(), text())],
        places in (few_texts(), few_texts(), few_texts()),
        result in 0_u8..5,
        numbers in (number(), number(), number()),
        failure in (maybe_text(), details()),
        spans in proptest::collection::vec(span(), 0..3),
        tag_set in 0_u32..3,
        ids in (client_id(), client_id(), client_id()),
        flags in 0_u8..4,
    ) -> Execution<'static> {
        Execution {
            index: 0,
            scope: identity.0,
            name: identity.1,
            location: places.0,
            file_name: places.1,
            result: TestResult::from_code(result).unwrap(),
            duration: numbers.0,
            start_at: numbers.1,
            end_at: numbers.2,
            failure_reason: failure.0,
            failure_expanded: failure.1,
            spans,
            tag_set,
            selector: places.2,
            client_id: ids.0,
            external_id: ids.1,
            trace_id: ids.2,
            flags: ExecutionFlags::from_bits(flags),
        }
    }
}

/// The executions of one upload, in its order, with or without gaps in their numbering.
pub(crate) fn any_upload() -> impl Strategy<Value = Vec<Execution<'static>>> {
    let numbered = |(mut executions, gap): (Vec<Execution<'static>>, u32)| {
        let mut index = 0;
        for execution in &mut executions {
            execution.index = index;
            index += 1 + gap;
        }
        executions
    };
    (proptest::collection::vec(any_execution(), 0..12), 0_u32..2).prop_map(numbered)
}

/// Three sets of tags, the first of them empty.
pub(crate) fn any_tag_sets() -> impl Strategy<Value = Vec<TagSet>> {
    let set = || proptest::collection::btree_map("[a-z]{1,5}", text(), 0..4);
    let owned = |set: std::collections::BTreeMap<String, Text>| set.into_iter().map(|(key, value)| (key, value.into_owned())).collect();
    (set(), set()).prop_map(move |(one, two)| vec![TagSet::default(), owned(one), owned(two)])
}
