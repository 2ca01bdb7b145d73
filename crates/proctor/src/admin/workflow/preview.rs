//! What people see of a preview.

use serde_json::Value;

use crate::output;

/// Prints the preview.
pub(crate) fn show(preview: &Value) {
    let count = |value: &Value| output::thousands(value.as_u64().unwrap_or(0));
    let days = preview["events_per_day"].as_array().map(Vec::as_slice).unwrap_or_default();
    let in_all = |key: &str| output::thousands(days.iter().filter_map(|day| day[key].as_u64()).sum());
    let mut rows = vec![
        ("executions", format!("{}, of which {} count", count(&preview["executions"]), count(&preview["executions_counted"]))),
        ("days", format!("{}, with {} alarms and {} recoveries", count(&preview["days"]), in_all("alarms"), in_all("recoveries"))),
        ("alarmed now", count(&preview["alarmed"]["count"])),
        ("recovered", count(&preview["recovered"]["count"])),
    ];
    let saved = &preview["saved"];
    if !saved.is_null() {
        rows.extend([
            ("newly alarmed", count(&saved["added"]["count"])),
            ("no longer alarmed", count(&saved["removed"]["count"])),
            ("alarmed as before", count(&saved["same"]["count"])),
        ]);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    output::say(&output::table(&rows));
    let lists = match saved {
        Value::Null => vec![("ALARMED", &preview["alarmed"])],
        _ => vec![("NEWLY ALARMED", &saved["added"]), ("NO LONGER ALARMED", &saved["removed"])],
    };
    lists.into_iter().for_each(|(title, list)| show_tests(title, list));
}

fn show_tests(title: &str, list: &Value) {
    let tests = list["tests"].as_array().map(Vec::as_slice).unwrap_or_default();
    if tests.is_empty() {
        return;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let row = |test: &Value| {
        let name = format!("{} {}", text(&test["scope"]), text(&test["name"])).trim().to_owned();
        let score = test["last_event"]["score"].as_f64().map(|score| format!("{score:.2}"));
        vec![name, text(&test["last_event"]["at"]), score.unwrap_or_default()]
    };
    let head = [title, "LAST EVENT", "SCORE"].map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(head).chain(tests.iter().map(row)).collect();
    output::say(&format!("\n{}", output::wrapped_table(&rows, 0)));
}
