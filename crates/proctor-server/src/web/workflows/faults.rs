//! What is wrong with a workflow, at the fields that it is about.

/// A fault: where, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in words, as in `filter 1, key`; empty: nowhere in particular.
    pub place: String,
    /// The id of the field in the form; empty: nowhere in particular.
    pub field: String,
    /// What is wrong.
    pub what: String,
}

/// All that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// From the reasons of a 422 for a document with this monitor.
    #[must_use]
    pub fn of(reasons: &[String], monitor: &str) -> Self {
        Self(reasons.iter().map(|reason| fault(reason, monitor)).collect())
    }

    /// One fault at a place.
    #[must_use]
    pub fn one(place: &str, what: &str) -> Self {
        Self(vec![Fault { place: words_of(place), field: field_of(place, ""), what: what.to_owned() }])
    }

    /// What is wrong at this field of the form.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<String> {
        let all: Vec<&str> = self.0.iter().filter(|fault| fault.field == field).map(|fault| fault.what.as_str()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

fn fault(reason: &str, monitor: &str) -> Fault {
    // The one rule that is about two parts of the document at once.
    if reason.contains("needs a filter on") {
        return Fault { place: "filters".to_owned(), field: "filters".to_owned(), what: reason.to_owned() };
    }
    let end = reason.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_.[]".contains(letter))).unwrap_or(reason.len());
    let (place, what) = reason.split_at(end);
    let field = field_of(place, monitor);
    match field.is_empty() {
        true => Fault { place: String::new(), field, what: reason.to_owned() },
        false => Fault { place: words_of(place), field, what: what.trim_start_matches(':').trim().to_owned() },
    }
}

/// A place in a document in words.
fn words_of(place: &str) -> String {
    let place = place.trim_start_matches("monitor.").replace("settings.", "");
    for (list, name) in [("filters", "filter"), ("alarm_actions", "on alarm, action"), ("recover_actions", "on recovery, action")] {
        let Some((number, key)) = place.strip_prefix(list).and_then(|rest| rest.strip_prefix('[')?.split_once(']')) else { continue };
        let number = number.parse::<usize>().map_or_else(|_| number.to_owned(), |number| (number + 1).to_string());
        return format!("{name} {number}, {}", key.trim_start_matches('.').replace('_', " ")).trim_end_matches(", ").to_owned();
    }
    place.replace('_', " ")
}

/// The id of the field for a place in a document. Empty: there is none.
fn field_of(place: &str, monitor: &str) -> String {
    if let Some(key) = place.strip_prefix("monitor.") {
        return format!("set-{monitor}-{key}");
    }
    for (list, name) in [("filters", "filter"), ("alarm_actions", "alarm"), ("recover_actions", "recover")] {
        let Some(rest) = place.strip_prefix(list) else { continue };
        let section = if name == "filter" { "filters" } else { name };
        let Some((number, key)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return section.to_owned() };
        let key = key.trim_start_matches('.').trim_start_matches("settings").trim_start_matches('.');
        return if key.is_empty() { section.to_owned() } else { format!("{name}-{number}-{key}") };
    }
    match place {
        "name" | "expire_days" | "events_per_minute" => place.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_said_in_words() {
        for (place, words) in [
            ("recover_actions[1].settings.repository", "on recovery, action 2, repository"),
            ("filters[0].key", "filter 1, key"),
            ("filters", "filters"),
            ("monitor.window_days", "window days"),
            ("alarm_actions[0]", "on alarm, action 1"),
        ] {
            assert_eq!(words_of(place), words);
        }
    }

    #[test]
    fn reasons_find_their_fields() {
        for (reason, field, what) in [
            ("monitor.window must be between 2 and 1000", "set-transition_count-window", "must be between 2 and 1000"),
            ("monitor.recover must be lower than alarm", "set-transition_count-recover", "must be lower than alarm"),
            ("filters[2].operator: \"is\" takes exactly one value", "filter-2-operator", "\"is\" takes exactly one value"),
            ("filters: at most 10 filters", "filters", "at most 10 filters"),
            ("alarm_actions[0].settings.url is required", "alarm-0-url", "is required"),
            ("recover_actions[1].label must be a label, not blank", "recover-1-label", "must be a label, not blank"),
            ("recover_actions must list at most 10 actions", "recover", "must list at most 10 actions"),
            ("name must have 1 to 128 bytes", "name", "must have 1 to 128 bytes"),
            ("something else is wrong", "", "something else is wrong"),
        ] {
            let found = fault(reason, "transition_count");
            assert_eq!((found.field.as_str(), found.what.as_str()), (field, what));
        }
        let faults = Faults::of(&["transition_count needs a filter on scm.branch".to_owned()], "transition_count");
        assert!(faults.at("filters").is_some() && faults.at("name").is_none());
    }
}
