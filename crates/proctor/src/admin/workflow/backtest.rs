//! What people see of a back-test.

use serde_json::Value;

use crate::output;

/// Tests that are shown; `--json` has more.
const TESTS_SHOWN_MAX: usize = 20;

/// Prints the report.
pub(crate) fn show(report: &Value) {
    let number = |key: &str| output::thousands(report[key].as_u64().unwrap_or(0));
    let decimal = |value: &Value| format!("{:.2}", value.as_f64().unwrap_or(0.0));
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let rows = [
        ("history", format!("{} to {}", text(&report["from"]), text(&report["to"]))),
        ("executions", format!("{}, of which {} count", number("executions"), number("executions_counted"))),
        ("tests flagged", format!("{}, of which {} are alarmed now", number("tests_flagged"), number("tests_alarmed"))),
        ("alarms", format!("{}, {} of them recovered", number("alarms"), number("recoveries"))),
        ("flaps per week", decimal(&report["flaps_per_week"])),
        ("days alarmed", format!("{}, summed over tests", decimal(&report["alarmed_test_days"]))),
        ("failed runs", format!("{}, of which {} would have been saved", number("runs_failed"), number("runs_saved"))),
        ("hidden regressions", number("regressions_hidden")),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    output::say(&output::table(&rows));
    let tests = report["tests"].as_array().map(Vec::as_slice).unwrap_or_default();
    if tests.is_empty() {
        return;
    }
    let head = ["TEST", "FIRST ALARM", "ALARMS", "DAYS"].map(str::to_owned).to_vec();
    let row = |test: &Value| {
        let name = format!("{} {}", text(&test["scope"]), text(&test["name"])).trim().to_owned();
        vec![name, text(&test["events"][0]["at"]), test["alarms"].to_string(), decimal(&test["alarmed_days"])]
    };
    let rows: Vec<_> = std::iter::once(head).chain(tests.iter().take(TESTS_SHOWN_MAX).map(row)).collect();
    output::say(&format!("\n{}", output::wrapped_table(&rows, 0)));
}
