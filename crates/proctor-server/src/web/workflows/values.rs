//! What a form says of a setting, and the value of it in a document.

use serde_json::{Map, Value, json};

use super::specs::Kind;

impl Kind {
    /// A value of a document as the form shows it.
    #[must_use]
    pub fn to_text(self, value: &Value) -> String {
        match (self, value) {
            (_, Value::String(text)) => text.clone(),
            (Self::Flag, Value::Bool(true)) => "1".to_owned(),
            (_, Value::Number(number)) => number.to_string().trim_end_matches(".0").to_owned(),
            (_, Value::Array(items)) => join(&items.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
            (Self::Headers, Value::Object(headers)) => {
                let line = |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().unwrap_or_default());
                headers.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            _ => String::new(),
        }
    }

    /// What the form says as a value of a document; `None`: the key is left out. What is no number is passed on as text, so that the
    /// reader of documents says what is wrong.
    #[must_use]
    pub fn to_value(self, text: &str) -> Option<Value> {
        let trimmed = text.trim();
        match self {
            Self::Flag => Some(Value::Bool(trimmed == "1")),
            Self::MaybeWhole if trimmed.is_empty() => Some(Value::Null),
            Self::Texts => Some(json!(split(trimmed))),
            _ if trimmed.is_empty() => None,
            Self::Whole | Self::MaybeWhole => Some(trimmed.parse::<u64>().map_or_else(|_| json!(trimmed), |number| json!(number))),
            Self::Number => Some(trimmed.parse::<f64>().map_or_else(|_| json!(trimmed), |number| json!(number))),
            Self::MaybeTexts => Some(json!(split(trimmed))),
            Self::Word(_) | Self::Line | Self::Secret => Some(json!(trimmed)),
            Self::Text => Some(json!(text.replace("\r\n", "\n"))),
            Self::Headers => Some(Value::Object(headers(trimmed))),
        }
    }
}

/// Lines of `name: value`. A line without a colon is a name without a value, which is refused later with its reason.
fn headers(text: &str) -> Map<String, Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.trim().to_owned(), json!(value.trim()))
        })
        .collect()
}

/// Texts as one line: those with a comma or a quote in them stand in quotes.
#[must_use]
pub fn join(texts: &[&str]) -> String {
    let quoted = |text: &&str| match text.contains([',', '"']) || text.trim() != *text {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => (*text).to_owned(),
    };
    texts.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Reads [`join`].
#[must_use]
pub fn split(line: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (text, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted),
            None => {
                let (text, after) = rest.split_once(',').unwrap_or((rest, ""));
                (text.trim().to_owned(), after)
            }
        };
        if !text.is_empty() {
            texts.push(text);
        }
        rest = after.trim_start();
    }
    texts
}

/// A text up to its closing quote, and what stands behind the next comma.
fn quoted_text(rest: &str) -> (String, &str) {
    let mut text = String::new();
    let mut from = rest;
    while let Some((before, after)) = from.split_once('"') {
        text.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                from = more;
            }
            None => return (text, after.split_once(',').map_or("", |(_, after)| after)),
        }
    }
    text.push_str(from);
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lead_back() {
        for texts in [vec![], vec!["main"], vec!["a", "b c", "d,e", "say \"x\"", " blank "]] {
            assert_eq!(split(&join(&texts)), texts);
        }
        assert_eq!(split(" a ,, b,"), ["a", "b"]);
        assert_eq!(split("\"open, b"), ["open, b"]);
    }

    #[test]
    fn values_lead_back() {
        for (kind, text, value) in [
            (Kind::Whole, "7", json!(7)),
            (Kind::Number, "0.05", json!(0.05)),
            (Kind::MaybeWhole, "", Value::Null),
            (Kind::Flag, "1", json!(true)),
            (Kind::Flag, "", json!(false)),
            (Kind::Texts, "a, b", json!(["a", "b"])),
            (Kind::Headers, "X-A: b: c\nX-D: e", json!({ "X-A": "b: c", "X-D": "e" })),
        ] {
            assert_eq!(kind.to_value(text), Some(value.clone()), "{text}");
            assert_eq!(kind.to_text(&value), text);
        }
        assert_eq!(Kind::Whole.to_value("seven"), Some(json!("seven")), "the reader says what is wrong");
        assert_eq!(Kind::Line.to_value(" "), None);
    }
}
