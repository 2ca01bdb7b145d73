//! Times the reader of Buildkite JSON against serde_json with typed structs, on one thread, on 5,000 results:
//! `cargo run --release -p proctor-formats --example parse_speed`.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use proctor_core::format::ReportFormat;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_formats::envelope::{EnvelopeData, EnvelopeScanner};
use proctor_formats::{ParseContext, parse};
use serde::Deserialize;

const RESULTS: usize = 5_000;
const ROUNDS: usize = 60;
/// Bytes that arrive at once from the network.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
struct TypedEnvelope {
    data: Vec<Typed>,
}

#[derive(Deserialize)]
struct Typed {
    id: String,
    scope: String,
    name: String,
    location: Option<String>,
    file_name: Option<String>,
    result: String,
    failure_reason: Option<String>,
    #[serde(default)]
    failure_expanded: Vec<TypedFailure>,
    history: TypedHistory,
    #[serde(default)]
    tags: std::collections::HashMap<String, String>,
}

#[derive(Deserialize)]
struct TypedFailure {
    #[serde(default)]
    expanded: Vec<String>,
    #[serde(default)]
    backtrace: Vec<String>,
}

#[derive(Deserialize)]
struct TypedHistory {
    section: String,
    start_at: Option<f64>,
    end_at: Option<f64>,
    duration: Option<f64>,
    #[serde(default)]
    children: Vec<TypedSpan>,
}

#[derive(Deserialize)]
struct TypedSpan {
    section: String,
    start_at: Option<f64>,
    end_at: Option<f64>,
    duration: Option<f64>,
    detail: std::collections::HashMap<String, String>,
}

/// Counts what it is given; a real sink keeps as little of a record.
#[derive(Default)]
struct Count(u64);

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
    let body = generate()?;
    let data = data_of(&body)?;
    let envelope_time = best(|| black_box(data_of(&body)).map(|_| ()));
    let parse_time = best(|| {
        let mut sink = Count::default();
        parse(ReportFormat::Json, black_box(&data), &ParseContext::default(), &mut sink)?;
        if sink.0 == RESULTS as u64 { Ok(()) } else { Err("results were lost".into()) }
    });
    let typed_time = best(|| {
        let typed: TypedEnvelope = serde_json::from_slice(black_box(&body))?;
        touch(&typed);
        Ok(())
    });
    let ratio = |time: Duration| time.as_secs_f64() / typed_time.as_secs_f64();
    let mut out = std::io::stdout();
    writeln!(out, "{RESULTS} results, {} bytes", body.len())?;
    writeln!(out, "serde_json, typed: {typed_time:?}")?;
    writeln!(out, "envelope scanner:  {envelope_time:?} ({:.2})", ratio(envelope_time))?;
    writeln!(out, "record reader:     {parse_time:?} ({:.2})", ratio(parse_time))?;
    writeln!(out, "both:              {:?} ({:.2})", envelope_time + parse_time, ratio(envelope_time + parse_time))?;
    Ok(())
}

fn touch(typed: &TypedEnvelope) {
    for result in &typed.data {
        black_box((&result.id, &result.scope, &result.name, &result.location, &result.file_name, &result.result));
        black_box((&result.failure_reason, &result.tags, &result.history.section, result.history.start_at));
        black_box((result.history.end_at, result.history.duration));
        black_box(result.failure_expanded.iter().map(|failure| failure.expanded.len() + failure.backtrace.len()).sum::<usize>());
        for span in &result.history.children {
            black_box((&span.section, span.start_at, span.end_at, span.duration, &span.detail));
        }
    }
}

/// Scans the body as it would arrive, and copies `data` out.
fn data_of(body: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut scanner = EnvelopeScanner::new();
    for end in (CHUNK_BYTES..body.len()).step_by(CHUNK_BYTES) {
        scanner.advance(&body[..end])?;
    }
    match scanner.finish(body)?.data {
        EnvelopeData::Json(data) => Ok(data.into_owned()),
        _ => Err("the envelope holds no array".into()),
    }
}

fn best(mut round: impl FnMut() -> Result<(), Box<dyn std::error::Error>>) -> Duration {
    let time = |round: &mut dyn FnMut() -> Result<(), Box<dyn std::error::Error>>| {
        let start = Instant::now();
        round().map_or(Duration::MAX, |()| start.elapsed())
    };
    (0..ROUNDS).map(|_| time(&mut round)).min().unwrap_or(Duration::MAX)
}

/// A body as the python collector sends it: one failure in ten, one test with spans in five.
fn generate() -> Result<Vec<u8>, std::fmt::Error> {
    let mut body = String::from(
        r#"{"format":"json","run_env":{"CI":"buildkite","key":"018f3a1c-0000-4000-8000-00000000b001","branch":"main"},"tags":{"host.arch":"arm64"},"data":["#,
    );
    for n in 0..RESULTS {
        let file = n / 25;
        write!(
            body,
            r#"{}{{"id": "760c4a5c-0d06-45c4-9d2c-{n:012x}", "scope": "tests/unit/test_module_{file}.py::TestThing", "name": "test_case_{n}[param-{n}]", "location": "tests/unit/test_module_{file}.py:{n}", "file_name": "tests/unit/test_module_{file}.py", "result": "{}", "#,
            if n == 0 { "" } else { ", " },
            if n % 10 == 0 { "failed" } else { "passed" },
        )?;
        if n % 10 == 0 {
            write!(
                body,
                r#""failure_reason": "AssertionError: assert {n} == 4\n + where {n} = f()", "failure_expanded": [{{"expanded": ["def test_case():", ">   assert f() == 4", "E   assert {n} == 4", "E    +  where {n} = f()"], "backtrace": ["tests/unit/test_module_{file}.py:{n}: AssertionError", "src/module.py:12: in f"]}}], "#,
            )?;
        }
        let children = if n % 5 == 0 {
            r#"{"section": "sql", "start_at": 12.5, "end_at": 12.75, "duration": 0.25, "detail": {"query": "SELECT * FROM users WHERE id = 5 AND name = \"x\""}}"#
        } else {
            ""
        };
        write!(
            body,
            r#""history": {{"section": "top", "children": [{children}], "start_at": {}.020484, "end_at": {}.040815, "duration": 0.020331}}, "tags": {{"test.framework.name": "pytest", "language.version": "3.11.7"}}}}"#,
            n, n
        )?;
    }
    body.push_str("]}");
    Ok(body.into_bytes())
}
