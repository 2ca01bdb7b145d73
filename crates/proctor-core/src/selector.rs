//! `test.selector.primary`: what test plans look durations up by (`uploads.md`, section 9).

use std::borrow::Cow;

use crate::path::PathRules;
use crate::record::Record;

/// The tag key under which the selector shows.
pub const SELECTOR_TAG: &str = "test.selector.primary";

/// The selector of a record: from what its format names, else from its file. Empty results are none.
///
/// `from_python`: the python collector sent it, whose files may carry `::` parts.
#[must_use]
pub fn selector_of<'a>(record: &Record<'a>, rules: &PathRules, from_python: bool) -> Option<Cow<'a, str>> {
    let source = match &record.selector {
        Some(selector) => selector.clone(),
        None => without_parts(record.file_name.clone()?, from_python),
    };
    Some(rules.selector(source)).filter(|selector| !selector.trim().is_empty())
}

fn without_parts(path: Cow<'_, str>, from_python: bool) -> Cow<'_, str> {
    match path.find("::") {
        Some(at) if from_python => match path {
            Cow::Borrowed(path) => Cow::Borrowed(&path[..at]),
            Cow::Owned(path) => Cow::Owned(path[..at].to_owned()),
        },
        _ => path,
    }
}
