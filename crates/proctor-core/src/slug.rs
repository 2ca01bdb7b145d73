//! Slugs: the names in addresses.

/// The slug that follows from a name: lower case, each run of other characters one `-`, ends trimmed (`rest-api.md`, 3.1).
/// Empty when the name has no ASCII letter, digit or `_`.
#[must_use]
pub fn slug_of(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Words that would collide with a route and so can be no suite's slug.
pub const RESERVED_SUITE_SLUGS: [&str; 1] = ["create_from_pipeline"];

/// Whether `slug` is written as slugs are: lower-case letters, digits, `-`, `_`, at most 100 bytes.
#[must_use]
pub fn is_slug(slug: &str) -> bool {
    !slug.is_empty()
        && slug.len() <= 100
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_follow_from_names() {
        for (name, slug) in
            [("Checkout API", "checkout-api"), ("  a -- b  ", "a-b"), ("Ünï", "n"), ("snake_case", "snake_case"), ("日本", "")]
        {
            assert_eq!(slug_of(name), slug, "{name}");
        }
        assert!(is_slug("checkout-api") && !is_slug("Checkout") && !is_slug(""));
    }
}
