//! Times the JUnit reader against quick-xml reading every event, on one thread, on 5,000 cases of two shapes:
//! `cargo run --release -p proctor-formats --example junit_speed`.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use proctor_core::format::ReportFormat;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_formats::{ParseContext, parse};
use quick_xml::events::Event;

const CASES: usize = 5_000;
const ROUNDS: usize = 60;

/// Counts what it is given; a real sink keeps as little of a record.
#[derive(Default)]
struct Count(usize);

impl RecordSink for Count {
    fn accept(&mut self, _index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        black_box(&record);
        self.0 += 1;
        Ok(())
    }

    fn reject(&mut self, _rejection: Rejection) -> Result<(), TooManyRecords> {
        Ok(())
    }

    fn warn(&mut self, _warning: Warning) {}

    fn notice(&mut self, _notice: Notice) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    compare("short: attributes and little else", &short_cases()?)?;
    compare("long: output of the tests, stack traces", &long_cases()?)
}

/// Reads `document` both ways, best of many, and prints how they compare.
fn compare(shape: &str, document: &str) -> Result<(), Box<dyn std::error::Error>> {
    let ours = best(|| {
        let mut sink = Count::default();
        parse(ReportFormat::Junit, black_box(document.as_bytes()), &ParseContext::default(), &mut sink)?;
        if sink.0 == CASES { Ok(()) } else { Err("cases were lost".into()) }
    });
    let events = best(|| {
        let mut reader = quick_xml::Reader::from_str(black_box(document));
        loop {
            match reader.read_event()? {
                Event::Eof => return Ok(()),
                event => drop(black_box(event)),
            }
        }
    });
    let mut out = std::io::stdout();
    writeln!(out, "{shape}: {CASES} cases, {} bytes", document.len())?;
    writeln!(out, "  quick-xml, every event: {events:?}")?;
    writeln!(out, "  JUnit reader:           {ours:?} ({:.2})", ours.as_secs_f64() / events.as_secs_f64())?;
    Ok(())
}

fn best(mut round: impl FnMut() -> Result<(), Box<dyn std::error::Error>>) -> Duration {
    let time = |round: &mut dyn FnMut() -> Result<(), Box<dyn std::error::Error>>| {
        let start = Instant::now();
        round().map_or(Duration::MAX, |()| start.elapsed())
    };
    (0..ROUNDS).map(|_| time(&mut round)).min().unwrap_or(Duration::MAX)
}

/// Cases that say little: one failure in a hundred, one skip in twenty-five.
fn short_cases() -> Result<String, std::fmt::Error> {
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for suite in 0..CASES / 50 {
        writeln!(document, "<testsuite name=\"com.example.Suite{suite}\" tests=\"50\" timestamp=\"2026-11-01T00:00:00Z\">")?;
        for case in 0..50 {
            let time = f64::from(u32::try_from(case).unwrap_or(0)) / 1000.0;
            write!(
                document,
                "  <testcase name=\"handles case {case} of suite {suite}\" classname=\"com.example.Suite{suite}\" time=\"{time}\""
            )?;
            match case {
                7 if suite % 2 == 0 => writeln!(
                    document,
                    "><failure message=\"expected &lt;{case}&gt;\" type=\"AssertionError\">java.lang.AssertionError: expected\n\tat com.example.Suite{suite}.case(Suite.java:{case})\n</failure></testcase>"
                )?,
                11 | 23 => writeln!(document, "><skipped/></testcase>")?,
                _ => writeln!(document, "/>")?,
            }
        }
        writeln!(document, "</testsuite>")?;
    }
    document.push_str("</testsuites>\n");
    Ok(document)
}

/// A document as Surefire writes it: properties and output of the suite, output of every third case, failures with traces.
fn long_cases() -> Result<String, std::fmt::Error> {
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for suite in 0..CASES / 50 {
        writeln!(
            document,
            "<testsuite name=\"com.example.Suite{suite}\" time=\"4.237\" tests=\"50\" errors=\"0\" skipped=\"0\" failures=\"5\">"
        )?;
        document.push_str("  <properties>\n");
        for property in 0..30 {
            writeln!(document, "    <property name=\"java.setting.{property}\" value=\"/usr/lib/jvm/java-21/{property}\"/>")?;
        }
        document.push_str("  </properties>\n");
        for case in 0..50 {
            write!(document, "  <testcase name=\"handlesCase{case}\" classname=\"com.example.Suite{suite}\" time=\"0.0{case}\"")?;
            match case % 10 {
                7 => {
                    document.push_str(
                        ">\n    <failure message=\"expected: &lt;1&gt; but was: &lt;2&gt;\" type=\"org.opentest4j.AssertionFailedError\">",
                    );
                    document.push_str("<![CDATA[org.opentest4j.AssertionFailedError: expected: <1> but was: <2>\n");
                    for frame in 0..40 {
                        writeln!(document, "\tat com.example.deep.package{frame}.Handler.<init>(Handler.java:{frame})")?;
                    }
                    document.push_str("]]></failure>\n  </testcase>\n");
                }
                1 | 4 | 9 => {
                    document.push_str(">\n    <system-out>");
                    for line in 0..15 {
                        writeln!(document, "12:00:00.{line} [main] INFO  com.example.Handler - a &quot;request&quot; was handled")?;
                    }
                    document.push_str("</system-out>\n  </testcase>\n");
                }
                _ => document.push_str("/>\n"),
            }
        }
        document.push_str("</testsuite>\n");
    }
    document.push_str("</testsuites>\n");
    Ok(document)
}
