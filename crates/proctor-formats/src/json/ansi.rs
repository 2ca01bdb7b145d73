//! Colours and cursor movements that runners write for terminals.

use std::borrow::Cow;

const ESCAPE: char = '\u{1B}';

/// `text` without ANSI escape sequences (ECMA-48): control sequences, operating-system commands, two-character escapes.
pub(crate) fn without_ansi(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(ESCAPE as u8, text.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(ESCAPE);
    out.push_str(parts.next().unwrap_or_default());
    let mut in_command = false;
    for part in parts {
        let ends_command = if in_command { part.strip_prefix('\\') } else { None };
        in_command = false;
        if let Some(rest) = ends_command {
            out.push_str(rest);
        } else if part.starts_with([']', 'P', '^', '_', 'X']) {
            // A command runs to BEL or to `ESC \`.
            match part.split_once('\u{7}') {
                Some((_, rest)) => out.push_str(rest),
                None => in_command = true,
            }
        } else {
            out.push_str(after_sequence(part));
        }
    }
    Cow::Owned(out)
}

/// What follows the escape sequence whose part after ESC begins `part`.
fn after_sequence(part: &str) -> &str {
    if let Some(parameters) = part.strip_prefix('[') {
        let end = parameters.find(|c: char| !matches!(c, ' '..='?'));
        return match end {
            // The final character belongs to the sequence only if it is one of those that end sequences.
            Some(end) if matches!(parameters.as_bytes()[end], b'@'..=b'~') => &parameters[end + 1..],
            Some(end) => &parameters[end..],
            None => "",
        };
    }
    let rest = part.trim_start_matches(|c: char| matches!(c, ' '..='/'));
    match rest.chars().next() {
        Some('0'..='~') => &rest[1..],
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_go_and_text_stays() {
        let cases = [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m end", "red end"),
            ("\u{1b}[38;5;12ma\u{1b}[K", "a"),
            ("a\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}", "alink"),
            ("a\u{1b}]0;title\u{1b}\\b", "ab"),
            ("a\u{1b}(Bb\u{1b}7c", "abc"),
            ("cut\u{1b}", "cut"),
            ("cut\u{1b}[3", "cut"),
            ("\u{1b}[é", "é"),
            ("\u{1b}é", "é"),
        ];
        for (coloured, plain) in cases {
            assert_eq!(without_ansi(Cow::Borrowed(coloured)), plain, "{coloured:?}");
        }
    }
}
