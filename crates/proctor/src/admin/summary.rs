//! Running `proctor suite summary`, on a store or on a server.

use proctor_core::id::SummaryId;
use proctor_server::Settings;
use proctor_server::api::proctor::summaries::SummaryBody;
use proctor_server::usecases::summaries::{Schedule, summarize, weekday_word, written};
use proctor_store::catalog::mails::{MailText, Recipients};
use proctor_store::catalog::summaries::{Summary, SummarySettings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::args::{NewSummaryArgs, SuitePath, SummaryCommand};
use crate::admin::local::Local;
use crate::admin::target::Target;
use crate::exit::Failure;
use crate::output;

/// Runs the command.
///
/// # Errors
/// When the target refuses or is not reached.
pub(crate) async fn run_summary(command: &SummaryCommand, target: &Target) -> anyhow::Result<()> {
    let place = command.place();
    let (path, is_json) = (&place.suite, place.target.json);
    match command {
        SummaryCommand::List { .. } => show_all(&all(target, path).await?, is_json),
        SummaryCommand::Add { settings, .. } => show_all(&[add(target, path, settings).await?], is_json),
        SummaryCommand::Delete { one } => {
            delete(target, path, one.id).await?;
            done(&json!({ "deleted": one.id.to_string() }), &format!("Deleted the summary {}.", one.id), is_json);
        }
        SummaryCommand::Preview { one } => {
            let mail = preview(target, path, one.id).await?;
            let text = format!("{}\n\n{}", word(&mail, "subject"), word(&mail, "text"));
            done(&mail, &text, is_json);
        }
        SummaryCommand::Send { one } => {
            let mail = send(target, path, one.id).await?;
            done(&mail, &format!("On its way: {}", word(&mail, "subject")), is_json);
        }
    }
    Ok(())
}

async fn all(target: &Target, path: &SuitePath) -> anyhow::Result<Vec<Value>> {
    match target {
        Target::Remote(remote) => remote.call(Method::GET, &base(path), None).await,
        Target::Local(local) => {
            let (organization, suite) = local.find_suite(path).await?;
            let mails = local.store.last_mails(suite.id).await?;
            let mut found = Vec::new();
            for summary in local.store.summaries(suite.id).await? {
                let team = match summary.settings.recipients.team {
                    Some(team) => local.store.team(organization.id, team).await?.map(|team| team.slug),
                    None => None,
                };
                let mail = mails.get(&summary.id);
                found.push(serde_json::to_value(SummaryBody::new(summary, team, mail))?);
            }
            Ok(found)
        }
    }
}

async fn add(target: &Target, path: &SuitePath, args: &NewSummaryArgs) -> anyhow::Result<Value> {
    let NewSummaryArgs { team, to, weekday, hour, time_zone, send_empty } = args;
    match target {
        Target::Remote(remote) => {
            let body = json!({
                "team": team, "addresses": to, "weekday": weekday_word(*weekday), "hour": hour, "time_zone": time_zone,
                "send_empty": send_empty,
            });
            remote.call(Method::POST, &base(path), Some(body)).await
        }
        Target::Local(local) => {
            let (organization, suite) = local.find_suite(path).await?;
            let team =
                match team {
                    Some(slug) => Some(local.store.team_by_slug(organization.id, slug).await?.ok_or_else(|| {
                        Failure::refused(format!("there is no team {slug}"), "'proctor team list' shows those there are")
                    })?),
                    None => None,
                };
            let recipients = Recipients { team: team.as_ref().map(|team| team.id), addresses: to.clone() };
            let time_zone = time_zone.clone();
            let settings = SummarySettings { recipients, weekday: *weekday, hour: *hour, time_zone, send_empty: *send_empty };
            let next_at = Schedule::of(&settings)?.next_after(local.now);
            let made = local.store.create_summary(suite.id, settings, next_at, local.now).await?;
            let made = made.ok_or_else(|| Failure::refused("the suite has as many summaries as it may have", "delete one first"))?;
            Ok(serde_json::to_value(SummaryBody::new(made, team.map(|team| team.slug), None))?)
        }
    }
}

async fn delete(target: &Target, path: &SuitePath, id: SummaryId) -> anyhow::Result<()> {
    match target {
        Target::Remote(remote) => remote.send(Method::DELETE, &format!("{}/{id}", base(path)), None).await.map(drop),
        Target::Local(local) => {
            let summary = find(local, path, id).await?;
            Ok(local.store.delete_summary(summary.suite, id).await?)
        }
    }
}

/// Its mail: `subject`, `text` and `html`, and what the API tells beside them.
async fn preview(target: &Target, path: &SuitePath, id: SummaryId) -> anyhow::Result<Value> {
    match target {
        Target::Remote(remote) => remote.call(Method::GET, &format!("{}/{id}/preview", base(path)), None).await,
        Target::Local(local) => {
            let MailText { subject, text, html } = made(local, &find(local, path, id).await?).await?;
            Ok(json!({ "subject": subject, "text": text, "html": html }))
        }
    }
}

async fn send(target: &Target, path: &SuitePath, id: SummaryId) -> anyhow::Result<Value> {
    match target {
        Target::Remote(remote) => remote.call(Method::POST, &format!("{}/{id}/send", base(path)), None).await,
        // Only a server knows where links in its mail lead.
        Target::Local(_) => Err(Failure::usage("a data directory sends no mail", "name a running server with --server").into()),
    }
}

async fn find(local: &Local, path: &SuitePath, id: SummaryId) -> anyhow::Result<Summary> {
    let (_, suite) = local.find_suite(path).await?;
    let unknown = || Failure::refused(format!("there is no summary {id}"), "'proctor suite summary list' shows those there are");
    Ok(local.store.summary(suite.id, id).await?.ok_or_else(unknown)?)
}

async fn made(local: &Local, summary: &Summary) -> anyhow::Result<MailText> {
    let schedule = Schedule::of(&summary.settings)?;
    // Links lead to where they lead by default: nobody told this command of another address.
    let made = summarize(&local.store, &Settings::default(), summary, schedule.weeks(local.now)).await?;
    let (report, urls) = made.ok_or_else(|| Failure::refused("the suite is gone", "'proctor suite list' shows those there are"))?;
    Ok(written(&report, &schedule, &urls))
}

fn base(path: &SuitePath) -> String {
    let SuitePath { organization, suite } = path;
    format!("/v2/proctor/organizations/{organization}/suites/{suite}/summaries")
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn done(value: &Value, text: &str, is_json: bool) {
    if is_json {
        output::json(value);
    } else {
        output::say(text);
    }
}

fn show_all(summaries: &[Value], is_json: bool) {
    if is_json {
        output::json(&Value::from(summaries));
        return;
    }
    if summaries.is_empty() {
        output::say("No summaries.");
        return;
    }
    output::say(&summaries.iter().map(to_text).collect::<Vec<_>>().join("\n\n"));
}

/// One subscription: what it has, line by line, as ids, zones and addresses together fit no terminal.
fn to_text(summary: &Value) -> String {
    let to: Vec<&str> = summary["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let rows = [
        ("id", word(summary, "id").to_owned()),
        ("team", or_dash(word(summary, "team"))),
        ("to", if to.is_empty() { "its members".to_owned() } else { to.join(", ") }),
        ("when", format!("{} {}:00 {}", word(summary, "weekday"), summary["hour"], word(summary, "time_zone"))),
        ("next", word(summary, "next_at").to_owned()),
        ("last mail", or_dash(word(&summary["last_mail"], "status"))),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    output::wrapped_table(&rows, 1)
}
