//! What the page on the health of uploads counts by (`workflows.md`, section 9).

use std::borrow::Cow;

/// The lower ends of the 18 ranges of executions in a successful upload; each reaches to the next one, the last has no end.
pub const RANGE_STARTS: [u64; 18] = [0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000];

/// The range that an upload with so many executions is in: an index into [`RANGE_STARTS`].
#[must_use]
pub fn range_of(executions: u64) -> usize {
    RANGE_STARTS.iter().rposition(|start| *start <= executions).unwrap_or(0)
}

/// The last number in a range; none for the range without an end.
#[must_use]
pub fn range_end(range: usize) -> Option<u64> {
    RANGE_STARTS.get(range + 1).map(|next| next - 1)
}

/// What stands for numbers, UUIDs and quoted values in a message.
const BLANK: char = '…';
/// Hyphens of a UUID by position in its 36 bytes.
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_BYTES: usize = 36;
/// A quoted value that is longer is none: an apostrophe stood alone.
const QUOTED_BYTES_MAX: usize = 500;

/// A message with numbers, UUIDs and quoted values replaced by `…`: messages that differ in nothing else are about one problem. Takes time
/// proportional to its length.
#[must_use]
pub fn pattern_of(message: &str) -> String {
    let mut pattern = String::with_capacity(message.len());
    let mut rest = message;
    let mut before: Option<char> = None;
    while let Some(character) = rest.chars().next() {
        let is_inside_word = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
        let blanked = if is_inside_word { None } else { blanked_bytes(rest) };
        let taken = blanked.unwrap_or(character.len_utf8());
        pattern.push(if blanked.is_some() { BLANK } else { character });
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    pattern
}

/// How many bytes at the beginning of `rest` are a value.
fn blanked_bytes(rest: &str) -> Option<usize> {
    uuid_bytes(rest).or_else(|| quoted_bytes(rest)).or_else(|| number_bytes(rest))
}

fn uuid_bytes(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes().get(..UUID_BYTES)?;
    let is_uuid = bytes.iter().enumerate().all(|(at, byte)| match UUID_HYPHENS.contains(&at) {
        true => *byte == b'-',
        false => byte.is_ascii_hexdigit(),
    });
    is_uuid.then_some(UUID_BYTES)
}

fn quoted_bytes(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|character| matches!(character, '"' | '\'' | '`'))?;
    let inner = &rest.as_bytes()[1..rest.len().min(QUOTED_BYTES_MAX)];
    let end = inner.iter().position(|byte| *byte == quote as u8)?;
    Some(end + 2)
}

fn number_bytes(rest: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(rest);
    if length == 0 {
        return None;
    }
    // 1,000 and 2.5 are one number each; the stop behind a sentence is none of it.
    while let Some(more) = rest[length..].strip_prefix([',', '.']).map(digits).filter(|more| *more > 0) {
        length += 1 + more;
    }
    Some(length)
}

/// The range for people: `0`, `2 – 4`, `100 000 or more`, with `count` writing numbers.
#[must_use]
pub fn range_name(range: usize, count: impl Fn(u64) -> String) -> Cow<'static, str> {
    let start = RANGE_STARTS.get(range).copied().unwrap_or(0);
    match range_end(range) {
        None => Cow::Owned(format!("{} or more", count(start))),
        Some(end) if end == start => Cow::Owned(count(start)),
        Some(end) => Cow::Owned(format!("{} – {}", count(start), count(end))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // contract: workflows 39
    #[test]
    fn ranges() {
        for (executions, name) in [
            (0, "0"),
            (1, "1"),
            (4, "2 – 4"),
            (5, "5 – 9"),
            (7, "5 – 9"),
            (4_999, "2500 – 4999"),
            (5_000, "5000 – 9999"),
            (99_999, "75000 – 99999"),
            (100_000, "100000 or more"),
            (u64::MAX, "100000 or more"),
        ] {
            assert_eq!(range_name(range_of(executions), |number| number.to_string()), name);
        }
    }

    #[test]
    fn values_are_blanked_and_words_stay() {
        for (message, pattern) in [
            ("record 17 of 5,000: result must be one of \"passed\", \"failed\"", "record … of …: result must be one of …, …"),
            ("run 63783933-d5f0-4510-bf6a-f8af81df6383 is over.", "run … is over."),
            ("larger than 2.5 MB.", "larger than … MB."),
            ("doesn't fit, isn't utf8", "doesn't fit, isn't utf8"),
            ("key 'a b' of `x`", "key … of …"),
            ("an open ' stays", "an open ' stays"),
            ("", ""),
        ] {
            assert_eq!(pattern_of(message), pattern, "{message}");
        }
    }

    proptest! {
        #[test]
        fn any_message_has_a_pattern(message in "\\PC{0,80}", hostile in "[0-9a-f'\"`,. -]{0,80}") {
            let _ = (pattern_of(&message), pattern_of(&hostile));
        }

        #[test]
        fn numbers_do_not_matter(left: u32, right: u32) {
            let message = |number: u32| format!("record {number} of 'x{number}' is larger than {number}.{number} bytes");
            prop_assert_eq!(pattern_of(&message(left)), pattern_of(&message(right)));
        }
    }
}
