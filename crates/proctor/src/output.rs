//! Everything that goes to stdout and stderr apart from logs.

use std::io::{self, IsTerminal, Write};

use crate::visible::{visible, visible_lines};

/// The columns of tables that fit a terminal.
const COLUMNS_MAX: usize = 80;
/// What a column that goes on in the next line has at least.
const ROOM_MIN: usize = 16;

/// Writes one line (or several) to stdout at once. Control characters of names and messages are written out, so that none reaches
/// the terminal. A reader that has gone away is no error: `proctor … | head` is common.
pub(crate) fn say(text: &str) {
    write_line(io::stdout().lock(), &visible_lines(text));
}

/// The same for text with styles, which is all of Proctor's own.
pub(crate) fn say_styled(text: &str) {
    write_line(io::stdout().lock(), text);
}

/// Writes one line (or several) to stderr, as [`say`].
pub(crate) fn note(text: &str) {
    write_line(io::stderr().lock(), &visible_lines(text));
}

/// Writes a value as one line of JSON to stdout, as it is.
pub(crate) fn json(value: &serde_json::Value) {
    write_line(io::stdout().lock(), &value.to_string());
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

/// A table: columns as wide as their widest cell, two blanks between them, nothing behind the last. Each row is one line, whatever
/// characters are in its cells.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    lines_of(&cells_of(rows), |_| false)
}

/// The same with all columns but the first to the right: numbers.
pub(crate) fn numbers_table(rows: &[Vec<String>]) -> String {
    lines_of(&cells_of(rows), |column| column > 0)
}

/// The same, to the left, within the columns of a terminal: long cells of the column `wide` go on in the next line.
pub(crate) fn wrapped_table(rows: &[Vec<String>], wide: usize) -> String {
    let rows = cells_of(rows);
    let others = widths_of(&rows).iter().enumerate().filter(|(column, _)| *column != wide).map(|(_, width)| width + 2).sum();
    let room = COLUMNS_MAX.saturating_sub(others).max(ROOM_MIN);
    let mut wrapped = Vec::with_capacity(rows.len());
    for row in rows {
        let parts = row.get(wide).map_or_else(Vec::new, |cell| wrap(cell, room));
        let mut rest: Vec<_> = parts.iter().skip(1).map(|part| with_cell(vec![String::new(); row.len()], wide, part)).collect();
        wrapped.push(match parts.first() {
            Some(first) => with_cell(row, wide, first),
            None => row,
        });
        wrapped.append(&mut rest);
    }
    lines_of(&wrapped, |_| false)
}

fn with_cell(mut row: Vec<String>, column: usize, text: &str) -> Vec<String> {
    if let Some(cell) = row.get_mut(column) {
        text.clone_into(cell);
    }
    row
}

/// A text in lines of at most `room` characters: broken at blanks, and inside of words that are longer.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some((end, next)) = rest.char_indices().nth(room) {
        let at_blank = if next == ' ' { Some(end) } else { rest[..end].rfind(' ') };
        let (line, after) = rest.split_at(at_blank.filter(|at| *at > 0).unwrap_or(end));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

fn cells_of(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect()).collect()
}

fn widths_of(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    (0..columns).map(width).collect()
}

fn lines_of(rows: &[Vec<String>], is_right: impl Fn(usize) -> bool) -> String {
    let widths = widths_of(rows);
    let line_of = |row: &Vec<String>| {
        let cell = |(column, (cell, width)): (usize, (&String, &usize))| {
            if is_right(column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
        };
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

    #[test]
    fn cells_stay_in_their_line() {
        let rows = [vec!["a\nb".to_owned(), "c\u{1b}[31m".to_owned()]];
        assert_eq!(table(&rows), "a\\nb  c\\u001b[31m");
        assert_eq!(numbers_table(&rows), table(&rows));
    }

    #[test]
    fn long_cells_go_on_in_the_next_line() {
        let name = "a name of words ".repeat(8);
        let rows = [vec!["NAME".to_owned(), "STATUS".to_owned()], vec![name.trim().to_owned(), "active".to_owned()]];
        let text = wrapped_table(&rows, 0);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().nth(1).is_some_and(|line| line.ends_with("active")), "{text}");
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("äöü äöü", 3), ["äöü", "äöü"]);
    }
}
