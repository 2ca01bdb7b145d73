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
    fn tables_align_and_leave_no_blanks_behind() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), String::new()]];
        assert_eq!(table(&rows), "a     b\nlong");
    }
}
