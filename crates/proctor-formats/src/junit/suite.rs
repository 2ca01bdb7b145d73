//! What a test suite tells about the cases in it.

use std::borrow::Cow;

use super::attributes::{Attributes, Key};
use super::repair::Repair;
use super::selector::is_file;

/// A suite that is open.
#[derive(Debug, Default)]
pub(super) struct Suite<'a> {
    /// Its name; `""` without one.
    pub(super) name: Cow<'a, str>,
    /// Its attribute `file`, else `filepath`.
    pub(super) file: Option<Cow<'a, str>>,
    /// Whether it, or one around it, is named as pytest names its own.
    pub(super) is_pytest: bool,
    /// Whether its name is that of a file (Vitest).
    pub(super) is_named_as_file: bool,
}

impl<'a> Suite<'a> {
    /// Reads the start tag of a suite inside of `parent`.
    pub(super) fn read(attributes: &Attributes<'a>, parent: Option<&Self>, repair: &mut Repair) -> Self {
        let name = repair.attribute(attributes, Key::Name).unwrap_or_default();
        let file = repair.attribute(attributes, Key::File);
        let filepath = repair.attribute(attributes, Key::Filepath);
        let is_pytest = name == "pytest" || parent.is_some_and(|parent| parent.is_pytest);
        let is_named_as_file = is_file(&name);
        Self { name, file: file.or(filepath).filter(|file| !file.is_empty()), is_pytest, is_named_as_file }
    }
}
