//! Texts with variables: `{{subject.test_full_name}}` (`workflows.md`, section 4).

/// Fills in the variables that `look_up` knows; what it does not know stays as written. Values are not looked through again.
#[must_use]
pub fn fill(template: &str, look_up: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let Some(end) = from.find("}}") else {
            rest = from;
            break;
        };
        // Of `{{{{name}}` the innermost braces count.
        let open = from[..end].rfind("{{").unwrap_or(0);
        filled.push_str(&from[..open]);
        match look_up(from[open + 2..end].trim()) {
            Some(value) => filled.push_str(&value),
            None => filled.push_str(&from[open..end + 2]),
        }
        rest = &from[end + 2..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(name: &str) -> Option<String> {
        match name {
            "event" => Some("workflow.alarm".to_owned()),
            "subject.test_full_name" => Some("Cart {{event}}".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn known_variables_are_filled_in_and_others_stay() {
        for (template, filled) in [
            ("", ""),
            ("no variables }}", "no variables }}"),
            ("{{event}}", "workflow.alarm"),
            ("a {{ event }} b {{event}}", "a workflow.alarm b workflow.alarm"),
            ("{{subject.test_full_name}}!", "Cart {{event}}!"),
            ("{{unknown}} {{}} {{event", "{{unknown}} {{}} {{event"),
            ("{{{{event}}}}", "{{workflow.alarm}}"),
        ] {
            assert_eq!(fill(template, known), filled, "{template}");
        }
    }

    proptest! {
        #[test]
        fn without_variables_a_text_stays_as_it_is(text in ".*") {
            prop_assert_eq!(fill(&text, |_| None), text);
        }
    }
}
