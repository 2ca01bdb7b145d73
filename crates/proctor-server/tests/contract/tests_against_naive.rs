//! `rest-api.md`, 3.4: whole lists, as they are served, against the plain reference in `core`.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::identity::test_id;
use proctor_core::metrics::Metrics;
use proctor_core::naive::{PlainExecution, PlainTest, list_of_tests};
use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_core::window::{Period, Window};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOW, TestApp, envelope_of};

const TESTS: u64 = 23;
const UPLOADS: u64 = 12;
const RECORDS: u64 = 40;
const HOUR_MS: i64 = 3_600_000;
const PERIODS: [&str; 4] = ["7days", "10hours", "1day", "3hours"];
const SORTS: [&str; 5] = ["duration_avg", "duration_sum", "duration_min", "duration_max", "reliability"];
const FILTERS: [&str; 18] = [
    "",
    "branch=main",
    "branch=!main",
    "branch=rel-*",
    "tags=db:pg",
    "tags=db:!pg",
    "tags=db:p*,os:linux",
    "tags=db:pg,db:my",
    "tags=result:failed",
    "tags=result:!failed",
    "tags=result:~failed",
    "tags=result:^passed,db:pg",
    "labels=flaky",
    "labels=!flaky,!slow",
    "label=slow",
    "state=muted",
    "min_executions=5",
    "min_executions=3&branch=main&tags=result:~skipped&labels=!slow",
];

/// A dice that always throws the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

/// Uploads to the first suite, an hour apart, and what the reference is told of them.
async fn uploads(app: &TestApp, dice: &mut Dice) -> Vec<PlainExecution> {
    let mut executions = Vec::new();
    for key in 0..UPLOADS {
        let branch = dice.one(&[Some("main"), Some("main"), Some("rel-1"), Some("rel-2"), None]);
        let mut records = Vec::new();
        for _ in 0..RECORDS {
            let name = format!("test {}", dice.below(TESTS));
            let result = dice.one(&[TestResult::Passed, TestResult::Passed, TestResult::Failed, TestResult::Skipped, TestResult::Unknown]);
            let duration = (dice.below(5) > 0).then(|| dice.below(40) as f64 / 8.0);
            let tags = [("db", dice.one(&["pg", "my", "pg15"])), ("os", dice.one(&["linux", "mac"]))];
            let record = json!({
                "scope": "s", "name": name, "result": result.as_str(), "history": { "duration": duration },
                "tags": { "db": tags[0].1, "os": tags[1].1 },
            });
            records.push(record);
            executions.push(PlainExecution {
                test: test_id(app.suite.suite.id, "s", &name),
                created_at: app.now(),
                result,
                duration,
                branch: branch.map(str::to_owned),
                tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            });
        }
        let env: Vec<(&str, &str)> = branch.map(|branch| ("branch", branch)).into_iter().collect();
        app.run_of(&envelope_of(&key.to_string(), &env, &records)).await;
        app.clock().advance_ms(HOUR_MS);
    }
    executions
}

/// Every third test is flaky, every fourth slow, every fifth muted.
async fn tests(app: &TestApp) -> Vec<PlainTest> {
    let mut tests = Vec::new();
    for number in 0..TESTS {
        let id = test_id(app.suite.suite.id, "s", &format!("test {number}"));
        let mut test = PlainTest { id, labels: Vec::new(), owners: Vec::new(), state: TestState::Enabled };
        for (label, every) in [("flaky", 3), ("slow", 4)] {
            if number % every == 0 {
                test.labels.push(label.to_owned());
                let body = json!({ "operator": "add", "labels": [label] });
                assert_eq!(app.send(Method::PATCH, &app.s(&format!("/tests/{id}/labels")), &body).await.status, 200, "{number}");
            }
        }
        if number % 5 == 0 {
            test.state = TestState::Muted;
            assert_eq!(app.send(Method::PUT, &app.s(&format!("/tests/{id}/mute")), &json!({})).await.status, 200, "{number}");
        }
        tests.push(test);
    }
    tests
}

/// What a list shows of a test, read back from text as answers are.
fn shown(id: String, metrics: &Metrics) -> Value {
    let count = |result: TestResult| metrics.counts.of(result);
    let shown = json!([
        id,
        metrics.durations.sum(),
        metrics.durations.avg(),
        metrics.durations.min(),
        metrics.durations.max(),
        metrics.reliability(),
        [count(TestResult::Passed), count(TestResult::Failed), count(TestResult::Skipped), count(TestResult::Unknown)],
    ]);
    serde_json::from_str(&shown.to_string()).expect("JSON")
}

fn shown_by(test: &Value) -> Value {
    let counts = &test["executions_count_by_result"];
    let count = |result: &str| counts.get(result).cloned().unwrap_or(json!(0));
    json!([
        test["id"],
        test["duration_sum"],
        test["duration_avg"],
        test["duration_min"],
        test["duration_max"],
        test["reliability"],
        [count("passed"), count("failed"), count("skipped"), count("unknown")],
    ])
}

// contract: general 67, 68, 69, 71
#[tokio::test]
async fn lists_are_what_the_reference_says() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    // The workflow that every suite is born with gives the label `flaky` too, about a second after the uploads.
    for workflow in app.app.store.workflows(app.suite.suite.id).await.expect("workflows") {
        let author = proctor_store::catalog::workflows::Author::System;
        app.app.store.delete_workflow(app.suite.suite.id, workflow.id, author, app.now()).await.expect("no workflow");
    }
    let dice = &mut Dice(7);
    let executions = uploads(&app, dice).await;
    let tests = tests(&app).await;
    let mut rows = 0;
    for filters in FILTERS {
        for sort_by in SORTS {
            let (period, order, per_page) = (dice.one(&PERIODS), dice.one(&["asc", "desc"]), dice.one(&[3, 7, 100]));
            let query = format!("{filters}&period={period}&sort_by={sort_by}&order={order}");
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let parsed = TestFilters::parse(&FilterQuery::from_pairs(pairs), ListKind::Suite).expect("filters");
            let window = Window::last(Period::parse(period).expect("a period"), app.now());
            let expected: Vec<Value> =
                list_of_tests(&executions, &tests, window, &parsed).iter().map(|(id, metrics)| shown(id.to_string(), metrics)).collect();
            let mut found = Vec::new();
            for page in 1.. {
                let answer = app.get_metrics(&app.s(&format!("/tests?{query}&per_page={per_page}&page={page}"))).await;
                found.extend(answer.array().iter().map(shown_by));
                if answer.link("next").is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{query}");
            rows += found.len();
        }
    }
    assert!(rows > 500, "the queries find something: {rows}");
}
