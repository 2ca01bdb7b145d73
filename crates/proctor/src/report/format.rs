//! Which format a report is in.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use proctor_core::format::ReportFormat;
use proctor_formats::sniff;

use crate::exit::Failure;
use crate::report::Input;

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatChoice {
    /// From the content of each file.
    Auto,
    /// As named.
    Named(ReportFormat),
}

impl FormatChoice {
    /// Reads `auto` and the names of formats.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        let names = std::iter::once("auto").chain(ReportFormat::ALL.map(ReportFormat::as_str));
        PossibleValuesParser::new(names).map(|name| ReportFormat::from_wire(&name).map_or(Self::Auto, Self::Named))
    }
}

/// The format of `input`: as named, else what its beginning looks like. Errors leave it to the caller to name the file.
///
/// # Errors
/// When the file cannot be read or looks like no format that Proctor reads.
pub(crate) fn format_of(choice: FormatChoice, input: &Input) -> Result<ReportFormat, Failure> {
    if let FormatChoice::Named(format) = choice {
        return Ok(format);
    }
    let head = input.head()?;
    sniff::detect(&head).ok_or_else(|| match sniff::describe(&head) {
        Some(what) => Failure::refused(
            format!("the file looks like {what}, which Proctor does not read"),
            "let the test runner write JUnit XML and send that",
        ),
        None if head.iter().all(u8::is_ascii_whitespace) => {
            Failure::refused("the file is empty", "see whether the test runner wrote its report, and where")
        }
        None => Failure::refused(
            "the file looks like none of the report formats",
            "send the report itself, or name its format with --format; --help lists the formats",
        ),
    })
}
