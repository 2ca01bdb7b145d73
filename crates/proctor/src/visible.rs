//! Text of others on a terminal. What is not seen, or changes how the rest is seen, is written out the way JSON does it.

use std::borrow::Cow;
use std::fmt::Write;

/// A text in one line: `\n`, `\t` and `\r`; other control characters, and those that turn the direction of text, as in `\u001b`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// The same of a text of several lines, whose ends and tabs stay.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| is_hidden(letter) && !matches!(letter, '\n' | '\t'))
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            _ if !is_escaped(letter) => written.push(letter),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            // Writing to a string does not fail.
            _ => _ = write!(written, "\\u{:04x}", u32::from(letter)),
        }
    }
    Cow::Owned(written)
}

/// C0, DEL and C1; the marks, embeddings, overrides and isolates of bidirectional text; and the ends of lines and paragraphs.
fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(visible("ev\u{1b}[31mil\nline2\t\r"), "ev\\u001b[31mil\\nline2\\t\\r");
        assert_eq!(visible("\u{0}\u{7f}\u{85}\u{9b}"), "\\u0000\\u007f\\u0085\\u009b");
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{200f}\u{2028}"), "a\\u202eb\\u2066c\\u200f\\u2028");
        assert_eq!(visible_lines("a\u{1b}\n\tb"), "a\\u001b\n\tb");
        assert!(matches!(visible("prüft 试 🧪 \\n"), Cow::Borrowed(_)));
    }
}
