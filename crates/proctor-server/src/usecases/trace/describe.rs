//! What a span says about itself, in short texts.

use proctor_core::record::{Span, SpanDetail};

/// Characters of one text of a span; the rest is cut (`rest-api.md`, 3.7).
const TEXT_CHARACTERS_MAX: usize = 2_000;
/// Characters of a badge.
const BADGE_CHARACTERS_MAX: usize = 8;

/// The texts of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) scope_name: String,
    pub(super) badge: String,
    pub(super) label: String,
    pub(super) detail: String,
}

/// Describes a span: by what its collector puts in `detail` for its section (`uploads.md`, 6.2), else by all there is.
pub(super) fn describe(span: &Span<'_>) -> Description {
    let section = span.section.trim();
    let name = if section.is_empty() { "span" } else { section };
    let field = |wanted: &str| match &span.detail {
        SpanDetail::Fields(fields) => {
            fields.iter().find(|(key, _)| key == wanted).map(|(_, value)| &**value).filter(|value| !value.is_empty())
        }
        SpanDetail::None | SpanDetail::Text(_) => None,
    };
    let detail = match &span.detail {
        SpanDetail::None => String::new(),
        SpanDetail::Text(text) => text.clone().into_owned(),
        SpanDetail::Fields(fields) => match field("query").or_else(|| field("content")) {
            Some(text) => text.to_owned(),
            None => fields.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join("\n"),
        },
    };
    let label = match (field("method"), field("url")) {
        (Some(method), Some(url)) => format!("{method} {url}"),
        (None, Some(url)) => url.to_owned(),
        _ => detail.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(name).to_owned(),
    };
    Description {
        name: cut(name, TEXT_CHARACTERS_MAX),
        scope_name: cut(field("lib").unwrap_or_default(), TEXT_CHARACTERS_MAX),
        badge: cut(&name.to_uppercase(), BADGE_CHARACTERS_MAX),
        label: cut(&label, TEXT_CHARACTERS_MAX),
        detail: cut(&detail, TEXT_CHARACTERS_MAX),
    }
}

fn cut(text: &str, characters_max: usize) -> String {
    text.chars().take(characters_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(section: &'static str, detail: SpanDetail<'static>) -> Span<'static> {
        Span { section: section.into(), start_at: None, end_at: None, duration: None, detail, children: Vec::new() }
    }

    fn fields(fields: &[(&'static str, &'static str)]) -> SpanDetail<'static> {
        SpanDetail::Fields(fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
    }

    fn texts(section: &'static str, detail: SpanDetail<'static>) -> [String; 5] {
        let Description { name, scope_name, badge, label, detail } = describe(&span(section, detail));
        [name, scope_name, badge, label, detail]
    }

    #[test]
    fn each_section_in_its_own_words() {
        let http = fields(&[("method", "GET"), ("url", "https://pay.test/v1"), ("lib", "net-http")]);
        let all = "method: GET\nurl: https://pay.test/v1\nlib: net-http";
        assert_eq!(texts("http", http), ["http", "net-http", "HTTP", "GET https://pay.test/v1", all]);
        assert_eq!(texts("sql", fields(&[("query", "\n SELECT 1\nFROM t")])), ["sql", "", "SQL", "SELECT 1", "\n SELECT 1\nFROM t"]);
        assert_eq!(texts("annotation", fields(&[("content", "Visit /")])), ["annotation", "", "ANNOTATI", "Visit /", "Visit /"]);
        assert_eq!(texts("sleep", SpanDetail::None), ["sleep", "", "SLEEP", "sleep", ""]);
        assert_eq!(texts("", SpanDetail::Text("as is".into())), ["span", "", "SPAN", "as is", "as is"]);
    }

    #[test]
    fn texts_are_cut_at_characters() {
        let long: &'static str = "é".repeat(TEXT_CHARACTERS_MAX + 1).leak();
        let described = describe(&span("sql", SpanDetail::Text(long.into())));
        assert_eq!((described.label.chars().count(), described.detail.chars().count()), (TEXT_CHARACTERS_MAX, TEXT_CHARACTERS_MAX));
    }
}
