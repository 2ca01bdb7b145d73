//! Running `proctor lint`.

use serde_json::json;

use crate::exit::Exit;
use crate::lint::LintArgs;
use crate::lint::show::{to_json, to_text};
use crate::lint::verdict::{Verdict, judge};
use crate::output;
use crate::report::{Input, format_of, select};

/// Checks the files.
///
/// # Errors
/// When a file is missing.
pub(crate) fn run(args: LintArgs) -> anyhow::Result<Exit> {
    let inputs = select(&args.files)?;
    let mut verdicts = Vec::with_capacity(inputs.len());
    for input in &inputs {
        let verdict = verdict_on(input, &args);
        if !args.json {
            output::say(&to_text(&input.name(), &verdict));
        }
        verdicts.push((input.name(), verdict));
    }
    let is_clean = verdicts.iter().all(|(_, verdict)| verdict.is_clean());
    if args.json {
        let files: Vec<_> = verdicts.iter().map(|(name, verdict)| to_json(name, verdict)).collect();
        output::json(&json!({ "ok": is_clean, "files": files }));
    }
    Ok(if is_clean { Exit::Done } else { Exit::Refused })
}

/// A file that cannot be read or looks like nothing is a finding about that file, as it is in an upload: the others are checked.
fn verdict_on(input: &Input, args: &LintArgs) -> Verdict {
    let LintArgs { format, upload_records_max, .. } = args;
    let format = match format_of(*format, input) {
        Ok(format) => format,
        Err(failure) => return Verdict::unrecognised(&failure),
    };
    match input.read() {
        Ok(document) => judge(format, &document, *upload_records_max),
        Err(failure) => Verdict::unrecognised(&failure),
    }
}
