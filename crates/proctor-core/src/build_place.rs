//! Where a build stands in the CI system that ran it (`rest-api.md`, 3.10).

use std::fmt;

/// The slug of a pipeline and the number of a build there, as the CI system knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BuildPlace {
    /// The slug of the pipeline.
    pub pipeline: String,
    /// The number of the build.
    pub number: u64,
}

impl BuildPlace {
    /// The place that `run_env` names: by its `url`, when that has the form `.../{org}/{pipeline}/builds/{number}`; a number that the URL
    /// does not have is taken from `number` if it is all digits.
    #[must_use]
    pub fn of(url: Option<&str>, number: Option<&str>) -> Option<Self> {
        let (_, path) = url?.split_once("://")?;
        let path = path.split(['?', '#']).next()?;
        let parts: Vec<&str> = path.split('/').collect();
        // The host and an organization stand before the pipeline.
        let at = parts.iter().rposition(|part| *part == "builds").filter(|at| *at >= 3)?;
        let pipeline = parts[at - 1];
        let number = parts.get(at + 1).and_then(|text| digits(text)).or_else(|| digits(number?))?;
        let is_named = !pipeline.is_empty() && !parts[at - 2].is_empty();
        is_named.then(|| Self { pipeline: pipeline.to_owned(), number })
    }
}

/// `pipeline/number`: no slug has a slash.
impl fmt::Display for BuildPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pipeline, self.number)
    }
}

/// A number written in digits alone.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 87
    #[test]
    fn the_url_decides_and_the_number_helps_out() {
        let of = |url: &str, number: Option<&str>| BuildPlace::of(Some(url), number).map(|place| place.to_string());
        let some = |place: &str| Some(place.to_owned());
        assert_eq!(of("https://buildkite.com/acme/web/builds/42", Some("7")), some("web/42"));
        assert_eq!(of("https://ci.test/prefix/acme/web/builds/42?a=b#job", None), some("web/42"));
        assert_eq!(of("https://buildkite.com/acme/builds/builds/042/", None), some("builds/42"));
        assert_eq!(of("https://buildkite.com/acme/web/builds/latest", Some("7")), some("web/7"));
        assert_eq!(of("https://buildkite.com/acme/web/builds/", Some("7")), some("web/7"));
        for url in ["", "acme/web/builds/1", "https://ci.test/web/builds/1", "https://ci.test//web/builds/1", "https://ci.test/acme/web/1"]
        {
            assert_eq!(of(url, Some("1")), None, "{url}");
        }
        for number in [None, Some(""), Some("v1"), Some("99999999999999999999")] {
            assert_eq!(of("https://buildkite.com/acme/web/builds/latest", number), None);
        }
        assert_eq!(BuildPlace::of(None, Some("1")), None);
    }
}
