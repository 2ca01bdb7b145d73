//! What the demo says once it is ready. It fits 80 columns and one screen.

use std::time::Duration;

use crate::demo::load::Loaded;
use crate::demo::send::DemoClient;
use crate::output::{bold, counted, dim, thousands};

/// What is there and how to look at it.
pub(super) fn to_text(
    client: &DemoClient,
    link: &str,
    upload_token: &str,
    loaded: Loaded,
    took: Duration,
    failed_run: Option<&str>,
) -> String {
    let DemoClient { http: _, base, organization, token } = client;
    let Loaded { suites, runs, executions, skipped } = loaded;
    let suite = "checkout-api";
    let head = format!(
        "{} · {} · {} executions over four weeks, in {:.1} s",
        counted(suites, "suite"),
        counted(runs, "run"),
        thousands(executions),
        took.as_secs_f64()
    );
    let mut lines = vec![
        String::new(),
        format!("  {}", bold("Proctor demo")),
        format!("  {head}"),
        format!("  {}", dim(&format!("flaky and broken tests among them, and {} refused", counted(skipped, "record")))),
        String::new(),
        format!("  {}", bold("Open")),
        format!("  {base}{link}"),
        format!("  {}", dim("signs you in, once, within 15 minutes")),
        String::new(),
        format!("  {}", bold("Ask")),
        format!("  export TOKEN={token}"),
        format!("  export API={base}/v2/analytics/organizations/{organization}"),
    ];
    lines.extend(failed_run.map(|run| format!("  export RUN={run}")));
    lines.extend([
        String::new(),
        step("the suites", "curl -sH \"Authorization: Bearer $TOKEN\" $API/suites"),
        step("the latest runs of one", &format!("curl -sH \"Authorization: Bearer $TOKEN\" $API/suites/{suite}/runs")),
    ]);
    if failed_run.is_some() {
        let path = format!("$API/suites/{suite}/runs/$RUN/failed_executions");
        lines.push(step("what failed in one of them", &format!("curl -sH \"Authorization: Bearer $TOKEN\" \\\n    {path}")));
    }
    let upload = format!("proctor upload junit.xml --url {base} \\\n    --token {upload_token}");
    lines.push(step("send a report of your own to the suite \"tests\"", &upload));
    lines.push(format!("  {}", dim("Ctrl-C stops it; nothing is kept.")));
    lines.join("\n")
}

fn step(what: &str, command: &str) -> String {
    format!("  {}\n  {command}\n", dim(&format!("# {what}")))
}
