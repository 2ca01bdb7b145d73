//! Filling the demo's server.

use std::io::{self, IsTerminal};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use proctor_core::time::Timestamp;
use tokio::task::JoinSet;

use crate::demo::plan::plan;
use crate::demo::send::DemoClient;
use crate::demo::suites::{DemoSuite, SUITES};
use crate::demo::workflows::workflows_of;

/// What the server holds afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loaded {
    /// Suites.
    pub(super) suites: u64,
    /// Runs.
    pub(super) runs: u64,
    /// Executions.
    pub(super) executions: u64,
    /// Records that were left out, on purpose.
    pub(super) skipped: u64,
}

/// Makes the suites with their workflows, and sends their history: the suites at once, the uploads of each in order. Webhooks go to
/// `receiver`.
///
/// # Errors
/// When the server refuses anything.
pub(super) async fn load(client: &DemoClient, receiver: &str, runs: u32, now: Timestamp) -> anyhow::Result<Loaded> {
    let bar = progress_bar();
    let mut loading = JoinSet::new();
    let suites = u32::try_from(SUITES.len()).unwrap_or(1);
    for (at, suite) in (0..).zip(&SUITES) {
        // In order, so that lists begin as the table of suites does.
        let slug = client.create_suite(suite).await?;
        // Before there is history, so that they have something to report.
        for workflow in workflows_of(suite.name, receiver) {
            client.create_workflow(&slug, &workflow).await?;
        }
        let share = runs / suites + u32::from(at < runs % suites);
        loading.spawn(load_suite(client.clone(), suite, slug, share, now, bar.clone()));
    }
    let mut loaded = Loaded { suites: u64::from(suites), runs: u64::from(runs), ..Loaded::default() };
    while let Some(suite) = loading.join_next().await {
        let (executions, skipped) = suite.context("a task of the demo broke off")??;
        loaded.executions += executions;
        loaded.skipped += skipped;
    }
    bar.finish_and_clear();
    Ok(loaded)
}

async fn load_suite(
    client: DemoClient,
    suite: &'static DemoSuite,
    slug: String,
    runs: u32,
    now: Timestamp,
    bar: ProgressBar,
) -> anyhow::Result<(u64, u64)> {
    let uploads = plan(suite, runs, now)?;
    bar.inc_length(uploads.len() as u64);
    let (mut executions, mut skipped) = (0, 0);
    for upload in uploads {
        let taken = client.upload(&slug, upload.at, upload.body).await?;
        executions += taken.queued;
        skipped += taken.skipped;
        bar.inc(1);
    }
    Ok((executions, skipped))
}

fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("  four weeks of test runs  {bar:32} {percent}%") {
        bar.set_style(style);
    }
    bar
}
