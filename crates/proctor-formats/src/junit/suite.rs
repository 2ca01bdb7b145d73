//! What a test suite tells about the cases in it.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::repair::Repair;

/// A suite that is open.
#[derive(Debug, Default)]
pub(super) struct Suite<'a> {
    /// Its name; `""` without one.
    pub(super) name: Cow<'a, str>,
    /// Its attribute `file`, else `filepath`.
    pub(super) file: Option<Cow<'a, str>>,
    /// Whether it, or one around it, is named as pytest names its own.
    pub(super) is_pytest: bool,
}

impl<'a> Suite<'a> {
    /// Reads the start tag of a suite inside of `parent`.
    pub(super) fn read(tag: &'a str, parent: Option<&Self>, repair: &mut Repair) -> Self {
        let mut name = None;
        let mut file = None;
        let mut filepath = None;
        for (key, value) in Attributes::of(tag) {
            match key {
                "name" => repair.keep_first(&mut name, value),
                "file" => repair.keep_first(&mut file, value),
                "filepath" => repair.keep_first(&mut filepath, value),
                _ => {}
            }
        }
        let name: Cow<'a, str> = name.unwrap_or_default();
        let is_pytest = name == "pytest" || parent.is_some_and(|parent| parent.is_pytest);
        Self { name, file: file.or(filepath).filter(|file| !file.is_empty()), is_pytest }
    }
}
