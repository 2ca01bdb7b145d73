//! Format `playwright-json`: what Playwright's JSON reporter writes (`uploads.md`, 7.3).

mod attempt;
mod path;

use std::borrow::Cow;

use proctor_core::limits::{IDENTITY_BYTES_MAX, PATH_BYTES_MAX};
use proctor_core::record::RecordSink;

use crate::context::ParseContext;
use crate::error::ParseError;
use crate::json::{Fault, Halt, JsonError, Kind, Reader, Records, Slot, first_line, read_report, shared, without_ansi};
use attempt::{SpecFields, read_attempt, tags_of};
use path::PathBase;

/// Suites that a file may nest. Each level is passed over once more to find its title, so the bound keeps reading linear.
const SUITE_DEPTH_MAX: usize = 64;

/// Reads a report and hands every attempt to `sink`.
pub(crate) fn parse(document: &[u8], context: &ParseContext<'_>, sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    read_report(document, b"{", "a Playwright report, an object with `suites`", sink, |reader, sink| {
        let [config, suites, errors] = reader.fields(["config", "suites", "errors"])?;
        let Some(suites) = suites.filter(|suites| suites.kind() == Kind::Array) else { return Ok(false) };
        let [root] = config.map_or([None], |config| config.fields(["rootDir"]));
        let root = root.and_then(Slot::string);
        let base = PathBase::new(context.cwd, root.as_deref().filter(|root| root.len() <= PATH_BYTES_MAX));
        let mut walk = Walk { records: Records::new(sink), base, titles: Vec::new() };
        walk.read_suites(suites)?;
        for error in errors.into_iter().flat_map(Slot::items) {
            notice_error(error, &mut walk.records);
        }
        Ok(true)
    })
}

/// The way through the tree of suites.
struct Walk<'a, 's> {
    records: Records<'s>,
    base: PathBase<'a>,
    /// Titles of the suites around, from the file inwards.
    titles: Vec<Cow<'a, str>>,
}

impl<'a> Walk<'a, '_> {
    /// Reads an array of suites. Recursive, as deep as the bound.
    fn read_suites<'d: 'a>(&mut self, suites: Slot<'d>) -> Result<(), Halt> {
        if self.titles.len() == SUITE_DEPTH_MAX {
            return Err(JsonError { fault: Fault::Expected("suites nested less than 64 deep"), offset: suites.offset() }.into());
        }
        let mut reader = suites.reader();
        if reader.peek()? != Kind::Array {
            self.records.wrong_type("suites is not an array");
            return Ok(());
        }
        reader.enter_array()?;
        while reader.item()? {
            let [title, specs, nested] = reader.fields(["title", "specs", "suites"])?;
            self.titles.push(shared(title.and_then(Slot::text).unwrap_or_default(), IDENTITY_BYTES_MAX));
            if let Some(specs) = specs {
                self.read_specs(specs)?;
            }
            if let Some(nested) = nested {
                self.read_suites(nested)?;
            }
            self.titles.pop();
        }
        Ok(())
    }

    fn read_specs<'d: 'a>(&mut self, specs: Slot<'d>) -> Result<(), Halt> {
        let mut reader = specs.reader();
        if reader.peek()? != Kind::Array {
            self.records.wrong_type("specs is not an array");
            return Ok(());
        }
        reader.enter_array()?;
        while reader.item()? {
            if self.records.is_object(&mut reader)? {
                self.read_spec(&mut reader)?;
            }
        }
        Ok(())
    }

    fn read_spec<'d: 'a>(&mut self, reader: &mut Reader<'d>) -> Result<(), Halt> {
        let [title, file, line, column, tags, tests] = reader.fields(["title", "file", "line", "column", "tags", "tests"])?;
        let file = file.and_then(Slot::string).map(|file| self.base.join(shared(file, PATH_BYTES_MAX)));
        let title = shared(title.and_then(Slot::text).unwrap_or_default(), IDENTITY_BYTES_MAX);
        let spec = SpecFields { title, file, line, column, tags: tags_of(tags) };
        let Some(tests) = tests.filter(|tests| tests.kind() == Kind::Array) else { return Ok(()) };
        let mut reader = tests.reader();
        reader.enter_array()?;
        while reader.item()? {
            if !self.records.is_object(&mut reader)? {
                continue;
            }
            let [project, expected, results] = reader.fields(["projectName", "expectedStatus", "results"])?;
            let scope = self.scope(project.and_then(Slot::text).unwrap_or_default(), &spec.title);
            let expected = expected.and_then(Slot::string).unwrap_or(Cow::Borrowed("passed"));
            let Some(results) = results.filter(|results| results.kind() == Kind::Array) else { continue };
            let mut reader = results.reader();
            reader.enter_array()?;
            while reader.item()? {
                if self.records.is_object(&mut reader)? {
                    let record = read_attempt(&mut reader, &spec, &scope, &expected, &mut self.records.remarks)?;
                    self.records.accept(record)?;
                }
            }
        }
        Ok(())
    }

    /// The title path as Playwright joins it: the nameless root, the project, the file, the groups that have a title, the test.
    fn scope(&self, project: Cow<'_, str>, title: &str) -> String {
        let mut scope = format!(" {}", shared(project, IDENTITY_BYTES_MAX));
        for (depth, suite) in self.titles.iter().enumerate() {
            let is_too_long = scope.len() > IDENTITY_BYTES_MAX;
            if (depth == 0 || !suite.is_empty()) && !is_too_long {
                scope.push(' ');
                scope.push_str(suite);
            }
        }
        scope.push(' ');
        scope.push_str(title);
        scope
    }
}

fn notice_error(error: Slot<'_>, records: &mut Records<'_>) {
    let [message, stack] = error.fields(["message", "stack"]);
    let message = message.and_then(Slot::text).or_else(|| error.text()).map(without_ansi).unwrap_or_default();
    let stack = stack.and_then(Slot::text).map(without_ansi);
    let line = first_line(&message).unwrap_or(Cow::Borrowed("an error outside of tests")).into_owned();
    records.notice(line, stack.as_deref().unwrap_or(&message));
}
