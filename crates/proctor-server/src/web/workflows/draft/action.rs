//! An action while it is edited, with what was sealed before.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::specs::{Kind, of_action};

/// What stands for a secret that is kept.
const KEPT: &str = "(sealed)";
/// What sealed texts begin with.
const SEALED: &str = "sealed:";

/// An action as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionDraft {
    pub(in super::super) kind: String,
    /// By key.
    pub(in super::super) fields: BTreeMap<String, String>,
    /// What was sealed before, by key; of headers by name behind a colon.
    pub(in super::super) kept: BTreeMap<String, String>,
}

impl ActionDraft {
    /// A new one of this type.
    #[must_use]
    pub fn fresh(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    pub(super) fn of_document(action: &Value) -> Self {
        let kind = action["type"].as_str().unwrap_or_default();
        let settings = action.get("settings").unwrap_or(action);
        let mut draft = Self::fresh(kind);
        for spec in of_action(kind) {
            let Some(value) = settings.get(spec.key) else { continue };
            match (spec.kind, value) {
                (Kind::Headers, Value::Object(headers)) => {
                    let line = |(name, value): (&String, &Value)| {
                        draft.kept.insert(format!("{}:{name}", spec.key), value.as_str().unwrap_or_default().to_owned());
                        format!("{name}: {KEPT}")
                    };
                    let lines: Vec<String> = headers.iter().map(line).collect();
                    draft.fields.insert(spec.key.to_owned(), lines.join("\n"));
                }
                (Kind::Secret, Value::String(text)) if text.starts_with(SEALED) => _ = draft.kept.insert(spec.key.to_owned(), text.clone()),
                (kind, value) => _ = draft.fields.insert(spec.key.to_owned(), kind.to_text(value)),
            }
        }
        draft
    }

    pub(super) fn of_form(row: &str, get: &impl Fn(&str) -> Option<String>) -> Option<Self> {
        let kind = get(&format!("{row}.type"))?;
        let mut draft = Self::fresh(&kind);
        for spec in of_action(&kind) {
            draft.fields.insert(spec.key.to_owned(), get(&format!("{row}.{}", spec.key)).unwrap_or_default());
            if let Some(kept) = get(&format!("{row}.kept.{}", spec.key)).filter(|kept| !kept.is_empty()) {
                match spec.kind {
                    Kind::Headers => {
                        let kept: Map<String, Value> = serde_json::from_str(&kept).unwrap_or_default();
                        let sealed = |(name, value): (String, Value)| Some((format!("{}:{name}", spec.key), value.as_str()?.to_owned()));
                        draft.kept.extend(kept.into_iter().filter_map(sealed));
                    }
                    _ => _ = draft.kept.insert(spec.key.to_owned(), kept),
                }
            }
        }
        Some(draft)
    }

    /// What the form keeps of sealed texts, by the key of the setting: the text itself, or of headers an object of them.
    #[must_use]
    pub fn kept_of(&self, key: &str, kind: Kind) -> Option<String> {
        if kind != Kind::Headers {
            return self.kept.get(key).cloned();
        }
        let of = |(name, sealed): (&String, &String)| Some((name.strip_prefix(key)?.strip_prefix(':')?.to_owned(), json!(sealed)));
        let kept: Map<String, Value> = self.kept.iter().filter_map(of).collect();
        (!kept.is_empty()).then(|| Value::Object(kept).to_string())
    }

    pub(super) fn to_document(&self) -> Value {
        let mut settings = Map::new();
        for spec in of_action(&self.kind) {
            let text = self.fields.get(spec.key).map(String::as_str).unwrap_or_default();
            let kept = self.kept.get(spec.key).filter(|_| spec.kind == Kind::Secret && text.trim().is_empty());
            let mut value = kept.map(|kept| json!(kept)).or_else(|| spec.kind.to_value(text));
            if let (Kind::Headers, Some(Value::Object(headers))) = (spec.kind, &mut value) {
                for (name, value) in headers.iter_mut().filter(|(_, value)| **value == json!(KEPT)) {
                    *value = self.kept.get(&format!("{}:{name}", spec.key)).map_or(Value::Null, |kept| json!(kept));
                }
            }
            // What is blank is left out: in actions no key means `none`.
            settings.extend(value.filter(|value| !value.is_null()).map(|value| (spec.key.to_owned(), value)));
        }
        match self.kind.as_str() {
            "add_label" | "remove_label" | "change_state" => {
                settings.insert("type".to_owned(), json!(self.kind));
                Value::Object(settings)
            }
            kind => json!({ "type": kind, "settings": settings }),
        }
    }
}
