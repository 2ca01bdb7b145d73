//! A question about executions, and what the catalog has to say before it can be asked.

use std::ops::RangeInclusive;
use std::sync::Arc;

use proctor_core::day::DAY_MS;
use proctor_core::derived_tags::{RunEnvTag, RunEnvTags, TagOrigin};
use proctor_core::filter::TestFilters;
use proctor_core::id::{RunId, SuiteId};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use rustc_hash::{FxHashMap, FxHashSet};

use super::UploadSeq;
use super::block::{BlockUpload, Needs};
use crate::queries::Selected;

/// Which executions are meant.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) suite: SuiteId,
    pub(crate) window: Window,
    pub(crate) filters: TestFilters,
    pub(crate) runs: Option<FxHashSet<RunId>>,
    /// Only those on exactly this branch.
    pub(crate) only_branch: Option<String>,
    /// Only those of this test.
    pub(crate) test: Option<u32>,
    /// A tag whose values are looked at beside those of the filters.
    pub(crate) group: Option<String>,
    /// Whether the commits of uploads are looked at whatever the filters are.
    pub(crate) looks_at_commits: bool,
}

impl Question {
    pub(crate) fn new(suite: SuiteId, selected: Selected<'_>) -> Self {
        let Selected { window, filters, runs } = selected;
        Self {
            suite,
            window,
            filters: filters.clone(),
            runs: runs.map(|runs| runs.iter().copied().collect()),
            only_branch: None,
            test: None,
            group: None,
            looks_at_commits: false,
        }
    }

    pub(crate) fn of_test(self, ordinal: u32) -> Self {
        Self { test: Some(ordinal), ..self }
    }

    /// The days of the window, in days since 1970.
    pub(crate) const fn days(&self) -> RangeInclusive<i64> {
        let last = self.window.until.millis().saturating_sub(1);
        self.window.from.millis().div_euclid(DAY_MS)..=last.div_euclid(DAY_MS)
    }

    /// Whether an upload can have selected executions, as far as it tells by itself.
    pub(crate) fn concerns(&self, upload: &BlockUpload) -> bool {
        self.window.contains(upload.received_at) && self.runs.as_ref().is_none_or(|runs| runs.contains(&upload.run))
    }

    /// Where the tags come from that are looked at.
    pub(crate) fn origins(&self) -> impl Iterator<Item = TagOrigin> {
        self.filters.tags.as_slice().iter().map(|filter| filter.key()).chain(self.group.as_deref()).map(TagOrigin::of)
    }

    /// Whether the branches of uploads are looked at.
    pub(crate) fn looks_at_branches(&self) -> bool {
        let is_branch = |origin| origin == TagOrigin::RunEnvThenSent(RunEnvTag::Branch);
        self.filters.branch.is_some() || self.only_branch.is_some() || self.origins().any(is_branch)
    }

    /// The columns that the tags need.
    pub(crate) fn needs(&self) -> Needs {
        self.origins().fold(Needs::default(), |needs, origin| {
            needs.and(match origin {
                TagOrigin::SentThenFile => Needs { file_name: true, ..Needs::default() },
                TagOrigin::SentThenSelector => Needs { selector: true, ..Needs::default() },
                TagOrigin::Later => Needs { index: true, ..Needs::default() },
                TagOrigin::Sent | TagOrigin::RunEnvThenSent(_) | TagOrigin::SentThenRunEnv(_) => Needs::default(),
            })
        })
    }
}

/// The start of the day of a time.
pub(crate) fn day_of(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis().div_euclid(DAY_MS) * DAY_MS)
}

/// Branch and commit of a run, where uploads of it are silent.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunFacts {
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) commit_sha: Option<Arc<str>>,
}

/// What can change after an upload was stored, or is looked at too seldom to be kept in blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Of runs with silent uploads, if branch or commit matter.
    pub(crate) runs: FxHashMap<RunId, RunFacts>,
    /// Derived tags beside branch and commit, if a filter asks for one.
    pub(crate) run_env: FxHashMap<UploadSeq, RunEnvTags>,
    /// `mut.*` tags by index, if a filter asks for one.
    pub(crate) later: FxHashMap<UploadSeq, FxHashMap<u32, TagSet>>,
}

impl Facts {
    /// The branch of an upload, else of its run.
    pub(crate) fn branch<'a>(&'a self, upload: &'a BlockUpload) -> Option<&'a str> {
        upload.branch.as_deref().or_else(|| self.runs.get(&upload.run)?.branch.as_deref())
    }

    /// The revision of an upload, else of its run.
    pub(crate) fn commit_sha<'a>(&'a self, upload: &'a BlockUpload) -> Option<&'a str> {
        upload.commit_sha.as_deref().or_else(|| self.runs.get(&upload.run)?.commit_sha.as_deref())
    }

    /// Whether an upload can have selected executions, as far as it and its run tell.
    pub(crate) fn accepts(&self, question: &Question, upload: &BlockUpload) -> bool {
        question.concerns(upload)
            && question.filters.branch.as_ref().is_none_or(|filter| filter.matches(self.branch(upload)))
            && question.only_branch.as_deref().is_none_or(|branch| self.branch(upload) == Some(branch))
    }
}
