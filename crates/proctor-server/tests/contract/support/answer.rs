//! An answer, read in full.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::described;

/// An answer, read in full.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Sends a request and reads the whole answer, which must be one that our own document lets the operation give.
    #[track_caller]
    pub(crate) fn to(request: reqwest::RequestBuilder) -> impl Future<Output = Self> {
        let caller = std::panic::Location::caller();
        async move {
            let (client, request) = request.build_split();
            let request = request.expect("a request");
            let (method, path) = (request.method().clone(), request.url().path().to_owned());
            let response = client.execute(request).await.expect("the server answers");
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let answer = Self { status, headers, text: response.text().await.expect("the answer arrives in full") };
            let faults = described::faults(&method, &path, &answer);
            assert!(
                faults.is_empty(),
                "{caller}: {method} {path} {status} is not as docs/openapi.yaml has it: {faults:#?}\n{}",
                answer.text
            );
            answer
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{} is no JSON: {error}: {}", self.status, self.text))
    }

    /// The elements of an array.
    pub(crate) fn array(&self) -> Vec<Value> {
        self.json().as_array().unwrap_or_else(|| panic!("{} is no array: {}", self.status, self.text)).clone()
    }

    /// The `message` of an error, which must be a string in JSON with the right content type.
    pub(crate) fn message(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(self.header("access-control-allow-origin"), Some("*"));
        self.json()["message"].as_str().unwrap_or_else(|| panic!("no string message: {}", self.text)).to_owned()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// The links of the one `Link` header line, as (rel, URL).
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        assert!(self.headers.get_all("link").iter().count() <= 1, "one header line");
        let Some(line) = self.header("link") else { return Vec::new() };
        line.split(", ")
            .map(|link| {
                let (url, rel) = link.split_once(">; rel=\"").unwrap_or_else(|| panic!("ill-formed link {link:?}"));
                let url = url.strip_prefix('<').expect("`<` before the URL");
                (rel.strip_suffix('"').expect("a quote after the rel").to_owned(), url.to_owned())
            })
            .collect()
    }

    /// The URL of the link `rel`.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        self.links().into_iter().find(|(name, _)| name == rel).map(|(_, url)| url)
    }

    /// The names of all links.
    pub(crate) fn rels(&self) -> Vec<String> {
        self.links().into_iter().map(|(rel, _)| rel).collect()
    }
}
