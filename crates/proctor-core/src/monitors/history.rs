//! Executions as monitors read them: many at once, without their text.
//!
//! What a rule asks of tags is the same for all executions of one *context* (an upload and one set of tags in it), so it is asked
//! once for each context; a row only looks the answer up.

use super::filter::TagFilters;
use super::monitor::MonitorSettings;
use super::observation::{Observation, TextHash};
use super::rule::Rule;
use crate::execution::ExecutionFlags;
use crate::id::{RunId, UploadId};
use crate::identity::execution_id;
use crate::result::TestResult;
use crate::run_env::RunEnv;
use crate::tags::TagSet;
use crate::time::Timestamp;

/// Bits of the index in [`Observation::sequence`]: as many as an execution's id has for it.
const INDEX_BITS: u32 = 24;
const COMMIT_TAG: &str = "scm.commit_sha";

/// Executions of one suite, in the order in which uploads arrived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The uploads, ordered by (receive time, sequence).
    pub uploads: Vec<HistoryUpload>,
    /// The contexts.
    pub contexts: Vec<Context>,
    /// The different locations.
    pub locations: Vec<TextHash>,
    /// The executions, in any order until [`Self::sort`].
    pub rows: Vec<HistoryRow>,
}

/// An upload.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryUpload {
    /// Its sequence number in the store.
    pub seq: u64,
    /// Its id.
    pub id: UploadId,
    /// Its run.
    pub run: RunId,
    /// When it was received.
    pub at: Timestamp,
    /// Whether its results were found to be part of a mass failure.
    pub incident: Incidental,
}

/// Whether results say something about single tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Incidental {
    /// They do.
    #[default]
    No,
    /// They are part of a mass failure.
    Yes,
}

/// What executions of one upload with one set of tags share.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    tags: TagSet,
    commit: Option<TextHash>,
}

/// Tags that Proctor derives for the executions of one upload (`uploads.md`, 5.3), apart from those of single executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DerivedTags {
    /// What any sent tag of that key replaces.
    weak: TagSet,
    /// What replaces any sent tag of that key.
    strong: TagSet,
}

impl DerivedTags {
    /// From the upload's `run_env`. Branch and commit of its run count last, for an upload that names none.
    #[must_use]
    pub fn of(run_env: &RunEnv, run_branch: Option<&str>, run_commit_sha: Option<&str>) -> Self {
        let set = |pairs: &[(&str, Option<&str>)]| -> TagSet {
            pairs.iter().filter_map(|(key, value)| value.map(|value| ((*key).to_owned(), value.to_owned()))).collect()
        };
        let build = run_env.ci().filter(|ci| ci.eq_ignore_ascii_case("buildkite")).and_then(|_| run_env.key());
        Self {
            weak: set(&[
                ("scm.branch", run_branch),
                (COMMIT_TAG, run_commit_sha),
                ("collector.name", run_env.get("collector")),
                ("collector.version", run_env.get("version")),
                ("test.framework.name", run_env.get("test_runner")),
                ("language.version", run_env.get("language_version")),
            ]),
            strong: set(&[
                ("build.id", build),
                ("build.job_id", run_env.get("job_id")),
                ("scm.branch", run_env.branch()),
                (COMMIT_TAG, run_env.commit_sha()),
            ]),
        }
    }
}

impl DerivedTags {
    /// Whether executions with these can pass, whatever tags were sent with them. On a branch that the filters leave out none can, so that
    /// its uploads need not be read.
    #[must_use]
    pub fn may_pass(&self, filters: &TagFilters) -> bool {
        filters.as_slice().iter().all(|filter| match self.strong.get(&filter.key) {
            Some(value) => filter.operator.accepts(Some(value)),
            None => true,
        })
    }
}

impl Context {
    /// From the derived tags of the upload and the merged tags that were sent.
    #[must_use]
    pub fn new(derived: &DerivedTags, sent: &TagSet) -> Self {
        let tags = derived.weak.overlaid_with(sent).overlaid_with(&derived.strong);
        let commit = tags.get(COMMIT_TAG).map(TextHash::of);
        Self { tags, commit }
    }

    /// The effective value of a tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(key)
    }
}

/// One execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryRow {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Which of [`History::uploads`].
    pub upload: u32,
    /// Position in the upload.
    pub index: u32,
    /// Which of [`History::contexts`].
    pub context: u32,
    /// Which of [`History::locations`], counted from 1; 0: none.
    pub location: u32,
    /// The result.
    pub result: TestResult,
    /// Marks.
    pub flags: ExecutionFlags,
    /// Seconds; not-a-number when there is no duration.
    pub duration_s: f64,
}

impl History {
    /// Orders the rows by test, and those of a test by arrival.
    pub fn sort(&mut self) {
        self.rows.sort_unstable_by_key(|row| (row.ordinal, row.upload, row.index));
    }
}

/// Which parts of executions rules read, so that the others need not be read at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// `location`.
    pub locations: Needed,
    /// `file_name`, which is the tag `code.file.path`.
    pub files: Needed,
    /// The derived tag `test.selector.primary`.
    pub selectors: Needed,
}

/// Whether a part is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needed {
    /// It is not.
    #[default]
    No,
    /// It is.
    Yes,
}

impl Needs {
    /// What this rule needs beside what the others do.
    pub fn add(&mut self, rule: &Rule) {
        if matches!(rule.monitor(), MonitorSettings::PassedOnRetry(_) | MonitorSettings::ProbabilisticFlakiness(_)) {
            self.locations = Needed::Yes;
        }
        let keys = rule.filters().as_slice().iter().map(|filter| &filter.key).chain(rule.monitor().variant_tags());
        for key in keys {
            match key.as_str() {
                "code.file.path" => self.files = Needed::Yes,
                "test.selector.primary" => self.selectors = Needed::Yes,
                _ => {}
            }
        }
    }
}

/// A history seen through one rule.
#[derive(Clone, Debug)]
pub struct View<'h> {
    history: &'h History,
    /// For each context: nothing when the filters leave it out, else the variant.
    contexts: Vec<Option<Option<TextHash>>>,
    incidents: Incidents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Incidents {
    LeftOut,
    TakenIn,
}

impl<'h> View<'h> {
    /// Asks the rule about each context.
    #[must_use]
    pub fn new(rule: &Rule, history: &'h History) -> Self {
        let accepted = |filters: &TagFilters, context: &Context| filters.accept(|key| context.tag(key));
        let keys = rule.monitor().variant_tags();
        let of_context = |context: &Context| accepted(rule.filters(), context).then(|| TextHash::of_values(keys, |key| context.tag(key)));
        let contexts = history.contexts.iter().map(of_context).collect();
        Self { history, contexts, incidents: incidents_of(rule.monitor()) }
    }

    /// Whether the rule's monitor counts an execution: [`Self::observation`] gives one, and its result counts.
    #[must_use]
    pub fn counts(&self, row: &HistoryRow) -> bool {
        let is_accepted = self.contexts.get(row.context as usize).is_some_and(Option::is_some);
        let is_left_out = |upload: &HistoryUpload| upload.incident == Incidental::Yes && self.incidents == Incidents::LeftOut;
        let is_result = matches!(row.result, TestResult::Passed | TestResult::Failed);
        is_result && is_accepted && self.history.uploads.get(row.upload as usize).is_some_and(|upload| !is_left_out(upload))
    }

    /// What the rule's monitor sees of an execution; `None` when the rule leaves it out.
    #[must_use]
    pub fn observation(&self, row: &HistoryRow) -> Option<Observation> {
        let variant = (*self.contexts.get(row.context as usize)?)?;
        let upload = self.history.uploads.get(row.upload as usize)?;
        if upload.incident == Incidental::Yes && self.incidents == Incidents::LeftOut {
            return None;
        }
        Some(Observation {
            execution: execution_id(upload.id, row.index),
            run: upload.run,
            result: row.result,
            commit: self.history.contexts.get(row.context as usize)?.commit,
            location: (row.location as usize).checked_sub(1).and_then(|at| self.history.locations.get(at).copied()),
            variant,
            duration_s: (!row.duration_s.is_nan()).then_some(row.duration_s),
            at: upload.at,
            sequence: upload.seq << INDEX_BITS | u64::from(row.index),
            runner_retried: row.flags.runner_retried,
        })
    }
}

/// Mass failures say nothing about the health of single tests. That a test is new, or how long it took, they do say.
const fn incidents_of(monitor: &MonitorSettings) -> Incidents {
    match monitor {
        MonitorSettings::TransitionCount(_)
        | MonitorSettings::PassedOnRetry(_)
        | MonitorSettings::ProbabilisticFlakiness(_)
        | MonitorSettings::FailureRate(_)
        | MonitorSettings::Changepoint(_) => Incidents::LeftOut,
        MonitorSettings::NewTest(_) | MonitorSettings::DurationThreshold(_) => Incidents::TakenIn,
    }
}

#[cfg(test)]
mod tests;
