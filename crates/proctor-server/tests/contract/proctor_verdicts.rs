//! What Proctor says of each failure of a run: new, seen before, failing on the default branch too, or known to be flaky.

use proctor_core::id::TestId;
use proctor_core::label::Label;
use proctor_core::state::TestState;
use proctor_store::catalog::labels::LabelSource;
use proctor_store::catalog::states::{NewState, StateAuthor};
use serde_json::{Value, json};

use crate::proctor_failures::{DAY_MS, failing, failures_of, p, run_on, story};
use crate::support::{NOW, TestApp, record};

/// What is told of a group: title and verdict; of each of its tests name, verdict, and whether it passed in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    title: String,
    verdict: String,
    tests: Vec<(String, String, bool)>,
}

fn told(failures: &Value) -> Vec<Told> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of_test = |test: &Value| (text(&test["name"]), text(&test["verdict"]), test["passed_in_run"].as_bool().expect("a truth"));
    let of_group = |group: &Value| {
        let tests = group["tests"].as_array().expect("tests").iter().map(of_test).collect();
        Told { title: text(&group["title"]), verdict: text(&group["verdict"]), tests }
    };
    failures["groups"].as_array().expect("groups").iter().map(of_group).collect()
}

fn group(title: &str, verdict: &str, tests: &[(&str, &str, bool)]) -> Told {
    let tests = tests.iter().map(|(name, verdict, passed)| ((*name).to_owned(), (*verdict).to_owned(), *passed)).collect();
    Told { title: title.to_owned(), verdict: verdict.to_owned(), tests }
}

#[tokio::test]
async fn every_failure_is_judged_by_what_was_known_before() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run = story(&app).await;
    let expected = [
        // the group is old, but one of its tests had never failed
        group("no such file", "new", &[("fine", "new", false), ("broken", "failing_on_default_branch", false)]),
        group("undefined method 'discount'", "new", &[("fresh", "new", false)]),
        group("wrong total", "seen_before", &[("mended", "seen_before", false)]),
        group("socket closed", "known_flaky", &[("shaky", "known_flaky", false)]),
    ];
    let failures = failures_of(&app, &run).await;
    assert_eq!(told(&failures), expected);
    let file = &failures["groups"][0];
    assert_eq!((&file["executions_count"], &file["first_seen_at"]), (&json!(2), &json!(NOW)));
    assert_eq!(file["last_run_id"], json!(run));

    // pages, like all lists
    let second = app.get(&p(&app, &format!("/runs/{run}/failures?per_page=3&page=2"))).await;
    assert_eq!((told(&second.json()), &second.json()["groups_count"]), (vec![expected[3].clone()], &json!(4)));
    assert_eq!(second.rels(), ["first", "prev"]);

    // what happens later changes no verdict
    app.clock().advance_ms(DAY_MS);
    let later = [failing("fresh", "undefined method 'discount'"), record("fresh", "passed"), record("broken", "passed")];
    let later = run_on(&app, "main 3", "main", "c4", &later).await;
    let failures = failures_of(&app, &run).await;
    assert_eq!(told(&failures), expected);
    assert_eq!(failures["groups"][1]["last_run_id"], json!(later));
}

#[tokio::test]
async fn a_first_flake_is_news_and_the_second_is_known() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let flake = [failing("shaky", "socket closed"), record("shaky", "passed")];
    let first = run_on(&app, "one", "dev", "c1", &flake).await;
    assert_eq!(told(&failures_of(&app, &first).await), [group("socket closed", "new", &[("shaky", "new", true)])]);
    let second = run_on(&app, "two", "dev", "c2", &flake).await;
    assert_eq!(told(&failures_of(&app, &second).await), [group("socket closed", "known_flaky", &[("shaky", "known_flaky", true)])]);
    // with other words it is a new failure of a known flaky test
    let third = run_on(&app, "three", "dev", "c3", &[failing("shaky", "no such file")]).await;
    assert_eq!(told(&failures_of(&app, &third).await), [group("no such file", "new", &[("shaky", "known_flaky", false)])]);
}

#[tokio::test]
async fn labels_and_states_of_tests_show() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run = run_on(&app, "one", "dev", "c1", &[failing("labelled", "boom")]).await;
    let test = failures_of(&app, &run).await["groups"][0]["tests"][0]["id"].as_str().expect("an id").parse().expect("a UUID");
    label_and_mute(&app, test, "flaky").await;
    let failures = failures_of(&app, &run).await;
    assert_eq!(told(&failures), [group("boom", "new", &[("labelled", "known_flaky", false)])]);
    let test = &failures["groups"][0]["tests"][0];
    assert_eq!((&test["labels"], &test["state"]), (&json!(["flaky"]), &json!("muted")));
}

#[tokio::test]
async fn on_the_default_branch_itself_the_time_before_counts() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let broken = [failing("broken", "no such file")];
    let first = run_on(&app, "main 1", "main", "c1", &broken).await;
    let second = run_on(&app, "main 2", "main", "c2", &broken).await;
    let other = run_on(&app, "dev 1", "dev", "c3", &[failing("broken", "no such file"), failing("fresh", "no such file")]).await;
    let judged = async |run: &str| told(&failures_of(&app, run).await);
    assert_eq!(judged(&first).await, [group("no such file", "new", &[("broken", "new", false)])]);
    let failing = group("no such file", "failing_on_default_branch", &[("broken", "failing_on_default_branch", false)]);
    assert_eq!(judged(&second).await, [failing]);
    let tests = [("fresh", "new", false), ("broken", "failing_on_default_branch", false)];
    assert_eq!(judged(&other).await, [group("no such file", "new", &tests)]);
    // mended there, then broken on a branch again
    run_on(&app, "main 3", "main", "c4", &[record("broken", "passed")]).await;
    let again = run_on(&app, "dev 2", "dev", "c5", &broken).await;
    assert_eq!(judged(&again).await, [group("no such file", "seen_before", &[("broken", "seen_before", false)])]);
    // after four weeks it is news for the test, though its failure is an old one
    app.clock().advance_ms(29 * DAY_MS);
    let late = run_on(&app, "dev 3", "dev", "c6", &broken).await;
    assert_eq!(judged(&late).await, [group("no such file", "new", &[("broken", "new", false)])]);
    assert_eq!(failures_of(&app, &late).await["groups"][0]["first_seen_at"], json!(NOW));
}

#[tokio::test]
async fn groups_beyond_those_that_are_remembered_are_judged_by_their_tests() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    // words, not numbers: numbers are blanked
    let word = |number: u8| -> String { [number / 26, number % 26].iter().map(|letter| char::from(b'a' + letter)).collect() };
    let noise = (0..=255).flat_map(|one| (0..3).map(move |two| (one, two)));
    let mut data: Vec<Value> = noise.map(|(one, two)| failing("noisy", &format!("no z{}z{} here", word(one), word(two)))).collect();
    data.push(failing("quiet", "out of luck"));
    let first = run_on(&app, "one", "dev", "c1", &data).await;
    let page = async |run: &str| app.get(&p(&app, &format!("/runs/{run}/failures?per_page=100"))).await.json();
    assert_eq!((&page(&first).await["groups_count"], &page(&first).await["executions_looked_at"]), (&json!(769), &json!(769)));
    let second = run_on(&app, "two", "dev", "c2", &[failing("quiet", "out of luck")]).await;
    let failures = failures_of(&app, &second).await;
    // the second upload remembers it, so it is only now that it seems to have begun
    assert_eq!(told(&failures), [group("out of luck", "new", &[("quiet", "seen_before", false)])]);
    assert_eq!(failures["groups"][0]["first_run_id"], json!(second));
}

async fn label_and_mute(app: &TestApp, test: TestId, label: &str) {
    let (store, suite, now) = (&app.app.store, app.suite.suite.id, app.now());
    let labels = [Label::new(label).expect("a label")];
    store.add_labels(suite, test, &labels, &LabelSource::Person, now).await.expect("a labelled test");
    let muted = NewState { state: TestState::Muted, by: StateAuthor::User(app.admin.id), reason: None, expires_at: None };
    store.set_test_state(suite, test, &muted, now).await.expect("a muted test");
}
