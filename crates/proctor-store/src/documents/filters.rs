//! Tag filters: `[{"key": "scm.branch", "operator": "is", "value": "main"}]`; several values stand in `values`.

use proctor_core::monitors::filter::{Operator, TagFilter, TagFilters};
use serde_json::{Value, json};

use super::fields::{Fields, object};

pub(super) fn write_filters(filters: &TagFilters) -> Value {
    let of = |TagFilter { key, operator }: &TagFilter| match operator {
        Operator::IsOneOf(values) => json!({ "key": key, "operator": operator.as_str(), "values": values }),
        Operator::Exists | Operator::DoesNotExist => json!({ "key": key, "operator": operator.as_str() }),
        Operator::Is(value) | Operator::IsNot(value) | Operator::StartsWith(value) | Operator::Contains(value) => {
            json!({ "key": key, "operator": operator.as_str(), "value": value })
        }
    };
    filters.as_slice().iter().map(of).collect()
}

/// Reads filters; bad ones are left out, and named in `reasons`.
pub(super) fn read_filters(items: Vec<Value>, reasons: &mut Vec<String>) -> TagFilters {
    let mut filters = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let place = format!("filters[{at}]");
        let Some(object) = object(item, &place, reasons) else { continue };
        let mut fields = Fields::new(object, format!("{place}."), reasons);
        let key = fields.text("key");
        let word = fields.text("operator");
        let single = fields.text("value");
        let values = fields.texts("values").unwrap_or_default();
        let values = single.into_iter().chain(values).collect();
        match (key, word) {
            (Some(key), Some(word)) => match Operator::parse(&word, values) {
                Ok(operator) => filters.push(TagFilter { key, operator }),
                Err(error) => {
                    let words = Operator::WORDS.join(", ");
                    fields.wrong_as(&format_args!("operator: {error}; operators are {words}"));
                }
            },
            (None, _) => fields.wrong("key", "is required"),
            (Some(_), None) => fields.wrong("operator", "is required"),
        }
        fields.finish();
    }
    TagFilters::new(filters).unwrap_or_else(|error| {
        reasons.push(format!("filters: {error}"));
        TagFilters::default()
    })
}
