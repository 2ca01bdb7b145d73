//! XML, told apart by its root element.

use proctor_core::format::ReportFormat;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::Shape;
use crate::junit::find_start;

/// Recognises an XML document.
pub(super) fn shape_of(text: &str) -> Option<Shape> {
    let start = find_start(text, 0)?;
    let mut reader = Reader::from_str(&text[start.offset..]);
    reader.config_mut().allow_unmatched_ends = true;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => return shape_of_root(tag.local_name().as_ref(), &tag),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn shape_of_root(root: &str, tag: &str) -> Option<Shape> {
    let name = match root {
        "testsuites" if tag.contains("check.sourceforge.net") => "Check XML",
        "testsuites" | "testsuite" | "testcase" => return Some(Shape::Read(ReportFormat::Junit)),
        "TestRun" if tag.contains("TeamTest") => "Visual Studio TRX",
        "TestRun" => "CppUnit or AUnit XML",
        "test-run" => "NUnit 3 XML",
        "test-results" => "NUnit 2 XML",
        "assemblies" | "assembly" => "xUnit.net XML",
        "testng-results" => "TestNG XML",
        "robot" => "Robot Framework XML",
        "Catch" | "Catch2TestRun" => "Catch2 XML",
        "doctest" => "doctest XML",
        "Site" => "CTest XML",
        "TestLog" | "TestResult" => "Boost.Test XML",
        "TestCase" => "Qt Test XML",
        "CUNIT_TEST_RUN_REPORT" => "CUnit XML",
        "TestResults" => "FPCUnit XML",
        "report-result" => "MbUnit XML",
        "unittest-results" => "UnitTest++ XML",
        "tests" => "PHPUnit TestDox XML",
        "gtester" => "GTester XML",
        "ResultsSession" => "Parasoft XML",
        "tusar" => "TUSAR XML",
        "valgrindoutput" => "Valgrind XML",
        "coverage" => "a coverage report",
        "html" => "an HTML page",
        _ => return None,
    };
    Some(Shape::Named(name))
}
