//! The report formats that an upload may name (`uploads.md`, section 3.3).

/// A format of test results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// Test Engine results: an array of result objects.
    Json,
    /// JUnit XML, by any of its many producers.
    Junit,
    /// RSpec's JSON formatter.
    RspecJson,
    /// Jest's JSON output, also written by Vitest.
    JestJson,
    /// Playwright's JSON reporter.
    PlaywrightJson,
    /// Cucumber's JSON formatter.
    CucumberJson,
    /// The event lines of `go test -json`.
    GoJsonl,
}

impl ReportFormat {
    /// All formats, in the order in which help texts list them.
    pub const ALL: [Self; 7] =
        [Self::Json, Self::Junit, Self::RspecJson, Self::JestJson, Self::PlaywrightJson, Self::CucumberJson, Self::GoJsonl];

    /// The name used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::RspecJson => "rspec-json",
            Self::JestJson => "jest-json",
            Self::PlaywrightJson => "playwright-json",
            Self::CucumberJson => "cucumber-json",
            Self::GoJsonl => "go-jsonl",
        }
    }

    /// Reads a name without regard to case and surrounding blanks. `None` for any other word.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.into_iter().find(|format| format.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether a test runner wrote the report itself, rather than a Test Engine collector (`uploads.md`, section 7).
    #[must_use]
    pub const fn is_native(self) -> bool {
        !matches!(self, Self::Json)
    }
}
