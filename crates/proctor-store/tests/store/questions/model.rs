//! Everything that was uploaded, as a list.

use std::collections::BTreeMap;

use proctor_core::derived_tags::{ExecutionTags, RunEnvTag, RunEnvTags};
use proctor_core::execution::Execution;
use proctor_core::id::{RunId, SuiteId, TestId, UploadId};
use proctor_core::identity::test_id;
use proctor_core::naive::PlainExecution;
use proctor_core::record::{Span, SpanDetail};
use proctor_core::run::RunDetails;
use proctor_core::tags::TagSet;
use proctor_store::Store;
use proctor_store::catalog::uploads::Completed;
use proctor_store::executions::SegmentBuilder;
use proctor_store::queries::{ExecutionRef, LightExecution, Selected};

use super::any::{AnyExecution, AnyQuestion, AnyUpload, TAG_SETS};
use crate::engines::{Place, at};
use crate::fixtures::{execution, segment, upload};

const KEYS: [&str; 12] = [
    "host.type",
    "team",
    "scm.branch",
    "scm.commit_sha",
    "build.job_id",
    "build.id",
    "collector.name",
    "code.file.path",
    "test.selector.primary",
    "mut.cause",
    "collector.version",
    "language.version",
];

/// One execution. In the order of (receive time, upload, index).
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) plain: PlainExecution,
    pub(super) run: RunId,
    pub(super) at: ExecutionRef,
    pub(super) commit_sha: Option<String>,
    pub(super) has_spans: bool,
    pub(super) stored_tags: TagSet,
}

pub(super) struct Model {
    pub(super) suite: SuiteId,
    pub(super) runs: Vec<RunId>,
    pub(super) executions: Vec<Known>,
    pub(super) ordinals: BTreeMap<TestId, u32>,
}

fn tag_set(set: u32) -> TagSet {
    TAG_SETS[set as usize].iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn tag(key: &str, value: Option<&str>) -> TagSet {
    value.into_iter().map(|value| (key.to_owned(), value.to_owned())).collect()
}

impl Model {
    /// Uploads them all. The first `compacted` of them are compacted before the rest comes.
    pub(super) async fn upload(place: &Place, store: &Store, suite: SuiteId, uploads: Vec<AnyUpload>, compacted: usize) -> Self {
        let mut stored = Vec::new();
        let mut branches: BTreeMap<RunId, (Option<&str>, Option<&str>)> = BTreeMap::new();
        for (number, any) in uploads.into_iter().enumerate() {
            if number > 0 && number == compacted {
                store.compact(at(10 * 86_400_000)).await.unwrap();
            }
            let (upload_id, run) = store_one(place, store, suite, &any).await;
            let known = branches.entry(run).or_default();
            *known = (known.0.or(any.branch), known.1.or(any.commit_sha));
            stored.push((any, upload_id, run));
        }
        // Stable: of one millisecond, in the order of arrival.
        stored.sort_by_key(|(any, ..)| any.at_ms);
        let mut executions = Vec::new();
        for (any, upload, run) in &stored {
            let (run_branch, run_commit_sha) = branches[run];
            for (index, execution) in (0..).zip(&any.executions) {
                executions.push(known(suite, any, execution, ExecutionRef { upload: *upload, index }, *run, run_branch, run_commit_sha));
            }
        }
        let mut model = Self { suite, runs: branches.into_keys().collect(), executions, ordinals: BTreeMap::new() };
        model.learn_ordinals(store).await;
        model
    }

    /// The ordinal of each test, which the store alone gives.
    async fn learn_ordinals(&mut self, store: &Store) {
        let filters = proctor_core::filter::TestFilters::default();
        let window = proctor_core::window::Window { from: at(-1), until: at(i64::from(u32::MAX)) };
        let all = store.light_executions(self.suite, Selected { window, filters: &filters, runs: None }, usize::MAX).await.unwrap();
        assert_eq!(all.len(), self.executions.len());
        for (light, known) in all.iter().rev().zip(&self.executions) {
            assert_eq!((light.upload, light.index), (known.at.upload, known.at.index));
            let before = self.ordinals.insert(known.plain.test, light.ordinal);
            assert!(before.is_none_or(|before| before == light.ordinal));
        }
    }

    pub(super) fn selected(&self, question: &AnyQuestion) -> Vec<&Known> {
        let is_selected = |known: &&Known| {
            let plain = &known.plain;
            question.window.contains(plain.created_at)
                && question.runs.as_ref().is_none_or(|runs| runs.contains(&known.run))
                && question.filters.selects(plain.branch.as_deref(), plain.result, |key| plain.tags.get(key))
        };
        self.executions.iter().filter(is_selected).collect()
    }

    pub(super) fn light(&self, known: &Known) -> LightExecution {
        LightExecution {
            ordinal: self.ordinals[&known.plain.test],
            result: known.plain.result,
            duration: known.plain.duration,
            run: known.run,
            upload: known.at.upload,
            index: known.at.index,
            created_at: known.plain.created_at,
            has_spans: known.has_spans,
        }
    }
}

fn known(
    suite: SuiteId,
    any: &AnyUpload,
    execution: &AnyExecution,
    at_place: ExecutionRef,
    run: RunId,
    run_branch: Option<&str>,
    run_commit_sha: Option<&str>,
) -> Known {
    let sent = tag_set(execution.tag_set);
    let mut run_env = RunEnvTags::default();
    run_env.set(RunEnvTag::Branch, any.branch);
    run_env.set(RunEnvTag::CommitSha, any.commit_sha);
    run_env.set(RunEnvTag::CollectorName, any.collector);
    run_env.set(RunEnvTag::BuildJobId, any.job_id);
    let later = tag("mut.cause", execution.cause);
    let (file_name, selector) = (execution.file_name, execution.selector);
    let tags = ExecutionTags { sent: &sent, run_env: &run_env, run_branch, run_commit_sha, file_name, selector, later: &later };
    let all = KEYS.iter().filter_map(|key| Some(((*key).to_owned(), tags.value(key)?.to_owned())));
    Known {
        plain: PlainExecution {
            test: test_id(suite, "s", &format!("t{}", execution.test)),
            created_at: at(any.at_ms),
            result: execution.result,
            duration: execution.duration,
            branch: any.branch.or(run_branch).map(str::to_owned),
            tags: all.collect(),
        },
        run,
        at: at_place,
        commit_sha: any.commit_sha.or(run_commit_sha).map(str::to_owned),
        has_spans: execution.has_spans,
        stored_tags: sent.overlaid_with(&later),
    }
}

async fn store_one(place: &Place, store: &Store, suite: SuiteId, any: &AnyUpload) -> (UploadId, RunId) {
    let mut builder = SegmentBuilder::new(suite);
    let names: Vec<String> = any.executions.iter().map(|any| format!("t{}", any.test)).collect();
    for ((index, any), name) in (0..).zip(&any.executions).zip(&names) {
        let section = "sql".into();
        let span = Span { section, start_at: None, end_at: None, duration: None, detail: SpanDetail::None, children: Vec::new() };
        builder.push(&Execution {
            duration: any.duration,
            tag_set: any.tag_set,
            file_name: any.file_name.map(Into::into),
            selector: any.selector.map(Into::into),
            spans: if any.has_spans { vec![span] } else { Vec::new() },
            ..execution(index, "s", name, any.result)
        });
    }
    let tag_sets: Vec<TagSet> = (0..4).map(tag_set).collect();
    let mut new = upload(suite, &format!("k{}", any.run), at(any.at_ms), segment(suite, &[]));
    new.segment = builder.finish(&tag_sets).unwrap();
    let text = |text: Option<&str>| text.map(str::to_owned);
    new.run = RunDetails { branch: text(any.branch), commit_sha: text(any.commit_sha), ..RunDetails::default() };
    let entry = |key: &str, value: Option<&str>| value.map(|value| format!(",\"{key}\":\"{value}\"")).unwrap_or_default();
    let more = [("collector", any.collector), ("job_id", any.job_id)].map(|(key, value)| entry(key, value)).concat();
    new.run_env_json = format!("{{\"key\":\"k{}\"{more}}}", any.run);
    let upload_id = new.upload_id;
    let Completed::Stored { run_id } = store.complete_upload(new).await.unwrap() else { panic!("stored") };
    for (index, cause) in any.executions.iter().enumerate().filter_map(|(index, any)| Some((index, any.cause?))) {
        let id = upload_id.uuid().simple();
        let id = if place.is_sqlite() { format!("X'{id}'") } else { format!("'\\x{id}'::bytea") };
        let tags = format!("{{\"mut.cause\":\"{cause}\"}}");
        let insert = "INSERT INTO execution_tags (suite_id, upload_seq, idx, tags)";
        place.execute(&format!("{insert} SELECT suite_id, seq, {index}, '{tags}' FROM uploads WHERE id = {id}")).await;
    }
    (upload_id, run_id)
}
