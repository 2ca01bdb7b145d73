use http::{HeaderMap, Uri};
use proptest::prelude::*;

use super::*;
use crate::Settings;

fn urls() -> Urls {
    let settings = Settings { public_url: Some("https://proctor.example.test".to_owned()), ..Settings::default() };
    Urls::of(&settings, &Uri::from_static("/"), &HeaderMap::new())
}

fn line(total: u64, query: &str, through: Option<&str>) -> Option<String> {
    let (urls, query) = (urls(), QueryParams::parse(query));
    let target = ListTarget { urls: &urls, path: "/v2/x/tests", query: &query, through: through.map(str::to_owned) };
    link_line(total, PageParams::of(&query), &target)
}

fn rels(total: u64, query: &str) -> Vec<String> {
    let line = line(total, query, None).unwrap_or_default();
    line.split(", ").filter_map(|link| link.split("rel=\"").nth(1)).map(|rel| rel.trim_end_matches('"').to_owned()).collect()
}

// contract: pagination 24
#[test]
fn the_example_of_the_contract() {
    let line = line(100, "per_page=25&labels=flaky,!nightly&page=2", None).unwrap();
    let url = |page| format!("https://proctor.example.test/v2/x/tests?labels=flaky%2C%21nightly&page={page}&per_page=25");
    let expected =
        format!("<{}>; rel=\"first\", <{}>; rel=\"prev\", <{}>; rel=\"next\", <{}>; rel=\"last\"", url(1), url(1), url(3), url(4));
    assert_eq!(line, expected);
}

#[test]
fn rels_by_situation() {
    assert_eq!(rels(30, ""), [""; 0]);
    assert_eq!(rels(0, "page=5"), [""; 0]);
    assert_eq!(rels(31, ""), ["next", "last"]);
    assert_eq!(rels(61, "page=2"), ["first", "prev", "next", "last"]);
    assert_eq!(rels(31, "page=2"), ["first", "prev"]);
    assert_eq!(rels(31, "page=9"), ["first", "prev"]);
    assert!(line(31, "page=9", None).unwrap().contains("page=2&per_page=30>; rel=\"prev\""));
    assert_eq!(rels(3, "page=99999999999999999999999"), ["first", "prev"]);
}

#[test]
fn per_page_stands_behind_page_whatever_else_is_there() {
    let line = line(31, "through=x&page_size=3&zebra=1&alpha=%2C&pz", Some("0199")).unwrap();
    assert!(line.contains("?alpha=%2C&page=2&per_page=30&page_size=3&pz=&through=0199&zebra=1>"), "{line}");
}

proptest! {
    // contract: pagination 23, 25, 26
    #[test]
    fn any_query_gives_a_line_that_clients_can_read(query in "[ -~]{0,80}", total in 31_u64..1000) {
        if let Some(line) = line(total, &query, None) {
            prop_assert!(HeaderValue::try_from(&line).is_ok());
            for link in line.split(", ") {
                let (url, rel) = link.split_once(">; rel=\"").expect("the separator");
                prop_assert!(["first\"", "prev\"", "next\"", "last\""].contains(&rel));
                let rest = url.strip_prefix("<https://proctor.example.test/v2/x/tests?").expect("the base");
                prop_assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%=&".contains(&byte)), "{rest}");
                let paging = rest.split('&').position(|pair| pair.starts_with("page=")).expect("page");
                prop_assert!(rest.split('&').nth(paging + 1).is_some_and(|pair| pair.starts_with("per_page=")));
            }
        }
    }

    #[test]
    fn following_next_meets_every_element_once(total in 0_u64..400, per_page in 1_u32..120) {
        let (urls, mut seen, mut query) = (urls(), 0, format!("per_page={per_page}"));
        loop {
            let params = PageParams::of(&QueryParams::parse(&query));
            let request = params.request();
            prop_assert_eq!(request.offset, seen);
            seen += u64::from(request.limit).min(total - seen);
            let parsed = QueryParams::parse(&query);
            let target = ListTarget { urls: &urls, path: "/v2/x", query: &parsed, through: None };
            let line = link_line(total, params, &target).unwrap_or_default();
            let Some(next) = line.split(", ").find(|link| link.ends_with("rel=\"next\"")) else { break };
            query = next.split_once('?').and_then(|(_, rest)| rest.split_once('>')).map(|(query, _)| query.to_owned()).expect("a query");
        }
        prop_assert_eq!(seen, total);
    }
}
