//! Tags that Proctor derives, and which value of a key counts for an execution (`uploads.md`, 5.2 and 5.3).

use crate::run_env::RunEnv;
use crate::selector::SELECTOR_TAG;
use crate::tags::TagSet;

/// A tag that follows from the run environment of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum RunEnvTag {
    /// `build.id`.
    BuildId,
    /// `build.job_id`.
    BuildJobId,
    /// `scm.branch`.
    Branch,
    /// `scm.commit_sha`.
    CommitSha,
    /// `collector.name`.
    CollectorName,
    /// `collector.version`.
    CollectorVersion,
    /// `test.framework.name`.
    FrameworkName,
    /// `language.version`.
    LanguageVersion,
}

const RUN_ENV_TAGS: usize = 8;

/// Where the value of a tag key comes from, and who wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagOrigin {
    /// Senders alone.
    Sent,
    /// The run environment; a sender's tag counts only where it is silent, so that filters agree with the page of the run.
    RunEnvThenSent(RunEnvTag),
    /// A sender's tag; the run environment where there is none.
    SentThenRunEnv(RunEnvTag),
    /// A sender's tag, else the file of the execution.
    SentThenFile,
    /// A sender's tag, else the selector of the execution.
    SentThenSelector,
    /// The execution-tags API: `mut.*`. Ingest lets no such key through.
    Later,
}

impl TagOrigin {
    /// The origin of `key`.
    #[must_use]
    pub fn of(key: &str) -> Self {
        match key {
            "build.id" => Self::RunEnvThenSent(RunEnvTag::BuildId),
            "build.job_id" => Self::RunEnvThenSent(RunEnvTag::BuildJobId),
            "scm.branch" => Self::RunEnvThenSent(RunEnvTag::Branch),
            "scm.commit_sha" => Self::RunEnvThenSent(RunEnvTag::CommitSha),
            "collector.name" => Self::SentThenRunEnv(RunEnvTag::CollectorName),
            "collector.version" => Self::SentThenRunEnv(RunEnvTag::CollectorVersion),
            "test.framework.name" => Self::SentThenRunEnv(RunEnvTag::FrameworkName),
            "language.version" => Self::SentThenRunEnv(RunEnvTag::LanguageVersion),
            "code.file.path" => Self::SentThenFile,
            SELECTOR_TAG => Self::SentThenSelector,
            _ if key.starts_with("mut.") => Self::Later,
            _ => Self::Sent,
        }
    }
}

/// The derived tags of one upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RunEnvTags {
    values: [Option<Box<str>>; RUN_ENV_TAGS],
}

impl RunEnvTags {
    /// What follows from a run environment.
    #[must_use]
    pub fn of(run_env: &RunEnv) -> Self {
        let is_buildkite = run_env.ci().is_some_and(|ci| ci.eq_ignore_ascii_case("buildkite"));
        let mut tags = Self::default();
        for (tag, value) in [
            (RunEnvTag::BuildId, run_env.key().filter(|_| is_buildkite)),
            (RunEnvTag::BuildJobId, run_env.get("job_id")),
            (RunEnvTag::Branch, run_env.branch()),
            (RunEnvTag::CommitSha, run_env.commit_sha()),
            (RunEnvTag::CollectorName, run_env.get("collector")),
            (RunEnvTag::CollectorVersion, run_env.get("version")),
            (RunEnvTag::FrameworkName, run_env.get("test_runner")),
            (RunEnvTag::LanguageVersion, run_env.get("language_version")),
        ] {
            tags.set(tag, value);
        }
        tags
    }

    /// The value of one of them.
    #[must_use]
    pub fn get(&self, tag: RunEnvTag) -> Option<&str> {
        self.values[tag as usize].as_deref()
    }

    /// Sets one of them, or leaves it out.
    pub fn set(&mut self, tag: RunEnvTag, value: Option<&str>) {
        self.values[tag as usize] = value.map(Box::from);
    }
}

/// Everything that a tag of one execution can come from.
#[derive(Clone, Copy, Debug)]
pub struct ExecutionTags<'a> {
    /// Tags of upload and execution, merged at ingest.
    pub sent: &'a TagSet,
    /// Of its upload.
    pub run_env: &'a RunEnvTags,
    /// The branch of its run, for an upload that names none.
    pub run_branch: Option<&'a str>,
    /// The revision of its run, for an upload that names none.
    pub run_commit_sha: Option<&'a str>,
    /// Its file.
    pub file_name: Option<&'a str>,
    /// Its selector, unless it is among the sent tags.
    pub selector: Option<&'a str>,
    /// Its `mut.*` tags.
    pub later: &'a TagSet,
}

impl<'a> ExecutionTags<'a> {
    /// The value that counts. For branch and commit: of the upload's environment, else of a sent tag, else of the run.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&'a str> {
        let sent = self.sent.get(key);
        match TagOrigin::of(key) {
            TagOrigin::Sent => sent,
            TagOrigin::RunEnvThenSent(tag) => self.run_env.get(tag).or(sent).or_else(|| self.of_run(tag)),
            TagOrigin::SentThenRunEnv(tag) => sent.or_else(|| self.run_env.get(tag)),
            TagOrigin::SentThenFile => sent.or(self.file_name),
            TagOrigin::SentThenSelector => sent.or(self.selector),
            TagOrigin::Later => self.later.get(key),
        }
    }

    fn of_run(&self, tag: RunEnvTag) -> Option<&'a str> {
        match tag {
            RunEnvTag::Branch => self.run_branch,
            RunEnvTag::CommitSha => self.run_commit_sha,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
