//! `rest-api.md`, section 4, Tests: 74 and 75.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_conforms, envelope, names, record};

async fn with_tests(records: &[&str]) -> TestApp {
    let app = TestApp::start().await;
    let records: Vec<Value> = records.iter().map(|name| record(name, "passed")).collect();
    app.run_of(&envelope("run", &records)).await;
    app
}

// contract: general 74
#[tokio::test]
async fn a_quarantined_test_is_listed_until_it_is_enabled() {
    let app = with_tests(&["b", "a", "C", "d"]).await;
    for (name, verb) in [("b", "mute"), ("a", "mute"), ("C", "mute"), ("d", "skip")] {
        for _ in 0..2 {
            let changed = app.put(&app.t(name, &format!("/{verb}")).await).await;
            assert_eq!(changed.status, 200, "{}", changed.text);
            assert_conforms(if verb == "mute" { "muteTest" } else { "skipTest" }, 200, &changed.json());
            assert_eq!(changed.json(), app.find(name).await, "the legacy body, without the state");
        }
    }
    let muted = app.get(&app.s("/tests/muted")).await;
    assert_conforms("listMutedTests", 200, &muted.json());
    assert_eq!((names(&muted), muted.header("link")), (vec!["C".into(), "a".into(), "b".into()], None));
    assert_eq!(names(&app.get(&app.s("/tests/skipped/")).await), ["d"]);
    assert_eq!(names(&app.get(&app.s("/tests?state=muted")).await), ["C", "a", "b"]);
    assert_eq!(names(&app.get(&app.s("/tests?state=skipped")).await), ["d"]);
    let page = app.get(&app.s("/tests/muted?per_page=2")).await;
    assert_eq!((names(&page), page.rels()), (vec!["C".into(), "a".into()], vec!["next".to_owned(), "last".to_owned()]));
    assert_eq!(names(&app.get(&page.link("next").expect("a link").replace(&app.url(""), "")).await), ["b"]);
    // any state may follow any other
    app.put(&app.t("d", "/mute").await).await;
    app.put(&app.t("a", "/skip").await).await;
    app.put(&app.t("b", "/enable").await).await;
    assert_eq!(names(&app.get(&app.s("/tests/muted")).await), ["C", "d"]);
    assert_eq!(names(&app.get(&app.s("/tests/skipped")).await), ["a"]);
    for name in ["C", "d", "a"] {
        app.send(Method::PUT, &app.t(name, "/enable").await, &json!({ "ignored": [] })).await;
    }
    for list in ["/tests/muted", "/tests/skipped", "/tests?state=muted", "/tests?state=skipped"] {
        assert_eq!(app.get(&app.s(list)).await.text, "[]", "{list}");
    }
}

#[tokio::test]
async fn only_what_is_there_can_be_quarantined() {
    let app = with_tests(&["a"]).await;
    for id in ["39c0d032-3479-8347-b83b-ea5c88b224f0", "7"] {
        let unknown = app.put(&app.s(&format!("/tests/{id}/mute"))).await;
        assert_eq!((unknown.status, unknown.message().as_str()), (404, "No test found"));
    }
    for list in ["muted", "skipped"] {
        let refused = app.put(&app.s(&format!("/tests/{list}"))).await;
        assert_eq!((refused.status, refused.message().as_str()), (405, "Method Not Allowed"));
    }
    let upper = app.t("a", "/mute").await.to_uppercase().replace("/TESTS/", "/tests/").replace("/MUTE", "/mute");
    let upper = app.s("") + &upper[app.s("").len()..];
    assert_eq!(app.put(&upper).await.status, 200, "ids in any letter case");
}

// contract: general 75
#[tokio::test]
async fn without_state_management_there_are_no_states() {
    let app = with_tests(&["a"]).await;
    let paths = [app.t("a", "/skip").await, app.t("a", "/mute").await, app.t("a", "/enable").await];
    let off = app.send(Method::PATCH, &app.s(""), &json!({ "test_state_management": false })).await;
    assert_eq!((off.status, &off.json()["test_state_management"]), (200, &json!(false)));
    assert_conforms("updateSuite", 200, &off.json());
    let message = "Test state management is not enabled for this suite";
    for path in &paths {
        let refused = app.put(path).await;
        assert_eq!((refused.status, refused.message().as_str()), (404, message), "{path}");
    }
    for list in ["muted", "skipped"] {
        let refused = app.get(&app.s(&format!("/tests/{list}"))).await;
        assert_eq!((refused.status, refused.message().as_str()), (404, message));
    }
    // one of the two states alone
    app.send(Method::PATCH, &app.s(""), &json!({ "test_state_management": true, "mute_allowed": false })).await;
    let [skip, mute, enable] = &paths;
    let refused = app.put(mute).await;
    assert_eq!((refused.status, refused.message().as_str()), (400, "Muting tests is not allowed in this suite"));
    assert_eq!((app.put(skip).await.status, app.put(enable).await.status), (200, 200));
    assert_eq!(app.get(&app.s("/tests/muted")).await.text, "[]");
    app.send(Method::PATCH, &app.s(""), &json!({ "skip_allowed": false })).await;
    assert_eq!((app.put(skip).await.message().as_str(), app.put(enable).await.status), (message, 200));
    assert_eq!(app.get(&app.s("/tests/skipped")).await.status, 404);
}
