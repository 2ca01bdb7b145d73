//! Writing JSON: the few texts that are kept as JSON.

use super::fault::JsonError;
use super::reader::{Kind, Reader};

/// Adds `text` to `out` as a JSON string.
pub(crate) fn encode_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1F}' => {
                out.push_str("\\u00");
                let code = u32::from(character);
                out.extend([code >> 4, code & 15].into_iter().filter_map(|digit| char::from_digit(digit, 16)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// The value that `raw` holds, as JSON that any strict reader takes: the tolerated control characters, surrogates and
/// numbers that are not finite are written properly; key order, numbers and blanks stay.
///
/// # Errors
/// When `raw` is not one value.
pub(crate) fn normalised(raw: &str) -> Result<String, JsonError> {
    Reader::new(raw).skip()?;
    let mut out = String::with_capacity(raw.len() + 2);
    let mut reader = Reader::new(raw);
    while let Some(byte) = reader.peek_byte() {
        match byte {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                out.push(char::from(byte));
                reader = Reader::at(raw, reader.offset() + 1);
            }
            _ => match reader.peek()? {
                Kind::String => encode_string(&reader.string()?, &mut out),
                Kind::Number => {
                    let number = reader.number_text()?;
                    out.push_str(if number.ends_with(['N', 'y']) { "null" } else { number });
                }
                _ => out.push_str(reader.raw()?),
            },
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerated_texts_become_strict_json() {
        let cases = [
            ("{\"a\":[1, 2.50 ,true,null],\"b\":\"x\"}", "{\"a\":[1,2.50,true,null],\"b\":\"x\"}"),
            ("\"a\tb\u{1}\"", "\"a\\tb\\u0001\""),
            ("[NaN,-Infinity,\"\\ud800\"]", "[null,null,\"\u{FFFD}\"]"),
        ];
        for (raw, expected) in cases {
            assert_eq!(normalised(raw).as_deref(), Ok(expected));
        }
        assert!(normalised("[1").is_err());
    }
}
