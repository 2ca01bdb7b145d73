//! A file that is being applied to many tests.

use proctor_core::owners::{OwnersFile, owned_path};
use rustc_hash::FxHashMap;

/// Paths remembered at the most: many tests share one.
const PATHS_MAX: usize = 1_000_000;

/// A file, its distinct lists of teams, and which of them the paths seen so far have.
#[derive(Debug)]
pub(crate) struct OwnerMatcher {
    file: OwnersFile,
    lists: Vec<Vec<String>>,
    by_list: FxHashMap<Vec<String>, usize>,
    paths: FxHashMap<String, Option<usize>>,
    /// The numbers of the lists in the catalog, once they are known.
    numbers: Vec<i64>,
}

impl OwnerMatcher {
    pub(crate) fn new(file: OwnersFile) -> Self {
        let mut matcher = Self {
            lists: Vec::new(),
            by_list: FxHashMap::default(),
            paths: FxHashMap::default(),
            numbers: Vec::new(),
            file: OwnersFile::default(),
        };
        for rule in file.rules() {
            if !matcher.by_list.contains_key(&rule.teams) {
                matcher.by_list.insert(rule.teams.clone(), matcher.lists.len());
                matcher.lists.push(rule.teams.clone());
            }
        }
        matcher.file = file;
        matcher
    }

    /// The distinct lists of teams.
    pub(super) fn lists(&self) -> &[Vec<String>] {
        &self.lists
    }

    /// Says which numbers the lists have.
    pub(super) fn set_numbers(&mut self, numbers: Vec<i64>) {
        self.numbers = numbers;
    }

    /// Which list owns a test.
    pub(super) fn list_for(&mut self, location: Option<&str>, file_name: Option<&str>) -> Option<usize> {
        let path = owned_path(location, file_name)?;
        if let Some(known) = self.paths.get(path) {
            return *known;
        }
        let list = self.file.rule_for(path).and_then(|rule| self.by_list.get(&rule.teams).copied());
        if self.paths.len() < PATHS_MAX {
            self.paths.insert(path.to_owned(), list);
        }
        list
    }

    /// The number of the list that owns a test.
    pub(super) fn number_for(&mut self, location: Option<&str>, file_name: Option<&str>) -> Option<i64> {
        self.list_for(location, file_name).and_then(|list| self.numbers.get(list).copied())
    }
}
