//! The query values that filter a list of tests.

use std::borrow::Cow;

/// Which list is asked for; the two know different parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// The tests of a suite: all parameters.
    Suite,
    /// The tests of a build (`rest-api.md`, 3.7): `label` and `min_executions` are not read, and a `build.id` in `tags` is
    /// dropped, because it could only widen or empty the selection.
    Build,
}

/// The query values, percent-decoded. Blank ones count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterQuery<'a> {
    /// `labels`: a list.
    pub labels: Option<Cow<'a, str>>,
    /// `label`: one label, taken literally.
    pub label: Option<&'a str>,
    /// `owners`: a list of team slugs.
    pub owners: Option<Cow<'a, str>>,
    /// `state`.
    pub state: Option<&'a str>,
    /// `branch`: one branch, so a comma belongs to it.
    pub branch: Option<&'a str>,
    /// `tags`: a list of `key:value`.
    pub tags: Option<Cow<'a, str>>,
    /// `min_executions`.
    pub min_executions: Option<&'a str>,
    /// `sort_by`.
    pub sort_by: Option<&'a str>,
    /// `order`.
    pub order: Option<&'a str>,
}

impl<'a> FilterQuery<'a> {
    /// Picks the values out of a query. A list that is given several times is joined; of other parameters the last one counts.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            match name {
                "labels" => join(&mut query.labels, value),
                "owners" => join(&mut query.owners, value),
                "tags" => join(&mut query.tags, value),
                "label" => query.label = Some(value),
                "state" => query.state = Some(value),
                "branch" => query.branch = Some(value),
                "min_executions" => query.min_executions = Some(value),
                "sort_by" => query.sort_by = Some(value),
                "order" => query.order = Some(value),
                _ => {}
            }
        }
        query
    }
}

fn join<'a>(list: &mut Option<Cow<'a, str>>, value: &'a str) {
    match list {
        None => *list = Some(Cow::Borrowed(value)),
        Some(known) => {
            let known = known.to_mut();
            known.push(',');
            known.push_str(value);
        }
    }
}
