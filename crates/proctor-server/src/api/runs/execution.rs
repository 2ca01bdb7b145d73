//! An execution of a run on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proctor_core::record::FailureDetail;
use proctor_core::tags::TagSet;
use proctor_core::text::full_name;
use proctor_store::executions::StoredExecution;
use serde::Serialize;

use crate::urls::SuiteUrls;

/// Tags that repeat other fields and so never show, even if the sender supplied them (`rest-api.md`, section 2.6).
const HIDDEN_TAGS: [&str; 3] = ["result", "scm.branch", "scm.commit_sha"];

/// An execution in `failed_executions`.
#[derive(Debug, PartialEq, Serialize)]
pub struct ExecutionBody {
    execution_id: String,
    run_id: String,
    test_id: String,
    run_name: String,
    commit_sha: String,
    branch: String,
    created_at: String,
    failure_reason: String,
    duration: Option<f64>,
    location: String,
    test_name: String,
    run_url: String,
    test_url: String,
    test_execution_url: String,
    tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_expanded: Option<Vec<FailureBody>>,
}

/// One entry of `failure_expanded`: always both keys, always arrays, or the Go client fails.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FailureBody {
    backtrace: Vec<Cow<'static, str>>,
    expanded: Vec<Cow<'static, str>>,
}

/// Whether `failure_expanded` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureExpanded {
    /// It was asked for.
    Included,
    /// The key is left out.
    Absent,
}

impl FailureExpanded {
    /// By the parameter's value.
    #[must_use]
    pub fn asked(is_asked: bool) -> Self {
        if is_asked { Self::Included } else { Self::Absent }
    }
}

impl ExecutionBody {
    /// The execution with its (web) addresses.
    #[must_use]
    pub fn new(execution: StoredExecution, urls: &SuiteUrls, failure: FailureExpanded) -> Self {
        let StoredExecution {
            id,
            run_id,
            upload_id: _,
            test_id,
            scope,
            name,
            branch,
            commit_sha,
            created_at,
            result: _,
            duration,
            start_at: _,
            end_at: _,
            location,
            file_name: _,
            failure_reason,
            failure_expanded,
            spans: _,
            tags,
            selector: _,
            client_id: _,
            external_id: _,
            trace_id: _,
            flags: _,
        } = execution;
        Self {
            execution_id: id.to_string(),
            run_id: run_id.to_string(),
            test_id: test_id.to_string(),
            run_name: run_id.to_string(),
            commit_sha: commit_sha.unwrap_or_default(),
            branch: branch.unwrap_or_default(),
            created_at: created_at.to_string(),
            failure_reason: failure_reason.unwrap_or_default(),
            duration: duration.filter(|seconds| seconds.is_finite()),
            location: location.unwrap_or_default(),
            test_name: full_name(&scope, &name),
            run_url: urls.run_web(run_id),
            test_url: urls.test_web(test_id),
            test_execution_url: urls.execution_web(test_id, id),
            tags: shown_tags(&tags),
            failure_expanded: match failure {
                FailureExpanded::Included => Some(failure_expanded.into_iter().map(FailureBody::from).collect()),
                FailureExpanded::Absent => None,
            },
        }
    }
}

/// An execution in Proctor's own list of all executions of a run.
#[derive(Debug, PartialEq, Serialize)]
pub struct AnyExecutionBody {
    scope: String,
    name: String,
    result: &'static str,
    file_name: String,
    #[serde(flatten)]
    execution: ExecutionBody,
}

impl AnyExecutionBody {
    /// As [`ExecutionBody::new`].
    #[must_use]
    pub fn new(execution: StoredExecution, urls: &SuiteUrls, failure: FailureExpanded) -> Self {
        Self {
            scope: execution.scope.clone(),
            name: execution.name.clone(),
            result: execution.result.as_str(),
            file_name: execution.file_name.clone().unwrap_or_default(),
            execution: ExecutionBody::new(execution, urls, failure),
        }
    }
}

impl From<FailureDetail<'static>> for FailureBody {
    fn from(FailureDetail { expanded, backtrace }: FailureDetail<'static>) -> Self {
        Self { backtrace, expanded }
    }
}

pub(crate) fn shown_tags(tags: &TagSet) -> BTreeMap<String, String> {
    tags.as_slice().iter().filter(|(key, _)| !HIDDEN_TAGS.contains(&key.as_str())).cloned().collect()
}
