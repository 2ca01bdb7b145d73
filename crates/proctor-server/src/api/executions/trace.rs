//! `GET A/suites/{suite}/executions/{execution}/trace`.

use http::StatusCode;
use proctor_core::time::Timestamp;
use proctor_store::executions::StoredExecution;
use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InExecution, ReadSuites};
use crate::query::QueryParams;
use crate::urls::{SuiteUrls, Urls};
use crate::usecases::trace::{CategoryTotal, Trace, TraceSpan};

const NS_PER_MS: u64 = 1_000_000;

/// The trace of an execution on the wire.
#[derive(Debug, Serialize)]
pub struct TraceBody {
    execution_id: String,
    run_id: String,
    test_id: String,
    test_name: String,
    location: String,
    result: &'static str,
    duration: Option<f64>,
    created_at: String,
    url: String,
    web_url: String,
    view: &'static str,
    trace_id: Option<String>,
    span_count: usize,
    truncated: bool,
    trace_duration_ns: u64,
    categories: Vec<CategoryBody>,
    slowest_spans: Vec<SpanBody>,
    /// Null in the summary, an array in full.
    spans: Option<Vec<SpanBody>>,
}

#[derive(Debug, Serialize)]
struct CategoryBody {
    category: &'static str,
    span_count: usize,
    duration_ns: u64,
    self_time_ns: u64,
}

#[derive(Debug, Serialize)]
struct SpanBody {
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    name: String,
    kind: &'static str,
    service_name: &'static str,
    scope_name: String,
    category: &'static str,
    badge: String,
    label: String,
    detail: String,
    status_message: &'static str,
    started_at: String,
    duration_ns: u64,
    self_time_ns: u64,
    error: bool,
}

/// How much of a trace shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Summary,
    Full,
}

impl View {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Full => "full",
        }
    }

    fn of(query: &QueryParams) -> Result<Self, ApiError> {
        match query.filled("view").as_deref() {
            None | Some("summary") => Ok(Self::Summary),
            Some("full") => Ok(Self::Full),
            Some(_) => Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "view must be one of summary, full")),
        }
    }
}

/// What the sender traced of an execution; empty when that is nothing.
///
/// # Errors
/// 401, 403, 404; 422 for a view that is none.
pub async fn get(
    InExecution { place, execution }: InExecution<ReadSuites>,
    query: QueryParams,
    urls: Urls,
) -> Result<Json<TraceBody>, ApiError> {
    let view = View::of(&query)?;
    let urls = urls.suite(&place.organization.slug, &place.suite.slug);
    Ok(Json(TraceBody::new(&execution, &urls, view)))
}

impl TraceBody {
    fn new(execution: &StoredExecution, urls: &SuiteUrls, view: View) -> Self {
        let Trace { span_count, is_truncated, duration_ns, categories, slowest, spans } = Trace::of(execution);
        let body = |span: TraceSpan| SpanBody::new(span, execution.created_at);
        let sent_trace_id = execution.trace_id.clone().filter(|id| !id.trim().is_empty());
        let trace_id = sent_trace_id.unwrap_or_else(|| execution.id.uuid().simple().to_string());
        Self {
            execution_id: execution.id.to_string(),
            run_id: execution.run_id.to_string(),
            test_id: execution.test_id.to_string(),
            test_name: execution.name.clone(),
            location: execution.location.clone().unwrap_or_default(),
            result: execution.result.as_str(),
            duration: execution.duration.filter(|seconds| seconds.is_finite()),
            created_at: execution.created_at.to_string(),
            url: urls.execution(execution.id),
            web_url: urls.execution_page(execution.id),
            view: view.as_str(),
            trace_id: (span_count > 0).then_some(trace_id),
            span_count,
            truncated: is_truncated,
            trace_duration_ns: duration_ns,
            categories: categories.into_iter().map(CategoryBody::from).collect(),
            slowest_spans: slowest.into_iter().map(body).collect(),
            spans: (view == View::Full).then(|| spans.into_iter().map(body).collect()),
        }
    }
}

impl From<CategoryTotal> for CategoryBody {
    fn from(total: CategoryTotal) -> Self {
        let CategoryTotal { category, span_count, duration_ns, self_time_ns } = total;
        Self { category: category.as_str(), span_count, duration_ns, self_time_ns }
    }
}

impl SpanBody {
    /// `begin`: the time at which the trace is taken to begin. Collectors send neither a service nor a status.
    fn new(span: TraceSpan, begin: Timestamp) -> Self {
        let TraceSpan { id, parent, category, name, scope_name, badge, label, detail, start_ns, duration_ns, self_time_ns } = span;
        let started_at = begin.plus_millis(i64::try_from(start_ns / NS_PER_MS).unwrap_or(i64::MAX));
        Self {
            span_id: id,
            parent_span_id: parent,
            name,
            kind: category.kind(),
            service_name: "",
            scope_name,
            category: category.as_str(),
            badge,
            label,
            detail,
            status_message: "",
            started_at: started_at.to_string(),
            duration_ns,
            self_time_ns,
            error: false,
        }
    }
}
