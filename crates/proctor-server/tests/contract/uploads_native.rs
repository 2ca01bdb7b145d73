//! `uploads.md`, sections 7 and 9: reports as the test runners wrote them.

use std::collections::HashSet;

use proctor_core::result::TestResult;
use proctor_store::executions::StoredExecution;
use serde_json::Value;

use crate::support::{Answer, TestApp};
use crate::uploads_support::{Form, capture, count, executions, stored_upload, upload_form};

async fn upload_report(app: &TestApp, file: &str, format: &str) -> Option<(Answer, Vec<StoredExecution>)> {
    let report = capture(&format!("native/{file}"))?;
    let form = Form::new().field("data", report).field("format", format).field("run_env[key]", file).field("run_env[cwd]", "/app");
    let answer = upload_form(app, form).await;
    let stored = executions(app, &answer).await;
    Some((answer, stored))
}

fn find<'e>(stored: &'e [StoredExecution], name: &str) -> &'e StoredExecution {
    stored.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

// contract: uploads 51
// contract: uploads 52
// contract: uploads 53
// contract: uploads 54
// contract: uploads 55
// contract: uploads 56
#[tokio::test]
async fn counts_of_all_reports() {
    let Some(expected) = capture("expected.json") else { return };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let app = TestApp::start().await;
    for (file, expected) in expected["native"].as_object().unwrap() {
        let file = file.strip_prefix("native/").unwrap();
        let (answer, stored) = upload_report(&app, file, expected["format"].as_str().unwrap()).await.unwrap();
        assert_eq!(answer.json()["queued"], expected["executions"], "{file}");
        for result in TestResult::ALL {
            let wanted = expected["results"][result.as_str()].as_u64().unwrap_or(0);
            assert_eq!(count(&stored, result) as u64, wanted, "{file} {}", result.as_str());
        }
        let distinct: HashSet<_> = stored.iter().map(|one| one.test_id).collect();
        assert_eq!(distinct.len() as u64, expected["distinct_tests"].as_u64().unwrap(), "{file}");
    }
}

// contract: uploads 50
// contract: uploads 51
// contract: uploads 52
#[tokio::test]
async fn rspec_and_jest() {
    let app = TestApp::start().await;
    let Some((_, stored)) = upload_report(&app, "rspec.json", "rspec-json").await else { return };
    assert!(stored.iter().any(|one| one.scope == "Calculator #add" && one.name == "raises"));
    assert!(stored.iter().any(|one| one.selector.as_deref() == Some("spec/sample_spec.rb")));
    let (answer, _) = upload_report(&app, "jest.json", "jest-json").await.unwrap();
    assert_eq!(stored_upload(&app, &answer).await.receipt.notices.len(), 1);
}

// contract: uploads 53
#[tokio::test]
async fn playwright() {
    let app = TestApp::start().await;
    let Some((_, stored)) = upload_report(&app, "playwright.json", "playwright-json").await else { return };
    assert!(stored.iter().any(|one| one.scope == " alpha sample.pw.js outer flaky"));
    assert!(stored.iter().any(|one| one.tags.get("type") == Some("feature") && one.tags.get("team") == Some("web")));
}

// contract: uploads 50
// contract: uploads 55
// contract: uploads 56
#[tokio::test]
async fn go_and_junit() {
    let app = TestApp::start().await;
    let Some((answer, stored)) = upload_report(&app, "go-test.jsonl", "go-jsonl").await else { return };
    let main = find(&stored, "TestMain");
    assert_eq!((main.scope.as_str(), main.result), ("example.com/shop/mainfail", TestResult::Failed));
    assert!(stored.iter().any(|one| one.selector.as_deref() == Some("example.com/shop/calc")));
    assert_eq!(stored_upload(&app, &answer).await.receipt.notices.len(), 1);
    let (_, stored) = upload_report(&app, "junit-pytest.xml", "junit").await.unwrap();
    assert!(stored.iter().any(|one| one.scope == "py.tests.test_basic.TestGroup"));
    assert!(stored.iter().any(|one| one.selector.as_deref() == Some("py/tests/test_basic.py")));
}

// contract: uploads 56
#[tokio::test]
async fn xml_bombs_do_not_go_off() {
    let app = TestApp::start().await;
    let mut bomb = "<!DOCTYPE lolz [<!ENTITY lol \"lol\">".to_owned();
    for level in 1..10 {
        let inner = format!("&lol{};", if level == 1 { String::new() } else { (level - 1).to_string() });
        bomb.push_str(&format!("<!ENTITY lol{level} \"{}\">", inner.repeat(10)));
    }
    bomb.push_str("]><testsuite><testcase classname=\"c\" name=\"&lol9;\"/></testsuite>");
    let external =
        "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><testsuite><testcase classname=\"c\" name=\"&x;\"/></testsuite>";
    for document in [bomb.as_str(), external] {
        let form = Form::new().field("format", "junit").field("run_env[key]", "k").field("data", document);
        let answer = upload_form(&app, form).await;
        assert!(answer.status == 422 || answer.status == 202, "{}", answer.text);
        if answer.status == 202 {
            let stored = executions(&app, &answer).await;
            assert!(stored.iter().all(|one| one.name.len() < 100 && !one.name.contains("root:")));
        }
    }
}
