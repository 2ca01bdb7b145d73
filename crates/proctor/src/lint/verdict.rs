//! What the server would say about a report.

use std::borrow::Cow;

use proctor_core::execution::Normaliser;
use proctor_core::format::ReportFormat;
use proctor_core::limits::RECEIPT_LINES_MAX;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_core::result::ResultCounts;
use proctor_core::run_env::RunEnv;
use proctor_core::tags::TagSet;
use proctor_formats::{ParseContext, ParseError, parse};

use crate::exit::Failure;

/// The verdict on one file.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The format it was read as.
    pub(crate) format: Option<ReportFormat>,
    /// Why the upload would be refused: reason code, message, what to do next.
    pub(crate) refused: Option<Refused>,
    /// Results that would be stored.
    pub(crate) counts: ResultCounts,
    /// Records that would be left out.
    pub(crate) skipped: u64,
    /// Those records, up to a bound.
    pub(crate) problems: Vec<Rejection>,
    /// How many remarks there are.
    pub(crate) warnings_total: u64,
    /// Those remarks, up to a bound.
    pub(crate) warnings: Vec<Warning>,
    /// Trouble outside of tests, up to a bound.
    pub(crate) notices: Vec<Notice>,
}

/// Why an upload would be refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The stable code (`uploads.md`, 13.2).
    pub(crate) reason_code: &'static str,
    /// One sentence.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next_step: Option<String>,
}

impl Verdict {
    /// Whether every record would be stored.
    pub(crate) fn is_clean(&self) -> bool {
        self.refused.is_none() && self.skipped == 0
    }

    /// The verdict on a file that cannot be read, or whose format cannot be told.
    pub(crate) fn unrecognised(failure: &Failure) -> Self {
        let refused =
            Refused { reason_code: "unsupported_format", message: failure.to_string(), next_step: Some(failure.next_step().to_owned()) };
        Self { refused: Some(refused), ..Self::of(None) }
    }

    fn of(format: Option<ReportFormat>) -> Self {
        Self {
            format,
            refused: None,
            counts: ResultCounts::default(),
            skipped: 0,
            problems: Vec::new(),
            warnings_total: 0,
            warnings: Vec::new(),
            notices: Vec::new(),
        }
    }
}

/// Reads `document` as the server would read it in an upload without `run_env` beyond its key.
pub(crate) fn judge(format: ReportFormat, document: &[u8], records_max: u64) -> Verdict {
    let normaliser = Normaliser::new(&RunEnv::default(), format, TagSet::default());
    let mut judge = Judge { verdict: Verdict::of(Some(format)), normaliser, records_max };
    let outcome = parse(format, document, &ParseContext::default(), &mut judge);
    let mut verdict = judge.verdict;
    if let Err(error) = outcome {
        let (reason_code, next_step) = match error {
            ParseError::TooManyRecords(_) => ("too_many_results", "split the report, or raise --upload-records-max on the server"),
            ParseError::Unparsable { .. } | ParseError::TooDeep { .. } => {
                ("unparsable_data", "see whether the report was written to its end, and whether --format is right")
            }
        };
        // A refused upload stores nothing.
        verdict.counts = ResultCounts::default();
        verdict.refused = Some(Refused { reason_code, message: error.to_string(), next_step: Some(next_step.to_owned()) });
    }
    verdict
}

/// Counts what a reader finds, by the rules of ingest.
struct Judge {
    verdict: Verdict,
    normaliser: Normaliser,
    records_max: u64,
}

impl Judge {
    fn admit(&self) -> Result<(), TooManyRecords> {
        let records = self.verdict.counts.total() + self.verdict.skipped;
        if records >= self.records_max { Err(TooManyRecords { limit: self.records_max }) } else { Ok(()) }
    }

    fn leave_out(&mut self, rejection: Rejection) {
        self.verdict.skipped += 1;
        if self.verdict.problems.len() < RECEIPT_LINES_MAX {
            self.verdict.problems.push(rejection);
        }
    }
}

impl RecordSink for Judge {
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        self.admit()?;
        let index = u32::try_from(index).map_err(|_| TooManyRecords { limit: self.records_max })?;
        let mut warnings = Vec::new();
        match self.normaliser.normalise(index, record, &mut |warning| warnings.push(warning)) {
            Ok(execution) => self.verdict.counts.add(execution.result),
            Err(rejection) => self.leave_out(rejection),
        }
        warnings.into_iter().for_each(|warning| self.warn(warning));
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), TooManyRecords> {
        self.admit()?;
        self.leave_out(rejection);
        Ok(())
    }

    fn warn(&mut self, warning: Warning) {
        self.verdict.warnings_total += 1;
        if self.verdict.warnings.len() < RECEIPT_LINES_MAX {
            self.verdict.warnings.push(warning);
        }
    }

    fn notice(&mut self, notice: Notice) {
        if self.verdict.notices.len() < RECEIPT_LINES_MAX {
            self.verdict.notices.push(notice);
        }
    }
}

/// `data[3]: name is missing`, as the answer to an upload says it.
pub(crate) fn problem_line(problem: &Rejection) -> String {
    format!("data[{}]: {}", problem.index, problem.message)
}

/// `data[3]: …`, or the remark alone when it is about the document.
pub(crate) fn warning_line(warning: &Warning) -> Cow<'_, str> {
    match warning.index {
        Some(index) => Cow::Owned(format!("data[{index}]: {}", warning.message)),
        None => Cow::Borrowed(&*warning.message),
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::result::TestResult;

    use super::*;

    #[test]
    fn good_records_pass_and_nameless_ones_are_left_out() {
        let document = br#"[{"name":"a","result":"passed"},{"scope":"s"},7,{"name":"b","result":"failed"}]"#;
        let verdict = judge(ReportFormat::Json, document, 100);
        assert!(!verdict.is_clean());
        assert_eq!((verdict.counts.of(TestResult::Passed), verdict.counts.of(TestResult::Failed)), (1, 1));
        assert_eq!(verdict.skipped, 2);
        assert_eq!(problem_line(&verdict.problems[0]), "data[1]: name is missing");
    }

    #[test]
    fn a_broken_document_stores_nothing() {
        let verdict = judge(ReportFormat::Json, br#"[{"name":"a","result":"passed"},{"na"#, 100);
        assert_eq!(verdict.counts.total(), 0);
        assert_eq!(verdict.refused.unwrap().reason_code, "unparsable_data");
    }

    #[test]
    fn the_bound_on_records_is_the_servers() {
        let document = br#"[{"name":"a"},{"name":"b"}]"#;
        assert!(judge(ReportFormat::Json, document, 2).is_clean());
        assert_eq!(judge(ReportFormat::Json, document, 1).refused.unwrap().reason_code, "too_many_results");
    }
}
