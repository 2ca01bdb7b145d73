//! Fuzzing on a stable toolchain: every reader, the scanner of envelopes and the guessing of formats are fed mutated
//! reports for a bounded time. `PROCTOR_FUZZ_SECONDS` sets the seconds for each target, `PROCTOR_FUZZ_SEED` the seed.
//!
//! The targets for cargo-fuzz, which needs a nightly toolchain, are in `fuzz/` at the root of the repository.

use std::time::{Duration, Instant};

use proctor_core::format::ReportFormat;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_formats::envelope::{EnvelopeData, EnvelopeScanner, looks_like_envelope};
use proctor_formats::{ParseContext, parse, sniff};

use crate::corpus::{shared_file, shared_files};

/// Bytes of the longest input.
const INPUT_BYTES_MAX: usize = 64 * 1024;
/// A reader takes microseconds for such an input, and in an unoptimised build on a busy machine still nothing like this.
const INPUT_TIME_MAX: Duration = Duration::from_secs(5);
/// Bytes that may come out of a reader for each byte that goes in: a file's name is copied to each of its records.
const GROWTH_MAX: usize = 600;

/// Words that mean something to a reader.
const DICTIONARY: &[&str] = &[
    "\"name\":",
    "\"scope\":",
    "\"result\":\"failed\"",
    "\"history\":{",
    "\"children\":[",
    "\"tags\":{",
    "\"data\":",
    "\"run_env\":{",
    "\"examples\":[",
    "\"testResults\":[",
    "\"assertionResults\":[",
    "\"failureMessages\":[",
    "\"suites\":[",
    "\"specs\":[",
    "\"tests\":[",
    "\"results\":[",
    "\"elements\":[",
    "\"steps\":[",
    "\"type\":\"background\"",
    "\"Action\":\"fail\"",
    "\"Action\":\"run\"",
    "\"Test\":",
    "\"Package\":",
    "null",
    "{}",
    "[]",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud83d",
    "1e999",
    "-",
    "NaN",
    "<testsuite>",
    "</testsuite>",
    "<testcase name='a'>",
    "</testcase>",
    "<failure>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "&b;",
    "&#0;",
    "<",
    ">",
    "\u{FEFF}",
    "\0",
    "\n",
    "\u{1b}[31m",
    "é",
];

/// A small generator of numbers (splitmix64): the same seed gives the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { usize::try_from(self.next() % bound as u64).unwrap() }
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let longest = if self.below(4) == 0 { length - start } else { (length - start).min(64) };
        start..start + self.below(longest + 1)
    }
}

fn mutate(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let place = random.range(input.len());
        match random.below(8) {
            0 if !input.is_empty() => {
                let at = random.below(input.len());
                input[at] ^= 1 << random.below(8);
            }
            1 if !input.is_empty() => {
                let at = random.below(input.len());
                input[at] = random.next() as u8;
            }
            2 => input.truncate(place.start),
            3 => drop(input.drain(place)),
            4 => {
                let copy = input[place.clone()].to_vec();
                (0..=random.below(8)).for_each(|_| drop(input.splice(place.start..place.start, copy.iter().copied())));
            }
            5 => {
                let other = &seeds[random.below(seeds.len())];
                input.splice(place, other[random.range(other.len())].iter().copied());
            }
            _ => {
                let word = DICTIONARY[random.below(DICTIONARY.len())];
                let end = if random.below(2) == 0 { place.start } else { place.end };
                input.splice(place.start..end, word.bytes());
            }
        }
        input.truncate(INPUT_BYTES_MAX);
    }
    input
}

/// Counts what comes out of a reader, without keeping it.
#[derive(Default)]
struct Count {
    indexes: u64,
    bytes: usize,
}

impl Count {
    fn index(&mut self, index: u64) {
        assert_eq!(index, self.indexes, "an index is missing or came twice");
        self.indexes += 1;
    }
}

impl RecordSink for Count {
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        self.index(index);
        assert!(!record.name.trim().is_empty() && !record.name.contains('\0'));
        assert!(record.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0));
        let lines = record.failure_expanded.iter().flat_map(|failure| failure.expanded.iter().chain(&failure.backtrace));
        let texts = [&record.location, &record.file_name, &record.failure_reason];
        self.bytes += record.scope.len() + record.name.len() + lines.map(|line| line.len()).sum::<usize>();
        self.bytes += texts.into_iter().flatten().map(|text| text.len()).sum::<usize>();
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), TooManyRecords> {
        self.index(rejection.index);
        Ok(())
    }

    fn warn(&mut self, warning: Warning) {
        self.bytes += warning.message.len();
    }

    fn notice(&mut self, notice: Notice) {
        self.bytes += notice.message.len() + notice.detail.len();
    }
}

fn read(format: ReportFormat, input: &[u8]) {
    let mut sink = Count::default();
    let _ = parse(format, input, &ParseContext { cwd: Some("/app"), test_runner: Some("pytest") }, &mut sink);
    assert!(sink.bytes <= GROWTH_MAX * (input.len() + 1_000), "{} bytes came out of {}", sink.bytes, input.len());
}

/// Runs `target` on mutated seeds until the time is over; a failure tells the input.
fn fuzz(name: &str, seeds: &[Vec<u8>], target: impl Fn(&[u8], &mut Random) + std::panic::RefUnwindSafe) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let time = Duration::from_secs(number("PROCTOR_FUZZ_SECONDS").unwrap_or(2));
    let mut random = Random(number("PROCTOR_FUZZ_SEED").unwrap_or(20_261_124));
    let start = Instant::now();
    while start.elapsed() < time {
        let input = mutate(seeds, &mut random);
        let seed = random.next();
        let begun = Instant::now();
        let outcome = std::panic::catch_unwind(|| target(&input, &mut Random(seed)));
        let took = begun.elapsed();
        assert!(outcome.is_ok() && took < INPUT_TIME_MAX, "{name}: {took:?} for {:?}", String::from_utf8_lossy(&input));
    }
}

/// Reports of a directory of the shared ones, short enough to be mutated often.
fn seeds_in(directory: &str, accept: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let names = shared_files(directory).into_iter().filter(|name| accept(name));
    let files = names.map(|name| format!("{directory}/{name}")).filter(|path| !path.ends_with("native") && !path.ends_with("by-hand"));
    let seeds: Vec<_> = files.map(|path| shared_file(&path)).filter(|seed| seed.len() <= INPUT_BYTES_MAX).collect();
    assert!(!seeds.is_empty(), "{directory}");
    seeds
}

fn fuzz_format(format: ReportFormat, seeds: &[Vec<u8>]) {
    fuzz(format.as_str(), seeds, |input, _| read(format, input));
}

#[test]
fn json() {
    let mut seeds = seeds_in("captures", |name| name.ends_with(".body.json"));
    seeds.extend(seeds_in("corpus/other", |name| name.starts_with("buildkite__")));
    fuzz_format(ReportFormat::Json, &seeds);
}

#[test]
fn junit() {
    fuzz_format(ReportFormat::Junit, &seeds_in("corpus/junit", |name| name.ends_with(".xml")));
}

#[test]
fn rspec_json() {
    fuzz_format(ReportFormat::RspecJson, &seeds_in("corpus/rspec-json", |_| true));
}

#[test]
fn jest_json() {
    fuzz_format(ReportFormat::JestJson, &seeds_in("corpus/jest-json", |_| true));
}

#[test]
fn playwright_json() {
    let mut seeds = seeds_in("corpus/playwright-json", |_| true);
    seeds.extend(seeds_in("captures/native", |name| name == "playwright.json"));
    fuzz_format(ReportFormat::PlaywrightJson, &seeds);
}

#[test]
fn cucumber_json() {
    fuzz_format(ReportFormat::CucumberJson, &seeds_in("corpus/cucumber-json", |_| true));
}

#[test]
fn go_jsonl() {
    fuzz_format(ReportFormat::GoJsonl, &seeds_in("corpus/other", |name| name.contains("go-test") || name.contains("golang")));
}

#[test]
fn envelope() {
    let seeds = seeds_in("captures", |name| name.ends_with(".body.json"));
    fuzz("envelope", &seeds, |input, random| {
        let mut scanner = EnvelopeScanner::new();
        let mut end = 0;
        let mut is_broken = false;
        while end < input.len() && !is_broken {
            end += random.below(input.len() - end) + 1;
            is_broken = scanner.advance(&input[..end]).is_err();
            let _ = scanner.run_env(&input[..end]);
        }
        let whole = EnvelopeScanner::new().finish(input);
        assert!(!is_broken || whole.is_err());
        if let Ok(envelope) = &whole {
            assert!(looks_like_envelope(input));
            if let EnvelopeData::Json(data) = &envelope.data {
                read(ReportFormat::Json, data);
            }
        }
        assert!(is_broken || scanner.finish(input) == whole);
    });
}

#[test]
fn sniffing() {
    let mut seeds = seeds_in("corpus/other", |_| true);
    seeds.extend(seeds_in("corpus/junit", |name| name.starts_with("synthetic__")));
    fuzz("sniff", &seeds, |input, _| {
        let _ = (sniff::detect(input), sniff::describe(input));
    });
}
