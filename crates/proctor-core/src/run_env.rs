//! `run_env`: what a sender says about the run that its upload belongs to (`uploads.md`, section 4).

use crate::id::Uuid;

/// One entry of `run_env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnvEntry {
    /// The key as sent.
    pub key: String,
    /// The value as text: numbers and booleans as written, objects and arrays as JSON text, null as `""`.
    pub text: String,
    /// The value as JSON text, as sent: what the upload's page and API show.
    pub json: String,
}

/// All entries of `run_env`, in the sender's order. A key stands once: the last one sent won.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunEnv {
    entries: Vec<RunEnvEntry>,
}

impl RunEnv {
    /// From entries in the sender's order; of several with one key the last wins.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = RunEnvEntry>) -> Self {
        let mut run_env = Self::default();
        for entry in entries {
            run_env.set(entry);
        }
        run_env
    }

    /// Adds an entry, or replaces the one of the same key.
    pub fn set(&mut self, entry: RunEnvEntry) {
        match self.entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[RunEnvEntry] {
        &self.entries
    }

    /// The text of `key`. Null, blank and absent all are `None`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.text.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// What groups uploads into one run.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.get("key")
    }

    /// The CI system: `CI`, or `ci` as javascript and rust spell it.
    #[must_use]
    pub fn ci(&self) -> Option<&str> {
        self.get("CI").or_else(|| self.get("ci"))
    }

    /// The branch without a leading `refs/heads/`.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.get("branch").map(|branch| branch.strip_prefix("refs/heads/").unwrap_or(branch)).filter(|branch| !branch.is_empty())
    }

    /// The revision: `commit_sha`, or `commit`.
    #[must_use]
    pub fn commit_sha(&self) -> Option<&str> {
        self.get("commit_sha").or_else(|| self.get("commit"))
    }

    /// The build that the run belongs to: the run key when CI is Buildkite and the key is a UUID (`rest-api.md`, 2.1).
    #[must_use]
    pub fn build_id(&self) -> Option<Uuid> {
        let is_buildkite = self.ci().is_some_and(|ci| ci.eq_ignore_ascii_case("buildkite"));
        self.key().filter(|_| is_buildkite).and_then(hyphenated_uuid)
    }

    /// Whether the test runner's name is `name`.
    #[must_use]
    pub fn is_test_runner(&self, name: &str) -> bool {
        self.get("test_runner").is_some_and(|runner| runner.eq_ignore_ascii_case(name))
    }
}

/// Reads a UUID in its hyphenated form, in any letter case; other spellings of a UUID are not one here.
#[must_use]
pub fn hyphenated_uuid(text: &str) -> Option<Uuid> {
    let text = text.trim();
    if text.len() == 36 { Uuid::parse_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_env(entries: &[(&str, &str)]) -> RunEnv {
        RunEnv::new(entries.iter().map(|(key, text)| RunEnvEntry {
            key: (*key).to_owned(),
            text: (*text).to_owned(),
            json: format!("\"{text}\""),
        }))
    }

    // contract: uploads 23, 24
    #[test]
    fn blank_values_are_not_given_and_branches_are_short() {
        let env = run_env(&[("key", "k"), ("branch", "refs/heads/main"), ("commit_sha", " "), ("commit", "c1"), ("ci", "generic")]);
        assert_eq!(env.branch(), Some("main"));
        assert_eq!(env.commit_sha(), Some("c1"));
        assert_eq!(env.ci(), Some("generic"));
        assert_eq!(env.get("url"), None);
        assert_eq!(env.build_id(), None);
    }

    #[test]
    fn a_build_id_is_a_uuid_key_of_buildkite() {
        let key = "3CE1268C-9C80-42E3-BFEC-3FEE8ED2305D";
        assert_eq!(run_env(&[("key", key), ("CI", "buildkite")]).build_id().map(|id| id.to_string()), Some(key.to_lowercase()));
        assert_eq!(run_env(&[("key", key), ("CI", "generic")]).build_id(), None);
        assert_eq!(run_env(&[("key", "k"), ("CI", "buildkite")]).build_id(), None);
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let env = run_env(&[("key", "a"), ("branch", "x"), ("key", "b")]);
        assert_eq!(env.key(), Some("b"));
        assert_eq!(env.entries().len(), 2);
    }
}
