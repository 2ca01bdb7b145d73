//! The suites of the demo, each with the report it is made of.

use proctor_core::format::ReportFormat;

/// A suite of the demo.
#[derive(Debug)]
pub(super) struct DemoSuite {
    /// Its name.
    pub(super) name: &'static str,
    /// The emoji that stands before it.
    pub(super) emoji: &'static str,
    /// What runs its tests, as a collector would say.
    pub(super) test_runner: &'static str,
    /// The format of its report.
    pub(super) format: ReportFormat,
    /// The report, as the tool wrote it.
    pub(super) report: &'static str,
    /// The feature branches it has seen, the first of them broken.
    pub(super) features: [&'static str; 3],
}

macro_rules! report {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/", $file))
    };
}

/// All of them.
pub(super) static SUITES: [DemoSuite; 8] = [
    DemoSuite {
        name: "Checkout API",
        emoji: ":credit_card:",
        test_runner: "pytest",
        format: ReportFormat::Json,
        report: report!("pytest-collector.json"),
        features: ["retry-declined-cards", "gift-cards", "drop-legacy-tax"],
    },
    DemoSuite {
        name: "Storefront",
        emoji: ":shopping_bags:",
        test_runner: "jest",
        format: ReportFormat::JestJson,
        report: report!("jest.json"),
        features: ["new-cart-drawer", "faster-images", "dark-mode"],
    },
    DemoSuite {
        name: "Accounts",
        emoji: ":bust_in_silhouette:",
        test_runner: "rspec",
        format: ReportFormat::RspecJson,
        report: report!("rspec.json"),
        features: ["passkeys", "merge-duplicates", "shorter-sessions"],
    },
    DemoSuite {
        name: "Ledger",
        emoji: ":ledger:",
        test_runner: "gotest",
        format: ReportFormat::GoJsonl,
        report: report!("go-test.jsonl"),
        features: ["double-entry", "batch-postings", "close-books"],
    },
    DemoSuite {
        name: "Browser Journeys",
        emoji: ":globe_with_meridians:",
        test_runner: "playwright",
        format: ReportFormat::PlaywrightJson,
        report: report!("playwright.json"),
        features: ["one-page-checkout", "guest-login", "cookie-banner"],
    },
    DemoSuite {
        name: "Acceptance",
        emoji: ":cucumber:",
        test_runner: "cucumber",
        format: ReportFormat::CucumberJson,
        report: report!("cucumber.json"),
        features: ["refund-flow", "loyalty-points", "store-pickup"],
    },
    DemoSuite {
        name: "Search Index",
        emoji: ":mag:",
        test_runner: "nextest",
        format: ReportFormat::Junit,
        report: report!("cargo-nextest.xml"),
        features: ["typo-tolerance", "smaller-postings", "async-merge"],
    },
    DemoSuite {
        name: "Design System",
        emoji: ":art:",
        test_runner: "vitest",
        format: ReportFormat::Junit,
        report: report!("junit-vitest.xml"),
        features: ["token-rename", "focus-rings", "rtl"],
    },
];
