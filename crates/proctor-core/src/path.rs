//! Paths of tests: the two adjustments that ingest makes (`uploads.md`, section 6.5).

use std::borrow::Cow;

use crate::format::ReportFormat;
use crate::run_env::RunEnv;

/// How the paths of one upload are adjusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathRules {
    cwd: Option<String>,
    prefix: Option<String>,
    prefix_is_added: bool,
}

impl PathRules {
    /// The rules that follow from an upload's `run_env` and format.
    ///
    /// Only bktec and native formats get the prefix added: collectors have applied it already and still report it.
    #[must_use]
    pub fn of(run_env: &RunEnv, format: ReportFormat) -> Self {
        let is_bktec = run_env.get("collector").is_some_and(|collector| collector.eq_ignore_ascii_case("bktec"));
        let prefix =
            run_env.get("location_prefix").map(|prefix| prefix.trim_end_matches('/')).filter(|prefix| !matches!(*prefix, "" | "."));
        Self {
            cwd: run_env.get("cwd").map(|cwd| cwd.trim_end_matches('/').to_owned()).filter(|cwd| !cwd.is_empty()),
            prefix: prefix.map(str::to_owned),
            prefix_is_added: is_bktec || format.is_native(),
        }
    }

    /// `location` or `file_name` as it is stored.
    #[must_use]
    pub fn stored<'a>(&self, path: Cow<'a, str>) -> Cow<'a, str> {
        let path = self.without_cwd(path);
        match &self.prefix {
            Some(prefix) if self.prefix_is_added => {
                let rest = path.strip_prefix("./").unwrap_or(&path);
                Cow::Owned(format!("{prefix}/{}", rest.trim_start_matches('/')))
            }
            _ => path,
        }
    }

    /// A selector as it is stored: without `cwd`, without `./`, without the prefix (`uploads.md`, section 9).
    #[must_use]
    pub fn selector<'a>(&self, path: Cow<'a, str>) -> Cow<'a, str> {
        let path = without_dot(self.without_cwd(path));
        let rest = self.prefix.as_deref().and_then(|prefix| {
            let prefix = prefix.strip_prefix("./").unwrap_or(prefix);
            path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'))
        });
        match rest {
            Some(rest) => without_dot(Cow::Owned(rest.to_owned())),
            None => path,
        }
    }

    fn without_cwd<'a>(&self, path: Cow<'a, str>) -> Cow<'a, str> {
        let Some(cwd) = &self.cwd else { return path };
        match path.strip_prefix(cwd.as_str()).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) if !rest.is_empty() => match path {
                Cow::Borrowed(whole) => Cow::Borrowed(&whole[cwd.len() + 1..]),
                Cow::Owned(ref whole) => Cow::Owned(whole[cwd.len() + 1..].to_owned()),
            },
            _ => path,
        }
    }
}

fn without_dot(path: Cow<'_, str>) -> Cow<'_, str> {
    match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.strip_prefix("./").unwrap_or(path)),
        Cow::Owned(mut path) => {
            if path.starts_with("./") {
                path.drain(..2);
            }
            Cow::Owned(path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_env::RunEnvEntry;

    fn rules(entries: &[(&str, &str)], format: ReportFormat) -> PathRules {
        let entry = |(key, text): &(&str, &str)| RunEnvEntry { key: (*key).to_owned(), text: (*text).to_owned(), json: String::new() };
        PathRules::of(&RunEnv::new(entries.iter().map(entry)), format)
    }

    #[test]
    fn the_working_directory_goes() {
        let rules = rules(&[("cwd", "/app/")], ReportFormat::Json);
        assert_eq!(rules.stored("/app/spec/a.rb:3".into()), "spec/a.rb:3");
        assert_eq!(rules.stored("/application/a.rb".into()), "/application/a.rb");
        assert_eq!(rules.stored("./spec/a.rb".into()), "./spec/a.rb");
    }

    #[test]
    fn the_prefix_is_added_once() {
        let native = rules(&[("location_prefix", "web/")], ReportFormat::RspecJson);
        assert_eq!(native.stored("./spec/a.rb:3".into()), "web/spec/a.rb:3");
        let collector = rules(&[("location_prefix", "web"), ("collector", "js-buildkite-test-collector")], ReportFormat::Json);
        assert_eq!(collector.stored("web/a.js".into()), "web/a.js");
        let bktec = rules(&[("location_prefix", "./"), ("collector", "bktec")], ReportFormat::Json);
        assert_eq!(bktec.stored("./a.js".into()), "./a.js");
    }

    #[test]
    fn a_selector_carries_no_prefix() {
        let rules = rules(&[("location_prefix", "./web"), ("cwd", "/app")], ReportFormat::Json);
        assert_eq!(rules.selector("web/./src/a.js".into()), "src/a.js");
        assert_eq!(rules.selector("/app/src/a.js".into()), "src/a.js");
        assert_eq!(rules.selector("website/a.js".into()), "website/a.js");
    }
}
