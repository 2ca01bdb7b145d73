//! Blanking what differs from one occurrence of a failure to the next.

use super::lexeme::{self, Lexeme};

/// `text` with its volatile parts replaced by marks (`<n>`, `<hex>`, `<uuid>`, `<id>`, `<time>`, `<duration>`, `<path>`),
/// white space collapsed and ends trimmed. Everything else stays, quoted values included.
pub(super) fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(character) = rest.chars().next() {
        let bytes = match lexeme::at(before, rest) {
            _ if character.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                character.len_utf8()
            }
            Some(Lexeme::Volatile { bytes, mark }) => {
                out.push_str(mark);
                bytes
            }
            Some(Lexeme::Kept { bytes }) => {
                out.push_str(&rest[..bytes]);
                bytes
            }
            None => {
                out.push(character);
                character.len_utf8()
            }
        };
        before = rest[..bytes].chars().next_back();
        rest = &rest[bytes..];
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn volatile_parts_go_and_values_stay() {
        for (text, blank) in [
            ("expected 402, got 500", "expected <n>, got <n>"),
            ("1 != 2", "<n> != <n>"),
            ("-1.5e-7 and +3, 1,000,000", "<n> and <n>, <n>"),
            ("  two \t\n words ", "two words"),
            ("'alice' is not \"bob\"", "'alice' is not \"bob\""),
            ("user 'u-1042' not found", "user 'u-<n>' not found"),
            ("order_99 of user12345", "order_<n> of user<n>"),
            ("utf8 i32 Object1", "utf8 i32 Object1"),
            ("id 63783933-d5f0-4510-bf6a-f8af81df6383.", "id <uuid>."),
            ("commit 70093d3ee6b1e07c8f62fcd6b27db193333bd939", "commit <hex>"),
            ("<Foo object at 0x7f8b0c1d2e30>", "<Foo object at <hex>>"),
            ("deadbeef facade", "deadbeef facade"),
            ("cus_9s6XKzkNRiz8i3", "cus_<id>"),
            ("at 2026-04-09T18:22:05.031Z and 2026-04-09 18:22:05 +0200", "at <time> and <time>"),
            ("on 2026-04-09, at 18:22:05", "on <time>, at <time>"),
            ("took 1500ms, 1.5 seconds, 1h30m15s or 20 µs", "took <duration>, <duration>, <duration> or <duration>"),
            ("timeout of 50 ms for a test", "timeout of <duration> for a test"),
            ("10px 404 Not Found 5 messages", "<n>px <n> Not Found <n> messages"),
            ("open '/app/py/tests/test_x.py': no", "open '<path>/test_x.py': no"),
            ("(C:\\builds\\42\\Foo.cs)", "(<path>/Foo.cs)"),
            ("in ./spec/a_spec.rb:31", "in <path>/a_spec.rb:<n>"),
            ("file:///app/js/a.mjs", "<path>/a.mjs"),
            ("/tmp/pytest-of-root/x7 is gone", "<path> is gone"),
            ("GET /api/users/42?page=3 returned 500", "GET /api/users/<n>?page=<n> returned <n>"),
            ("http://127.0.0.1:54321/api/orders", "http://<n>:<n>/api/orders"),
            ("and/or a / b", "and/or a / b"),
            ("٣ ½ ²", "٣ ½ ²"),
        ] {
            assert_eq!(blanked(text), blank, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_blanked(text in "\\PC{0,60}", hostile in "[0-9a-fx:./\\\\ TZ+-]{0,60}") {
            let _ = (blanked(&text), blanked(&hostile));
        }

        #[test]
        fn other_values_blank_alike(left in any::<(u32, u128)>(), right in any::<(u32, u128)>()) {
            let write = |(number, id): (u32, u128)| {
                let id = uuid::Uuid::from_u128(id);
                format!("row {number} of {id} in /home/ci/{number}/a.rb took {number}ms (0x{number:x})")
            };
            prop_assert_eq!(blanked(&write(left)), blanked(&write(right)));
        }
    }
}
