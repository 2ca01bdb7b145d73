//! The headers of a part: only the name of its field matters. File name and content type follow from the sender's file
//! extension and are ignored (`uploads.md`, 3.2).

/// The `name` in the `Content-Disposition` among these header lines.
pub(super) fn field_name(headers: &[u8]) -> Option<String> {
    let value = headers.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        line[..colon].trim_ascii().eq_ignore_ascii_case(b"content-disposition").then(|| &line[colon + 1..])
    })?;
    parameter(value, "name")
}

/// The value of a parameter in `word; name=value; name="value"`.
pub(super) fn parameter(header: &[u8], name: &str) -> Option<String> {
    let mut rest = &header[header.iter().position(|byte| *byte == b';')?..];
    while let [b';', after @ ..] = rest {
        let equals = after.iter().position(|byte| matches!(byte, b'=' | b';'))?;
        let key = after[..equals].trim_ascii();
        if after[equals] == b';' {
            rest = &after[equals..];
            continue;
        }
        let (value, behind) = value(after[equals + 1..].trim_ascii_start());
        if key.eq_ignore_ascii_case(name.as_bytes()) {
            return Some(String::from_utf8_lossy(&value).into_owned());
        }
        rest = &behind[behind.iter().position(|byte| *byte == b';')?..];
    }
    None
}

/// A value and what stands behind it. In quotes a backslash protects a quote and itself; Windows paths carry others.
fn value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let [b'"', quoted @ ..] = text else {
        let end = text.iter().position(|byte| matches!(byte, b';' | b' ' | b'\r' | b'\n')).unwrap_or(text.len());
        return (text[..end].to_vec(), &text[end..]);
    };
    let mut value = Vec::with_capacity(quoted.len().min(256));
    let mut rest = quoted;
    loop {
        match rest {
            [b'\\', byte @ (b'"' | b'\\'), after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [b'"', after @ ..] => return (value, after),
            [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return (value, rest),
        }
    }
}
