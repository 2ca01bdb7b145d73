//! ANSI colours as markup. Whatever else a text says is shown as text.

use std::fmt::Write;

/// Text of a failure that is shown; the whole of it is one click away.
pub const SHOWN_BYTES_MAX: usize = 64 * 1024;

/// What the escapes seen so far ask for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    foreground: Option<u8>,
    background: Option<u8>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
}

/// The text as HTML: colours of the sixteen-colour palette become classes, other escapes vanish, everything else is escaped. At most
/// [`SHOWN_BYTES_MAX`] bytes of `text` are looked at.
#[must_use]
pub fn to_html(text: &str) -> String {
    let text = shortened(text);
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    let mut look = Look::default();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        push(&mut html, &rest[..at], look);
        rest = &rest[at + 1..];
        rest = escape(rest, &mut look);
    }
    push(&mut html, rest, look);
    html
}

/// The text, cut at a character when it is too long to be shown at once.
#[must_use]
pub fn shortened(text: &str) -> &str {
    let mut end = text.len().min(SHOWN_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Reads one escape, without its first byte; gives what follows it.
fn escape<'t>(text: &'t str, look: &mut Look) -> &'t str {
    if let Some(parameters) = text.strip_prefix('[') {
        // A control sequence ends with a byte from @ to ~.
        let Some(end) = parameters.find(|character: char| matches!(character, '@'..='~')) else { return "" };
        if parameters.as_bytes()[end] == b'm' {
            select(&parameters[..end], look);
        }
        return &parameters[end + 1..];
    }
    if let Some(command) = text.strip_prefix(']') {
        // An operating-system command, as in links and titles, ends with BEL or ESC \.
        let end = command.find(['\u{7}', '\u{1b}']).unwrap_or(command.len());
        let rest = &command[end..];
        return rest.strip_prefix('\u{7}').or_else(|| rest.strip_prefix("\u{1b}\\")).unwrap_or(rest);
    }
    let mut rest = text.chars();
    if rest.next().is_some_and(|character| character.is_ascii()) { rest.as_str() } else { text }
}

fn select(parameters: &str, look: &mut Look) {
    let mut codes = parameters.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        match code {
            0 => *look = Look::default(),
            1 => look.bold = true,
            2 => look.dim = true,
            3 => look.italic = true,
            4 => look.underline = true,
            22 => (look.bold, look.dim) = (false, false),
            23 => look.italic = false,
            24 => look.underline = false,
            30..=37 => look.foreground = u8::try_from(code - 30).ok(),
            90..=97 => look.foreground = u8::try_from(code - 90 + 8).ok(),
            39 => look.foreground = None,
            40..=47 => look.background = u8::try_from(code - 40).ok(),
            100..=107 => look.background = u8::try_from(code - 100 + 8).ok(),
            49 => look.background = None,
            // The larger palettes: of 256 colours the first sixteen are known here, true colours are passed over.
            38 | 48 => {
                let colour = match codes.next() {
                    Some(5) => codes.next().and_then(|colour| u8::try_from(colour).ok()).filter(|colour| *colour < 16),
                    Some(2) => {
                        _ = codes.by_ref().take(3).count();
                        None
                    }
                    _ => None,
                };
                if code == 38 { look.foreground = colour } else { look.background = colour }
            }
            _ => {}
        }
    }
}

fn push(html: &mut String, text: &str, look: Look) {
    if text.is_empty() {
        return;
    }
    let is_plain = look == Look::default();
    if !is_plain {
        html.push_str("<span class=\"");
        // Writing to a string cannot fail.
        if let Some(colour) = look.foreground {
            _ = write!(html, "f{colour} ");
        }
        if let Some(colour) = look.background {
            _ = write!(html, "b{colour} ");
        }
        for (is_on, class) in [(look.bold, "bo "), (look.dim, "di "), (look.italic, "it "), (look.underline, "un ")] {
            if is_on {
                html.push_str(class);
            }
        }
        html.push_str("\">");
    }
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Marks that turn the reading direction could make code look like other code: shown by name.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                _ = write!(html, "<span class=\"ctl\">U+{:04X}</span>", u32::from(character))
            }
            '\n' | '\t' => html.push(character),
            control if control.is_control() => {}
            other => html.push(other),
        }
    }
    if !is_plain {
        html.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_become_classes_and_markup_stays_text() {
        assert_eq!(to_html("\u{1b}[31mred\u{1b}[0m <b>&"), "<span class=\"f1 \">red</span> &lt;b&gt;&amp;");
        assert_eq!(to_html("\u{1b}[1;38;5;9mx\u{1b}[22;39my"), "<span class=\"f9 bo \">x</span>y");
        assert_eq!(to_html("\u{1b}[38;2;1;2;3mx"), "x");
        assert_eq!(to_html("a\u{1b}[2Kb\u{1b}]8;;http://x\u{1b}\\c\u{1b}]0;t\u{7}d\u{1b}(Be"), "abcdBe");
        assert_eq!(to_html("a\u{1b}[31"), "a");
        assert_eq!(to_html("x\u{202e}y\u{0}"), "x<span class=\"ctl\">U+202E</span>y");
    }

    proptest! {
        #[test]
        fn nothing_comes_through_as_markup(text in "(\\PC|\u{1b}|[\\[\\]m;0-9<>&\"'\n])*") {
            let html = to_html(&text);
            let has_escape = html.contains('\u{1b}');
            prop_assert!(!has_escape);
            prop_assert_eq!(html.matches("<span").count(), html.matches("</span>").count());
            prop_assert!(!html.replace("<span class=\"", "").replace("</span>", "").contains('<'));
        }
    }
}
