//! Small rules about text that several parts share.

use std::borrow::Cow;

/// The longest part of `text` that is at most `bytes_max` bytes long and ends at a character boundary.
#[must_use]
pub fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// [`cut`] for text that may be owned. The second value says whether anything was cut.
#[must_use]
pub fn cut_cow(text: Cow<'_, str>, bytes_max: usize) -> (Cow<'_, str>, bool) {
    if text.len() <= bytes_max {
        return (text, false);
    }
    let cut = match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text, bytes_max)),
        Cow::Owned(mut text) => {
            text.truncate(text.floor_char_boundary(bytes_max));
            Cow::Owned(text)
        }
    };
    (cut, true)
}

/// The name of a test as people read it: scope and name joined by one space; the name alone if the scope is blank
/// (`rest-api.md`, 2.5).
#[must_use]
pub fn full_name(scope: &str, name: &str) -> String {
    if scope.trim().is_empty() { name.to_owned() } else { format!("{scope} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_respects_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(cut_cow(Cow::Owned("äöü".to_owned()), 3), (Cow::Borrowed("ä"), true));
    }

    #[test]
    fn a_blank_scope_does_not_show() {
        assert_eq!(full_name("", "n"), "n");
        assert_eq!(full_name("TestDecline", "test_card"), "TestDecline test_card");
    }
}
