//! The yardstick of ingest CPU: what plain parsers need for the same bytes, on one thread.
//!
//! `parse json SET` reads every body into typed structs with `serde_json`; `parse xml SET` reads every event with `quick-xml`, and
//! `parse xml-attributes SET` the attributes of each element too.
//! Prints one JSON object: bytes, executions, counts by result, the sum of durations and the CPU seconds of the best of three passes.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use proctor_bench_tools::{read_bodies, thread_cpu_seconds};
use quick_xml::events::Event;
use serde::Deserialize;

const PASSES: usize = 3;

#[derive(Deserialize)]
#[expect(dead_code, reason = "every field is parsed, as a server must, though not all are added up")]
struct Envelope {
    format: String,
    run_env: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    data: Vec<Record>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "every field is parsed, as a server must, though not all are added up")]
struct Record {
    id: Option<String>,
    scope: Option<String>,
    name: String,
    location: Option<String>,
    file_name: Option<String>,
    result: String,
    failure_reason: Option<String>,
    failure_expanded: Option<Vec<Failure>>,
    history: History,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "every field is parsed, as a server must, though not all are added up")]
struct Failure {
    #[serde(default)]
    expanded: Vec<String>,
    #[serde(default)]
    backtrace: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "every field is parsed, as a server must, though not all are added up")]
struct History {
    section: Option<String>,
    start_at: Option<f64>,
    end_at: Option<f64>,
    duration: Option<f64>,
    #[serde(default)]
    children: Vec<History>,
}

#[derive(Default)]
struct Sums {
    executions: u64,
    duration: f64,
    by_result: BTreeMap<String, u64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, set] = arguments.as_slice() else { return Err("usage: parse json|xml|xml-attributes SET".into()) };
    let bodies = read_bodies(Path::new(set))?;
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    let mut best = f64::INFINITY;
    let mut sums = Sums::default();
    for _ in 0..PASSES {
        let before = thread_cpu_seconds()?;
        sums = match kind.as_str() {
            "json" => parse_json(&bodies)?,
            "xml" => parse_xml(&bodies, Attributes::Skip)?,
            "xml-attributes" => parse_xml(&bodies, Attributes::Read)?,
            _ => return Err("the first argument is json, xml or xml-attributes".into()),
        };
        best = best.min(thread_cpu_seconds()? - before);
    }
    let report = serde_json::json!({
        "bytes": bytes, "executions": sums.executions, "by_result": sums.by_result, "duration_seconds": sums.duration, "cpu_seconds": best,
    });
    println!("{report}");
    Ok(())
}

fn parse_json(bodies: &[Vec<u8>]) -> Result<Sums, serde_json::Error> {
    let mut sums = Sums::default();
    for body in bodies {
        let envelope: Envelope = serde_json::from_slice(body)?;
        for record in &envelope.data {
            sums.executions += 1;
            sums.duration += record.history.duration.unwrap_or_default();
            match sums.by_result.get_mut(&record.result) {
                Some(count) => *count += 1,
                None => _ = sums.by_result.insert(record.result.clone(), 1),
            }
        }
        black_box(&envelope);
    }
    Ok(sums)
}

/// Whether the attributes of an element are looked at, or left as the reader found them.
#[derive(Clone, Copy, PartialEq)]
enum Attributes {
    Skip,
    Read,
}

/// Every event of every document; test cases are counted.
fn parse_xml(bodies: &[Vec<u8>], attributes: Attributes) -> Result<Sums, quick_xml::Error> {
    let mut sums = Sums::default();
    for body in bodies {
        let mut reader = quick_xml::Reader::from_reader(body.as_slice());
        loop {
            match black_box(reader.read_event()?) {
                Event::Eof => break,
                Event::Start(tag) | Event::Empty(tag) => {
                    sums.executions += u64::from(tag.name().as_ref() == "testcase");
                    if attributes == Attributes::Read {
                        for attribute in tag.attributes() {
                            black_box(attribute?.value);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Ok(sums)
}
