//! Uploads and questions that meet often enough.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::id::RunId;
use proctor_core::result::TestResult;
use proctor_core::window::Window;
use proptest::prelude::*;

use crate::engines::at;

const DAY_MS: i64 = 86_400_000;

#[derive(Clone, Debug)]
pub(super) struct AnyUpload {
    pub(super) run: usize,
    pub(super) at_ms: i64,
    pub(super) branch: Option<&'static str>,
    pub(super) commit_sha: Option<&'static str>,
    pub(super) collector: Option<&'static str>,
    pub(super) job_id: Option<&'static str>,
    pub(super) executions: Vec<AnyExecution>,
}

#[derive(Clone, Debug)]
pub(super) struct AnyExecution {
    pub(super) test: usize,
    pub(super) result: TestResult,
    pub(super) duration: Option<f64>,
    pub(super) tag_set: u32,
    pub(super) file_name: Option<&'static str>,
    pub(super) selector: Option<&'static str>,
    pub(super) has_spans: bool,
    /// The value of `mut.cause`.
    pub(super) cause: Option<&'static str>,
}

/// The distinct tag sets of all uploads.
pub(super) const TAG_SETS: [&[(&str, &str)]; 4] = [
    &[],
    &[("host.type", "a")],
    &[("host.type", "b"), ("scm.branch", "tagged"), ("team", "x1")],
    &[("code.file.path", "sent.rb"), ("collector.name", "sent"), ("team", "x2")],
];

fn maybe(values: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(proptest::sample::select(values))
}

fn duration() -> impl Strategy<Value = Option<f64>> {
    let micros = (0_u32..5_000_000).prop_map(|micros| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000).parse().unwrap());
    proptest::option::weighted(0.9, prop_oneof![20 => micros, 1 => Just(0.0), 1 => 0.0..1e5_f64, 1 => Just(3e9)])
}

prop_compose! {
    fn any_execution()(
        test in 0_usize..6,
        result in proptest::sample::select(TestResult::ALL.to_vec()),
        duration in duration(),
        tag_set in 0_u32..4,
        file_name in maybe(&["a/x.rb", "a/y.rb", "b.rb"]),
        selector in maybe(&["a", "b"]),
        has_spans in any::<bool>(),
        cause in proptest::option::weighted(0.1, proptest::sample::select(&["dns", "disk"][..])),
    ) -> AnyExecution {
        AnyExecution { test, result, duration, tag_set, file_name, selector, has_spans, cause }
    }
}

prop_compose! {
    fn any_upload()(
        run in 0_usize..4,
        // several in one millisecond
        at_ms in prop_oneof![Just(0), Just(5_000), 0..3 * DAY_MS],
        branch in maybe(&["main", "release-1", "release-2"]),
        commit_sha in maybe(&["c1", "c2"]),
        collector in maybe(&["rspec", "sent"]),
        job_id in maybe(&["j1"]),
        executions in proptest::collection::vec(any_execution(), 0..25),
    ) -> AnyUpload {
        AnyUpload { run, at_ms, branch, commit_sha, collector, job_id, executions }
    }
}

pub(super) fn any_uploads() -> impl Strategy<Value = Vec<AnyUpload>> {
    proptest::collection::vec(any_upload(), 1..14)
}

#[derive(Clone, Debug)]
pub(super) struct AnyQuestion {
    pub(super) window: Window,
    pub(super) filters: TestFilters,
    pub(super) runs: Option<Vec<RunId>>,
    pub(super) group: Option<&'static str>,
    pub(super) limit: usize,
}

fn any_filters() -> impl Strategy<Value = TestFilters> {
    let branch = proptest::option::weighted(0.4, proptest::sample::select(&["main", "!main", "release-*", "*", "tagged"][..]));
    let tags = [
        "host.type:a",
        "host.type:!a",
        "team:x*",
        "team:!x1",
        "scm.branch:main",
        "scm.branch:!main",
        "scm.branch:tagged",
        "scm.commit_sha:c1",
        "build.job_id:j1",
        "build.id:!k",
        "collector.name:sent",
        "collector.name:!rspec",
        "code.file.path:a/*",
        "code.file.path:!sent.rb",
        "test.selector.primary:a",
        "mut.cause:dns",
        "mut.cause:!dns",
        "nobody.has.it:!x",
    ];
    let tags = proptest::sample::subsequence(tags.to_vec(), 0..3);
    let result = proptest::option::weighted(0.3, proptest::sample::select(&["result:failed", "result:!passed", "result:p*"][..]));
    (branch, tags, result).prop_map(|(branch, mut tags, result)| {
        tags.extend(result);
        let tags = tags.join(",");
        let pairs = branch.map(|branch| ("branch", branch)).into_iter().chain([("tags", tags.as_str())]);
        TestFilters::parse(&FilterQuery::from_pairs(pairs), ListKind::Suite).unwrap()
    })
}

pub(super) fn any_question(runs: &[RunId]) -> impl Strategy<Value = AnyQuestion> + use<> {
    let moment = || prop_oneof![Just(0), Just(5_000), 0..3 * DAY_MS];
    let window = prop_oneof![
        3 => Just(Window { from: at(-DAY_MS), until: at(4 * DAY_MS) }),
        2 => (moment(), moment()).prop_map(|(one, two)| Window { from: at(one.min(two)), until: at(one.max(two)) }),
    ];
    let runs = proptest::option::weighted(0.3, proptest::sample::subsequence(runs.to_vec(), 0..=runs.len()));
    let group = maybe(&["host.type", "scm.branch", "collector.name", "code.file.path", "mut.cause", "scm.commit_sha"]);
    (window, any_filters(), runs, group, 0_usize..12).prop_map(|(window, filters, runs, group, limit)| AnyQuestion {
        window,
        filters,
        runs,
        group,
        limit,
    })
}
