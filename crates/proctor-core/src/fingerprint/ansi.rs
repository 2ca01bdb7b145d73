//! Terminal escapes (ECMA-48).

use std::borrow::Cow;

const ESCAPE: char = '\u{1B}';
const BELL: char = '\u{7}';

/// `text` without control sequences, operating-system commands and two-character escapes. A command that is not closed ends
/// with its line.
#[must_use]
pub fn without_ansi(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once(ESCAPE) {
        out.push_str(plain);
        rest = after_escape(escaped);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn after_escape(rest: &str) -> &str {
    let Some(first) = rest.chars().next() else { return rest };
    match first {
        '[' => after_final(rest[1..].trim_start_matches(|c| matches!(c, ' '..='?')), '@'..='~'),
        ']' | 'P' | 'X' | '^' | '_' => after_command(&rest[1..]),
        ' '..='/' => after_final(rest.trim_start_matches(|c| matches!(c, ' '..='/')), '0'..='~'),
        '0'..='~' => &rest[1..],
        _ => rest,
    }
}

fn after_final(rest: &str, finals: std::ops::RangeInclusive<char>) -> &str {
    match rest.chars().next() {
        Some(last) if finals.contains(&last) => &rest[1..],
        _ => rest,
    }
}

fn after_command(rest: &str) -> &str {
    let Some(end) = rest.find([BELL, ESCAPE, '\n']) else { return "" };
    let rest = &rest[end..];
    rest.strip_prefix(BELL).or_else(|| rest.strip_prefix("\u{1B}\\")).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_go_and_text_stays() {
        for (coloured, plain) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m end", "red end"),
            ("\u{1b}[38;5;12ma\u{1b}[K", "a"),
            ("a\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}", "alink"),
            ("a\u{1b}]0;title\u{1b}\\b", "ab"),
            ("a\u{1b}]0;title\nb", "a\nb"),
            ("a\u{1b}(Bb\u{1b}7c", "abc"),
            ("cut\u{1b}", "cut"),
            ("cut\u{1b}[3", "cut"),
            ("\u{1b}[é\u{1b}é", "éé"),
        ] {
            assert_eq!(without_ansi(coloured), plain, "{coloured:?}");
        }
    }
}
