//! The document type declaration, of which nothing is used and little is tolerated.

/// Why a document type declaration gets its document refused.
///
/// Entities are never expanded, so that none of these could do harm here; a document that holds them is an attack on
/// somebody all the same, and half of its text is missing. A plain internal entity passes and stays unexpanded.
pub(super) fn refusal(declaration: &str) -> Option<&'static str> {
    let mut rest = declaration;
    while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"<!ENTITY") {
        let after = &rest[at + "<!ENTITY".len()..];
        let end = declaration_end(after);
        let (entity, beyond) = after.split_at(end);
        if let Some(reason) = entity_refusal(entity) {
            return Some(reason);
        }
        rest = beyond;
    }
    None
}

/// The end of a markup declaration: the first `>` outside of quotes.
fn declaration_end(text: &str) -> usize {
    let mut open_quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (open_quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => open_quote = Some(byte),
            (Some(quote), _) if quote == byte => open_quote = None,
            _ => {}
        }
    }
    text.len()
}

/// `entity` is what follows `<!ENTITY`: ` name "value"`, ` name SYSTEM "address"` or ` % name ...`.
fn entity_refusal(entity: &str) -> Option<&'static str> {
    let (head, value) = entity.split_at(entity.find(['"', '\'']).unwrap_or(entity.len()));
    let mut words = head.split_ascii_whitespace();
    if words.next() == Some("%") {
        return Some("parameter entities are refused");
    }
    if words.any(|word| matches!(word, "SYSTEM" | "PUBLIC")) {
        return Some("external entities are refused");
    }
    let refers_to_others = value.split('&').skip(1).any(|reference| !reference.starts_with('#'));
    (refers_to_others || value.contains('%')).then_some("entities made of other entities are refused")
}
