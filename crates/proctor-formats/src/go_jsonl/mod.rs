//! Format `go-jsonl`: the events of `go test -json`, one to a line (`uploads.md`, 7.5).

mod build;
mod event;
mod package;

use std::borrow::Cow;
use std::collections::HashMap;

use proctor_core::record::RecordSink;

use crate::encoding::to_text;
use crate::error::ParseError;
use crate::json::{Fault, Halt, JsonError, Records};
use build::Builds;
use event::{Action, Event};
use package::Package;

/// Lines that are not events which the notice about them quotes.
const QUOTED_LINES_MAX: usize = 20;

/// Reads events and hands the tests that ended to `sink`.
pub(crate) fn parse(document: &[u8], sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    let text = to_text(document);
    read_lines(&text, sink).map_err(|halt| halt.in_text(&text))
}

fn read_lines(text: &str, sink: &mut dyn RecordSink) -> Result<(), Halt> {
    let mut stream = Stream { records: Records::new(sink), packages: HashMap::new(), builds: Builds::default() };
    let mut other_lines: Vec<&str> = Vec::new();
    let (mut others, mut events) = (0_u64, 0_u64);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(event) = Event::read(line) {
            events += 1;
            stream.take(event)?;
        } else {
            others += 1;
            if other_lines.len() < QUOTED_LINES_MAX {
                other_lines.push(line);
            }
        }
    }
    if events == 0 {
        return Err(JsonError { fault: Fault::Expected("the events of `go test -json`, one to a line"), offset: 0 }.into());
    }
    if others > 0 {
        let message = if others == 1 { "1 line is not JSON".to_owned() } else { format!("{others} lines are not JSON") };
        stream.records.notice(message, &other_lines.join("\n"));
    }
    Ok(())
}

/// What is known between one line and the next.
struct Stream<'a, 's> {
    records: Records<'s>,
    packages: HashMap<Cow<'a, str>, Package<'a>>,
    builds: Builds<'a>,
}

impl<'a> Stream<'a, '_> {
    fn take(&mut self, event: Event<'a>) -> Result<(), Halt> {
        match event.action {
            Action::BuildOutput => {
                self.builds.add_output(event);
                return Ok(());
            }
            Action::Other => return Ok(()),
            _ => {}
        }
        let Some(name) = event.package.clone() else { return Ok(()) };
        if event.test.is_none() && event.action.is_end() {
            // The package is over; another run of it starts anew.
            let package = self.packages.remove(&name).unwrap_or_default();
            return package.end(&name, &event, &mut self.builds, &mut self.records);
        }
        self.packages.entry(name).or_default().take(event, &mut self.records)
    }
}
