//! The attributes of a start tag, without their references resolved.

/// Walks the attributes of a tag. Quotes may be missing, and so may values: what is there is read.
///
/// quick-xml's own iterator borrows from its event instead of the document, which would copy every value that is kept.
#[derive(Debug)]
pub(super) struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// The attributes of `tag`, which is `<name ...>` or `<name .../>`.
    pub(super) fn of(tag: &'a str) -> Self {
        let inside = tag.strip_prefix('<').unwrap_or(tag);
        let inside = inside.strip_suffix('>').unwrap_or(inside);
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        let name_end = inside.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inside.len());
        Self { rest: &inside[name_end..] }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_ascii_start();
        if text.is_empty() {
            self.rest = "";
            return None;
        }
        let name_end = text.bytes().position(|byte| byte == b'=' || byte.is_ascii_whitespace()).unwrap_or(text.len());
        let (name, after_name) = text.split_at(name_end);
        let Some(value) = after_name.trim_ascii_start().strip_prefix('=') else {
            self.rest = after_name;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let bytes = value.as_bytes();
        let (value_start, value_end, next) = match bytes.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let end = memchr::memchr(*quote, &bytes[1..]).map_or(bytes.len(), |at| at + 1);
                (1, end, (end + 1).min(bytes.len()))
            }
            _ => {
                let end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
                (0, end, end)
            }
        };
        self.rest = &value[next..];
        Some((name, &value[value_start..value_end]))
    }
}
