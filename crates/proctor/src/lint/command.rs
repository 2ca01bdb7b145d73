//! Running `proctor lint`.

use serde_json::json;

use crate::exit::{Exit, Failure};
use crate::lint::LintArgs;
use crate::lint::show::{to_json, to_text};
use crate::lint::verdict::{Verdict, judge};
use crate::output;
use crate::report::{FormatChoice, Input, format_of, select};

/// Checks the files.
///
/// # Errors
/// When a file is missing or cannot be read.
pub(crate) fn run(args: LintArgs) -> anyhow::Result<Exit> {
    let inputs = select(&args.files)?;
    let mut verdicts = Vec::with_capacity(inputs.len());
    for input in &inputs {
        let verdict = verdict_on(input, &args)?;
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

fn verdict_on(input: &Input, args: &LintArgs) -> Result<Verdict, Failure> {
    let LintArgs { format, upload_records_max, .. } = args;
    match format_of(*format, input) {
        Ok(format) => Ok(judge(format, &input.read()?, *upload_records_max)),
        // A file that looks like nothing is a finding about that file; one that cannot be read is not.
        Err(failure) if failure.exit() == Exit::Refused && *format == FormatChoice::Auto => Ok(Verdict::unrecognised(&failure)),
        Err(failure) => Err(failure),
    }
}
