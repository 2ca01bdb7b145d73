//! The spellings in which collectors send their token.

use http::{HeaderMap, header};

/// The token in `Authorization`, in any of the spellings that collectors use. Empty values count as missing.
///
/// The scheme is `token` or `bearer` in any letter case. If the rest begins with `token=`, the value follows, quoted or up to the
/// first `,`, `;` or blank (a stray `;` at the end occurs in public scripts); otherwise the rest itself is the value.
#[must_use]
pub fn token_in(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim_start().split_once([' ', '\t'])?;
    if !scheme.eq_ignore_ascii_case("token") && !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let rest = rest.trim();
    let value = match rest.split_at_checked("token=".len()) {
        Some((name, value)) if name.eq_ignore_ascii_case("token=") => parameter(value.trim_start()),
        _ => rest.to_owned(),
    };
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn parameter(value: &str) -> String {
    let Some(quoted) = value.strip_prefix('"') else {
        return value.split([',', ';', ' ', '\t']).next().unwrap_or_default().to_owned();
    };
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: uploads 4
    #[test]
    fn all_spellings() {
        for (value, token) in [
            ("Token token=\"T\"", Some("T")),
            ("Token token=T", Some("T")),
            ("Token T", Some("T")),
            ("Bearer T", Some("T")),
            ("token TOKEN=\"T\";", Some("T")),
            ("Token token=T; x=y", Some("T")),
            ("Token  token=T,", Some("T")),
            ("Token token=\"a\\\"b\\\\c\"", Some("a\"b\\c")),
            ("TOKEN token=\" T \"", Some("T")),
            ("Token token=\"\"", None),
            ("Token ", None),
            ("Token", None),
            ("Basic T", None),
            ("T", None),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(token_in(&headers).as_deref(), token, "{value}");
        }
        assert_eq!(token_in(&HeaderMap::new()), None);
    }
}
