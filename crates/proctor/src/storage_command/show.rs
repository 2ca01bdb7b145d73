//! Storage for people: tables that fit 80 columns.

use crate::output::{bytes, counted, numbers_table, thousands};
use crate::storage_command::view::{Amount, DayView, StorageView};

const HEAD: [&str; 6] = ["EXECUTIONS", "SIZE", "B EACH", "FILES", "WAITING", "AGGREGATED"];

/// A line for each suite, and their sum.
pub(super) fn suites_to_text(suites: &[StorageView]) -> String {
    let mut rows = vec![head("SUITE")];
    rows.extend(suites.iter().map(|suite| row(&suite.suite, &suite.total)));
    if suites.len() > 1 {
        rows.push(row("all", &suites.iter().fold(Amount::default(), |sum, suite| sum.plus(&suite.total))));
    }
    numbers_table(&rows)
}

/// A line for each day of a suite, their sum, and how long they are kept.
pub(super) fn days_to_text(suite: &StorageView) -> String {
    let StorageView { suite_id: _, suite: name, retention_days, aggregates_days, total, days } = suite;
    let mut rows = vec![head("DAY")];
    rows.extend(days.iter().map(|DayView { day, amount }| row(day, amount)));
    rows.push(row("all", total));
    let kept = |days: &Option<u32>| days.map_or_else(|| "for ever".to_owned(), |days| counted(days.into(), "day"));
    let waiting = match total.segments_waiting {
        0 => String::new(),
        segments => format!("\n{} of {} to be compacted.", counted(segments, "segment"), bytes(total.segment_bytes)),
    };
    let kept = format!("Executions are kept {}, aggregates {}.", kept(retention_days), kept(aggregates_days));
    format!("{name}\n\n{}\n\n{kept}{waiting}", numbers_table(&rows))
}

fn head(first: &str) -> Vec<String> {
    std::iter::once(first).chain(HEAD).map(str::to_owned).collect()
}

fn row(name: &str, amount: &Amount) -> Vec<String> {
    let Amount {
        executions,
        bytes: size,
        bytes_per_execution,
        files,
        segments_waiting,
        segment_bytes: _,
        aggregated_executions,
        aggregate_bytes,
    } = amount;
    vec![
        shortened(name),
        thousands(*executions),
        bytes(size + aggregate_bytes),
        bytes_per_execution.map_or_else(|| "-".to_owned(), |bytes| format!("{bytes:.1}")),
        thousands(*files),
        thousands(*segments_waiting),
        thousands(*aggregated_executions),
    ]
}

/// Names longer than this would make the table wider than a terminal.
const NAME_CHARS_MAX: usize = 16;

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(std::iter::once('…')).collect()
}

impl Amount {
    fn plus(self, other: &Self) -> Self {
        let (executions, bytes) = (self.executions + other.executions, self.bytes + other.bytes);
        Self {
            executions,
            bytes,
            bytes_per_execution: (executions > 0).then(|| bytes as f64 / executions as f64),
            files: self.files + other.files,
            segments_waiting: self.segments_waiting + other.segments_waiting,
            segment_bytes: self.segment_bytes + other.segment_bytes,
            aggregated_executions: self.aggregated_executions + other.aggregated_executions,
            aggregate_bytes: self.aggregate_bytes + other.aggregate_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_a_terminal() {
        let amount = Amount {
            executions: 123_456_789,
            bytes: 601_234_567,
            bytes_per_execution: Some(4.87),
            files: 1_460,
            segments_waiting: 1_234,
            segment_bytes: 12_345_678,
            aggregated_executions: 987_654_321,
            aggregate_bytes: 1_000_000,
        };
        let suite = StorageView {
            suite_id: "id".to_owned(),
            suite: "a-suite-with-a-very-long-name-in-addresses".to_owned(),
            retention_days: Some(90),
            aggregates_days: None,
            total: amount,
            days: vec![DayView { day: "2026-04-09".to_owned(), amount }],
        };
        let (days, suites) = (days_to_text(&suite), suites_to_text(&[suite.clone(), suite]));
        assert!(days.contains("2026-04-09") && days.contains("4.9") && days.contains("aggregates for ever"), "{days}");
        assert!(suites.lines().count() == 4 && suites.contains("a-suite-with-a-…"), "{suites}");
        for line in suites.lines().chain(days.lines().skip(1)) {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
    }
}
