//! Verdicts for people and for programs.

use proctor_core::format::ReportFormat;
use proctor_core::result::{ResultCounts, TestResult};
use serde_json::{Value, json};

use crate::lint::verdict::{Verdict, problem_line, warning_line};
use crate::output::{counted, thousands};
use crate::visible::visible;

/// Lines of one kind that are shown to people for one file.
const LINES_SHOWN_MAX: usize = 20;

/// A verdict in a few lines.
pub(crate) fn to_text(name: &str, verdict: &Verdict) -> String {
    let (name, format) = (visible(name), verdict.format.map_or_else(String::new, |format| format!(" ({})", format.as_str())));
    let mut lines = Vec::new();
    match &verdict.refused {
        Some(refused) => {
            lines.push(format!("{name}{format}: would be refused ({})", refused.reason_code));
            lines.push(format!("  {}", visible(&refused.message)));
            lines.extend(refused.next_step.iter().map(|next_step| format!("  next: {next_step}")));
        }
        None => lines.push(format!("{name}{format}: {}", summary(verdict))),
    }
    list(&mut lines, "left out", verdict.skipped, verdict.problems.iter().map(problem_line));
    list(&mut lines, "warning", verdict.warnings_total, verdict.warnings.iter().map(|warning| warning_line(warning).into_owned()));
    let notices = verdict.notices.iter().map(|notice| notice.message.clone());
    list(&mut lines, "notice", verdict.notices.len() as u64, notices);
    lines.join("\n")
}

/// A verdict as JSON, with the words of an upload's receipt.
pub(crate) fn to_json(name: &str, verdict: &Verdict) -> Value {
    let problems = verdict
        .problems
        .iter()
        .map(|problem| json!({ "index": problem.index, "reason_code": problem.reason.code(), "message": problem.message }));
    let warnings = verdict
        .warnings
        .iter()
        .map(|warning| json!({ "index": warning.index, "reason_code": warning.kind.code(), "message": warning.message }));
    let notices = verdict.notices.iter().map(|notice| json!({ "message": notice.message, "detail": notice.detail }));
    json!({
        "file": name,
        "format": verdict.format.map(ReportFormat::as_str),
        "ok": verdict.is_clean(),
        "reason_code": verdict.refused.as_ref().map(|refused| refused.reason_code),
        "message": verdict.refused.as_ref().map(|refused| refused.message.as_str()),
        "queued": verdict.counts.total(),
        "skipped": verdict.skipped,
        "results": results(&verdict.counts),
        "problems": problems.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
        "notices": notices.collect::<Vec<_>>(),
    })
}

fn results(counts: &ResultCounts) -> Value {
    TestResult::ALL
        .into_iter()
        .map(|result| (result.as_str().to_owned(), Value::from(counts.of(result))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// `38 results: 22 passed, 11 failed, 5 skipped; 1 left out`.
fn summary(verdict: &Verdict) -> String {
    let counts = TestResult::ALL.into_iter().map(|result| (verdict.counts.of(result), result)).filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts.map(|(count, result)| format!("{} {}", thousands(count), result.as_str())).collect();
    let total = counted(verdict.counts.total(), "result");
    let left_out = if verdict.skipped > 0 { format!("; {} left out", thousands(verdict.skipped)) } else { String::new() };
    if parts.is_empty() { format!("{total}{left_out}") } else { format!("{total}: {}{left_out}", parts.join(", ")) }
}

fn list(lines: &mut Vec<String>, label: &str, total: u64, texts: impl Iterator<Item = String>) {
    let shown: Vec<String> = texts.take(LINES_SHOWN_MAX).map(|text| format!("  {label}: {}", visible(&text))).collect();
    let more = total.saturating_sub(shown.len() as u64);
    lines.extend(shown);
    if more > 0 {
        lines.push(format!("  … and {} more", thousands(more)));
    }
}
