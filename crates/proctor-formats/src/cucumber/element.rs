//! Elements of a feature: scenarios, and backgrounds, which belong to the scenario after them.

use std::borrow::Cow;

use proctor_core::record::Record;
use proctor_core::result::TestResult;

use super::step::{Status, Step};
use crate::json::{JsonError, Reader, Remarks, Slot};

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// What the scenarios of a feature share.
pub(super) struct FeatureFields<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) file: Option<Cow<'a, str>>,
    pub(super) is_behave: bool,
}

/// Reads an element; `None` unless it is a scenario. The steps of a background are kept in `background` until the scenario that they belong to.
pub(super) fn read_element<'a>(
    reader: &mut Reader<'a>,
    feature: &FeatureFields<'a>,
    background: &mut Vec<Step<'a>>,
    remarks: &mut Remarks,
) -> Result<Option<Record<'a>>, JsonError> {
    let names = ["type", "keyword", "name", "line", "location", "status", "before", "steps", "after"];
    let [kind, keyword, name, line, location, status, before, steps, after] = reader.fields(names)?;
    let kind = kind.or(keyword).and_then(Slot::string).map(|kind| kind.to_lowercase());
    let kind = kind.as_deref().unwrap_or_default();
    let is_scenario = matches!(kind, "scenario" | "scenario outline" | "example");
    if !is_scenario && kind != "background" {
        return Ok(None);
    }
    let parts = [before, steps, after].into_iter().flatten().flat_map(Slot::items);
    if !is_scenario {
        parts.for_each(|part| Step::read_into(part, background));
        return Ok(None);
    }
    // Ruby puts the hooks before a scenario into its background, so this is the order of running.
    let mut run = std::mem::take(background);
    parts.for_each(|part| Step::read_into(part, &mut run));
    let mut record = Record::new(
        feature.name.clone(),
        remarks.text(name, "name is not a text").unwrap_or_default(),
        result_of(&run, if feature.is_behave { Status::of(status) } else { Status::Absent }),
    );
    record.file_name.clone_from(&feature.file);
    record.location = match (&feature.file, line.and_then(Slot::text)) {
        (Some(file), Some(line)) => Some(Cow::Owned(format!("{file}:{line}"))),
        (file, None) => location.and_then(Slot::string).or_else(|| file.clone()),
        (None, Some(_)) => None,
    };
    let per_second = if feature.is_behave { 1.0 } else { NANOSECONDS_PER_SECOND };
    let durations = run.iter().filter_map(|step| step.duration);
    record.duration = durations.reduce(|sum, duration| sum + duration).map(|sum| sum / per_second).filter(|sum| sum.is_finite());
    let failures = || run.iter().filter(|step| step.status.is_failure());
    record.failure_reason = failures().find_map(Step::reason);
    record.failure_expanded = failures().map(Step::detail).collect();
    Ok(Some(record))
}

/// The worst of all steps and hooks; `stated` is what behave says of the scenario as a whole.
fn result_of(run: &[Step<'_>], stated: Status) -> TestResult {
    match run.iter().map(|step| step.status).chain([stated]).max() {
        Some(worst) if worst.is_failure() => TestResult::Failed,
        Some(Status::NotRun) => TestResult::Skipped,
        _ => TestResult::Passed,
    }
}
