//! Running `proctor upload`.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use proctor_core::limits::TAGS_PER_LEVEL_MAX;

use crate::env::Env;
use crate::exit::{Exit, Failure};
use crate::http;
use crate::output;
use crate::report::{Input, format_of, select};
use crate::upload::args::UploadArgs;
use crate::upload::ci;
use crate::upload::form::Form;
use crate::upload::progress::Progress;
use crate::upload::receipt::{End, Outcome};
use crate::upload::retry::RetryPolicy;
use crate::upload::run_env::run_env;
use crate::upload::send::Sender;
use crate::upload::show::{to_json, to_text};
use crate::upload::target::Target;

/// Files on their way at once.
const FILES_AT_ONCE: usize = 4;

/// Sends the files and prints the receipt.
///
/// # Errors
/// When a file is missing, or the server or the token is not known: nothing is sent then.
pub(crate) async fn run(args: UploadArgs, env: &Env) -> anyhow::Result<Exit> {
    if args.run.tags.len() > TAGS_PER_LEVEL_MAX {
        let next_step = "leave some out, or put them on single results in the report";
        return Err(Failure::usage(format!("more than {TAGS_PER_LEVEL_MAX} tags"), next_step).into());
    }
    let inputs = select(&args.files)?;
    let target = Target::of(&args, env)?;
    let working_directory = std::env::current_dir().ok().map(|path| path.to_string_lossy().into_owned());
    let run_env = run_env(&args.run, ci::detect(env), working_directory);
    let sender = Sender {
        client: http::client(args.server.timeout)?,
        target: Arc::new(target),
        policy: RetryPolicy { retries_max: args.server.retries },
        progress: Progress::of_bytes(inputs.iter().map(Input::stored_bytes).sum()),
    };
    let sent = inputs.iter().map(|input| send_one(&args, &run_env, &sender, input));
    let outcomes: Vec<Outcome> = stream::iter(sent).buffered(FILES_AT_ONCE).collect().await;
    sender.progress.finish();
    if args.json {
        output::json(&to_json(&outcomes));
    } else {
        output::say(&to_text(&outcomes));
    }
    Ok(exit_of(&outcomes))
}

async fn send_one(args: &UploadArgs, run_env: &[(&str, String)], sender: &Sender, input: &Input) -> Outcome {
    let file = input.name();
    let format = match format_of(args.format, input) {
        Ok(format) => format,
        Err(failure) => return Outcome { file, format: None, tries: 0, end: not_sent(&failure) },
    };
    let form = Form::new(format, run_env, &args.run.tags, &input.file_name());
    let (end, tries) = sender.send(&form, input).await;
    Outcome { file, format: Some(format), tries, end }
}

fn not_sent(failure: &Failure) -> End {
    End::Refused { status: None, message: failure.to_string(), next_step: failure.next_step().to_owned() }
}

/// A server that is away is the worst of several ends: only that is worth another call.
fn exit_of(outcomes: &[Outcome]) -> Exit {
    let exit = |outcome: &Outcome| match &outcome.end {
        End::Stored(receipt) if receipt.skipped == 0 => Exit::Done,
        End::Stored(_) | End::Refused { .. } => Exit::Refused,
        End::Unreachable { .. } => Exit::Unreachable,
    };
    outcomes.iter().map(exit).max().unwrap_or(Exit::Done)
}
