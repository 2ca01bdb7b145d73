//! Paths of specs, which Playwright writes relative to its root directory.

use std::borrow::Cow;

/// Where the paths of specs begin: the root directory when the sender's working directory is known, so that the latter can
/// be taken off again; nothing otherwise.
pub(super) struct PathBase<'a> {
    root: Option<&'a str>,
}

impl<'a> PathBase<'a> {
    pub(super) fn new(cwd: Option<&str>, root: Option<&'a str>) -> Self {
        let has_cwd = cwd.is_some_and(|cwd| !cwd.trim().is_empty());
        Self { root: root.filter(|root| has_cwd && !root.is_empty()) }
    }

    /// The path of the file of a spec.
    pub(super) fn join<'f>(&self, file: Cow<'f, str>) -> Cow<'f, str> {
        match self.root {
            Some(root) if !file.starts_with('/') => {
                let mut root = root.trim_end_matches('/');
                let mut rest = file.strip_prefix("./").unwrap_or(&file);
                // A spec above the root directory: `../e2e/a.spec.ts`.
                while let (Some(above), Some((parent, _))) = (rest.strip_prefix("../"), root.rsplit_once('/')) {
                    root = parent;
                    rest = above;
                }
                Cow::Owned(format!("{root}/{rest}"))
            }
            _ => file,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_joined_to_the_root_only_when_the_working_directory_is_known() {
        let base = PathBase::new(Some("/app"), Some("/app/js/tests"));
        assert_eq!(base.join("a.spec.ts".into()), "/app/js/tests/a.spec.ts");
        assert_eq!(base.join("../e2e/a.spec.ts".into()), "/app/js/e2e/a.spec.ts");
        assert_eq!(base.join("/elsewhere/a.spec.ts".into()), "/elsewhere/a.spec.ts");
        assert_eq!(PathBase::new(None, Some("/app")).join("a.spec.ts".into()), "a.spec.ts");
        assert_eq!(PathBase::new(Some("/app"), None).join("a.spec.ts".into()), "a.spec.ts");
    }
}
