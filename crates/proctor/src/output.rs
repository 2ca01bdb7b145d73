//! Everything that goes to stdout and stderr apart from logs.

use std::io::{self, IsTerminal, Write};

/// Writes one line (or several) to stdout at once. A reader that has gone away is no error: `proctor … | head` is common.
pub(crate) fn say(text: &str) {
    write_line(io::stdout().lock(), text);
}

/// Writes one line (or several) to stderr.
pub(crate) fn note(text: &str) {
    write_line(io::stderr().lock(), text);
}

/// Writes a value as one line of JSON to stdout.
pub(crate) fn json(value: &serde_json::Value) {
    say(&value.to_string());
}

/// Bold, when stdout is a terminal and `NO_COLOR` is not set.
pub(crate) fn bold(text: &str) -> String {
    styled(text, "1")
}

/// Dim, under the same conditions.
pub(crate) fn dim(text: &str) -> String {
    styled(text, "2")
}

fn styled(text: &str, code: &str) -> String {
    let is_plain = !io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_plain { text.to_owned() } else { format!("\u{1b}[{code}m{text}\u{1b}[0m") }
}

/// A table: columns as wide as their widest cell, two blanks between them, nothing behind the last.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<Vec<_>>();
        cells.join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same with all columns but the first to the right: numbers.
pub(crate) fn numbers_table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line_of = |row: &Vec<String>| {
        let cell =
            |(at, (cell, width)): (usize, (&String, &usize))| if at == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") };
        row.iter().zip(&widths).enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line_of).collect::<Vec<_>>().join("\n")
}

/// `512 B`, `1.5 KiB`, `12.3 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut amount = count as f64;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{amount:.1} {}", UNITS[unit]) }
}

/// `12,345`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 result`, `2 results`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(count))
}

fn write_line(mut stream: impl Write, text: &str) {
    // Nobody is left to be told when this fails.
    let _ = writeln!(stream, "{text}").and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_nouns_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(100_000), "100,000");
        assert_eq!(counted(1, "result"), "1 result");
        assert_eq!(counted(2_000, "result"), "2,000 results");
    }

    #[test]
    fn sizes_read_well() {
        for (count, text) in [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (12_897_484, "12.3 MiB"), (1 << 50, "1024.0 TiB")] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn tables_align_and_leave_no_blanks_behind() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), String::new()]];
        assert_eq!(table(&rows), "a     b\nlong");
    }
}
