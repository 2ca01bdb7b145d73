//! What one failure of a group says, for people to read.

use std::borrow::Cow;

use super::ansi::without_ansi;
use crate::record::FailureDetail;
use crate::text::cut;

/// The longest sample, in bytes.
pub const SAMPLE_BYTES_MAX: usize = 2 * 1024;

/// The message of a failure as it was sent, with its numbers and paths, but without escapes and cut at [`SAMPLE_BYTES_MAX`]: the
/// reason, or the first detail that says something when there is none.
#[must_use]
pub fn sample_of(reason: Option<&str>, details: &[FailureDetail<'_>]) -> String {
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let text = match reason {
        // Escapes take part of what is cut; four times the length leaves enough for any text that people read.
        Some(reason) => Cow::Borrowed(cut(reason, 4 * SAMPLE_BYTES_MAX)),
        None => Cow::Owned(first_detail(details)),
    };
    cut(without_ansi(&text).trim_end(), SAMPLE_BYTES_MAX).to_owned()
}

fn first_detail(details: &[FailureDetail<'_>]) -> String {
    let lines = details.iter().map(|detail| &detail.expanded).find(|lines| lines.iter().any(|line| !line.trim().is_empty()));
    let mut text = String::new();
    for line in lines.into_iter().flatten() {
        if text.len() >= 4 * SAMPLE_BYTES_MAX {
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(cut(line, 4 * SAMPLE_BYTES_MAX));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(lines: &[&'static str]) -> FailureDetail<'static> {
        FailureDetail { expanded: lines.iter().map(|line| Cow::Borrowed(*line)).collect(), backtrace: vec!["a.rb:1".into()] }
    }

    #[test]
    fn the_reason_or_the_first_detail() {
        assert_eq!(sample_of(Some("\u{1b}[31mexpected 3\u{1b}[0m\ngot 4\n"), &[detail(&["x"])]), "expected 3\ngot 4");
        assert_eq!(sample_of(Some(" \n"), &[detail(&[" "]), detail(&["one", "two"])]), "one\ntwo");
        assert_eq!(sample_of(None, &[]), "");
    }

    #[test]
    fn it_is_cut_at_a_character() {
        let sample = sample_of(Some(&"ü".repeat(SAMPLE_BYTES_MAX)), &[]);
        assert_eq!(sample.len(), SAMPLE_BYTES_MAX);
        assert!(sample.chars().all(|character| character == 'ü'));
    }
}
