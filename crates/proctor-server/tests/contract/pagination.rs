//! `rest-api.md`, section 4, Pagination, on the list of runs.

use serde_json::Value;

use crate::support::{Answer, NOW, TestApp, envelope, record};

async fn with_31_runs() -> TestApp {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.runs(31).await;
    app
}

fn ids(answer: &Answer) -> Vec<Value> {
    answer.array().iter().map(|run| run["id"].clone()).collect()
}

// contract: pagination 18, 19, 23, 25, 26
#[tokio::test]
async fn two_pages_of_runs() {
    let app = with_31_runs().await;
    let first = app.get(&app.s("/runs")).await;
    assert_eq!((first.array().len(), first.rels()), (30, vec!["next".to_owned(), "last".to_owned()]));
    let start = format!("{}?page=2&per_page=30&through=", app.url(&app.s("/runs")));
    let next = first.link("next").expect("next");
    assert!(next.starts_with(&start), "{next}");
    assert_eq!(first.link("last"), Some(next));
    let second = app.get(&app.s("/runs?page=2")).await;
    assert_eq!((second.array().len(), second.rels()), (1, vec!["first".to_owned(), "prev".to_owned()]));
    for (_, url) in second.links() {
        assert_eq!(url, app.url(&app.s("/runs?page=1&per_page=30")));
    }
}

// contract: pagination 20, 21, 22
#[tokio::test]
async fn strange_pages() {
    let app = with_31_runs().await;
    let first = app.get(&app.s("/runs?page=1")).await.text;
    for query in ["page=0", "page=abc", "page=-3", "page=", "page=5&page=1", "per_page=0", "per_page=-1", "per_page=x"] {
        assert_eq!(app.get(&app.s(&format!("/runs?{query}"))).await.text, first, "{query}");
    }
    for page in ["9999", "99999999999999999999999", "18446744073709551615", "9223372036854775807"] {
        let beyond = app.get(&app.s(&format!("/runs?page={page}"))).await;
        assert_eq!((beyond.status, beyond.text.as_str()), (200, "[]"), "{page}");
        assert_eq!(beyond.rels(), ["first", "prev"]);
        assert!(beyond.link("prev").is_some_and(|url| url.contains("page=2&per_page=30")));
    }
    for per_page in ["500", "31", "99999999999999999999"] {
        assert_eq!(app.get(&app.s(&format!("/runs?per_page={per_page}"))).await.array().len(), 31, "{per_page}");
    }
}

// contract: pagination 24, 25
#[tokio::test]
async fn other_parameters_are_kept_and_encoded() {
    let app = with_31_runs().await;
    let answer = app.get(&app.s("/runs/?labels=flaky,!nightly&a=x;y")).await;
    let line = answer.header("link").expect("a header");
    let next = answer.link("next").expect("next");
    assert!(next.starts_with(&app.url(&app.s("/runs?a=x%3By&labels=flaky%2C%21nightly&page=2&per_page=30&through="))), "{next}");
    assert_eq!(line.matches(',').count(), 1, "only between the two links: {line}");
}

// contract: pagination 27
#[tokio::test]
async fn one_page_has_no_header() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    assert_eq!(app.get(&app.s("/runs")).await.header("link"), None);
    app.runs(2).await;
    assert_eq!(app.get(&app.s("/runs")).await.header("link"), None);
}

// contract: pagination 28
#[tokio::test]
async fn walking_meets_each_run_once_even_while_new_ones_arrive() {
    let app = with_31_runs().await;
    let whole = ids(&app.get(&app.s("/runs?per_page=100")).await);
    let mut answer = app.get(&app.s("/runs?per_page=7")).await;
    let mut seen = ids(&answer);
    while let Some(next) = answer.link("next") {
        app.run_of(&envelope(&format!("late-{}", seen.len()), &[record("adds", "passed")])).await;
        answer = app.get(next.strip_prefix(&app.url("")).expect("our own address")).await;
        seen.extend(ids(&answer));
    }
    assert_eq!(seen, whole);
}
