//! How well each monitor at its defaults tells labelled histories apart; Markdown on stdout. See `docs/monitors.md`.

mod detector;
mod history;
mod kind;
mod report;
mod rng;
mod trial;
mod world;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::detector::Detector;
use crate::trial::{Guard, trial};
use crate::world::{Weather, World};

const SEED: u64 = 20_261_124;
const TESTS: usize = 10_000;

const WORLDS: [(&str, Weather, Guard); 5] = [
    ("retries on", Weather { attempts_max: 3, outages: 0 }, Guard::Off),
    ("retries off", Weather { attempts_max: 1, outages: 0 }, Guard::Off),
    ("retries on, three outages, guard off", Weather { attempts_max: 3, outages: 3 }, Guard::Off),
    ("retries on, three outages, guard on", Weather { attempts_max: 3, outages: 3 }, Guard::On),
    ("retries off, three outages, guard on", Weather { attempts_max: 1, outages: 3 }, Guard::On),
];

fn main() -> Result<(), Box<dyn Error>> {
    let (seed, tests) = arguments()?;
    let detectors = Detector::all()?;
    let mut tables = String::new();
    let mut goals = String::new();
    let mut others = String::new();
    let other_detectors = Detector::others()?;
    for (name, weather, guard) in WORLDS {
        let world = World::new(seed, weather);
        let tallies = trial(seed, &world, tests, &detectors, guard);
        writeln!(tables, "## World: {name}\n")?;
        report::quality(&mut tables, &detectors, &tallies)?;
        writeln!(tables, "Share of the tests of each kind that had an alarm:\n")?;
        report::by_kind(&mut tables, &detectors, &tallies)?;
        report::goal(&mut goals, name, &detectors, &tallies)?;
        if weather.outages == 0 {
            writeln!(others, "World: {name}\n")?;
            report::quality(&mut others, &other_detectors, &trial(seed, &world, tests, &other_detectors, guard))?;
        }
    }
    let text = include_str!("report.md").replace("{seed}", &seed.to_string()).replace("{tests}", &tests.to_string());
    let text = text.replace("{goals}", goals.trim_end()).replace("{tables}", tables.trim_end()).replace("{others}", others.trim_end());
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn arguments() -> Result<(u64, usize), Box<dyn Error>> {
    let (mut seed, mut tests) = (SEED, TESTS);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seed" => seed = value.parse()?,
            "--tests" => tests = value.parse()?,
            _ => return Err(format!("unknown argument {name}: use --seed, --tests").into()),
        }
    }
    Ok((seed, tests))
}
