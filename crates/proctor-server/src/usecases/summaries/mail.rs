//! A summary as a mail: plain text, and the same as HTML.

use std::fmt::Write;

use proctor_core::actions::text::{html_escaped, one_line};
use proctor_core::flaky_week::Counts;
use proctor_store::catalog::mails::MailText;

use super::{Line, Report, Schedule};
use crate::urls::SuiteUrls;

const COLUMNS: [&str; 10] = [
    "Test",
    "Location",
    "Flaky commits",
    "Failed / all",
    "Reliability",
    "Week before",
    "State",
    "Labels",
    "First seen flaky",
    "Alarm open since",
];

/// The mail that a report makes; days are those of the subscription's time zone.
#[must_use]
pub fn written(report: &Report, schedule: &Schedule, urls: &SuiteUrls) -> MailText {
    let suite = one_line(&report.suite);
    let period = format!("{} to {}", schedule.day(report.weeks.from), schedule.day_before(report.weeks.to));
    let subject = format!("[{suite}] {} in the week to {}", tests(report.flaky), schedule.day_before(report.weeks.to));
    let head = head(report);
    let mut text = format!("Flaky tests of {suite}, {period}\n{}\n\n{head}\n", urls.web);
    let mut html = format!(
        "<!doctype html><html><body><h2>Flaky tests of <a href=\"{}\">{}</a></h2><p>{period}</p><p>{}</p>\n",
        html_escaped(&urls.web),
        html_escaped(&suite),
        html_escaped(&head)
    );
    if !report.is_empty() {
        html.push_str("<table border=\"1\" cellpadding=\"4\" cellspacing=\"0\"><tr>");
        COLUMNS.iter().for_each(|column| _ = write!(html, "<th>{column}</th>"));
        html.push_str("</tr>\n");
    }
    for (number, line) in (1..).zip(&report.lines) {
        let cells = cells(line, schedule);
        let address = urls.test_web(line.test.id);
        write_text(&mut text, number, &cells, &address);
        write_row(&mut html, &cells, &address);
    }
    if !report.is_empty() {
        html.push_str("</table>\n");
    }
    if report.flaky > report.lines.len() as u64 {
        let more = format!("and {} more", report.flaky - report.lines.len() as u64);
        _ = writeln!(text, "\n{more}");
        _ = writeln!(html, "<p>{more}</p>");
    }
    html.push_str("</body></html>\n");
    MailText { subject, text, html }
}

fn head(report: &Report) -> String {
    let Report { flaky, new, recovered, runs_failed_by_flaky, .. } = report;
    let runs = if *runs_failed_by_flaky == 1 { "run" } else { "runs" };
    format!("{}: {new} new since the week before, {recovered} recovered. {runs_failed_by_flaky} {runs} failed only by them.", tests(*flaky))
}

fn tests(count: u64) -> String {
    match count {
        1 => "1 flaky test".to_owned(),
        count => format!("{count} flaky tests"),
    }
}

/// In the order of [`COLUMNS`]. Senders choose names and locations, so nothing in them may end a line.
fn cells(line: &Line, schedule: &Schedule) -> [String; 10] {
    let Line { test, full_name, figures, first_seen_at, alarm_since } = line;
    let or_dash = |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(|| "-".to_owned());
    [
        one_line(full_name),
        or_dash(test.location.as_deref().map(one_line)),
        figures.commits.to_string(),
        format!("{} / {}", figures.now.failed, figures.now.all()),
        percent(figures.now),
        percent(figures.before),
        test.state.to_string(),
        or_dash(Some(one_line(&test.labels.join(", ")))),
        schedule.day(*first_seen_at),
        or_dash(alarm_since.map(|at| schedule.day(at))),
    ]
}

fn percent(counts: Counts) -> String {
    counts.reliability().map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn write_text(text: &mut String, number: u32, cells: &[String; 10], address: &str) {
    let [name, location, commits, failed, reliability, before, state, labels, first, alarm] = cells;
    _ = write!(
        text,
        "\n{number}. {name}\n   {address}\n   location: {location}\n   flaky commits: {commits}   failed / all: {failed}\n   \
         reliability: {reliability} (week before: {before})\n   state: {state}   labels: {labels}\n   \
         first seen flaky: {first}   alarm open since: {alarm}\n"
    );
}

fn write_row(html: &mut String, cells: &[String; 10], address: &str) {
    let [name, others @ ..] = cells;
    _ = write!(html, "<tr><td><a href=\"{}\">{}</a></td>", html_escaped(address), html_escaped(name));
    others.iter().for_each(|cell| _ = write!(html, "<td>{}</td>", html_escaped(cell)));
    html.push_str("</tr>\n");
}
