//! The frame of every page.

use proctor_core::scope::WRITE_TOKENS;

use super::assets::{AssetUrls, urls};
use super::place::{AtOrganization, AtSuite, Rights};
use super::viewer::Viewer;

/// What the frame shows.
#[derive(Debug)]
pub struct Chrome {
    /// Addresses of styles and scripts.
    pub assets: &'static AssetUrls,
    /// The title of the window, without the product's name.
    pub title: String,
    /// Slug and name of the organization.
    pub organization: Option<(String, String)>,
    /// The suite, with its tabs.
    pub suite: Option<SuiteFrame>,
    /// The name of who is signed in, and the token for forms.
    pub viewer: Option<(String, String)>,
    /// Whether the session may see API tokens.
    pub may_see_tokens: bool,
}

/// What the frame shows of a suite.
#[derive(Debug)]
pub struct SuiteFrame {
    /// The path of its summary.
    pub path: String,
    /// Its name.
    pub name: String,
    /// The tab that is open.
    pub tab: Tab,
    /// Whether the viewer may change it.
    pub can_edit: bool,
}

/// The tabs of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// How it does.
    Summary,
    /// Its runs.
    Runs,
    /// Its tests.
    Tests,
    /// Its flaky tests.
    Flaky,
    /// What is done about its tests.
    Workflows,
    /// Its uploads.
    Uploads,
    /// Its settings.
    Settings,
}

impl Tab {
    /// All tabs, in order.
    pub const ALL: [Self; 7] = [Self::Summary, Self::Runs, Self::Tests, Self::Flaky, Self::Workflows, Self::Uploads, Self::Settings];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Runs => "Runs",
            Self::Tests => "Tests",
            Self::Flaky => "Flaky",
            Self::Workflows => "Workflows",
            Self::Uploads => "Uploads",
            Self::Settings => "Settings",
        }
    }

    /// What is behind the suite's path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Summary => "",
            Self::Runs => "/runs",
            Self::Tests => "/tests",
            Self::Flaky => "/flaky",
            Self::Workflows => "/workflows",
            Self::Uploads => "/uploads",
            Self::Settings => "/settings",
        }
    }
}

impl Chrome {
    /// A page outside of any organization.
    #[must_use]
    pub fn plain(title: impl Into<String>, viewer: Option<&Viewer>) -> Self {
        let may_see_tokens = viewer.is_some_and(|viewer| viewer.may(WRITE_TOKENS));
        let viewer = viewer.map(|viewer| (viewer.user.name.clone(), viewer.csrf.clone()));
        Self { assets: urls(), title: title.into(), organization: None, suite: None, viewer, may_see_tokens }
    }

    /// A page of an organization.
    #[must_use]
    pub fn of_organization(title: impl Into<String>, at: &AtOrganization) -> Self {
        let organization = Some((at.organization.slug.clone(), at.organization.name.clone()));
        Self { organization, ..Self::plain(title, Some(&at.viewer)) }
    }

    /// A page of a suite.
    #[must_use]
    pub fn of_suite(title: &str, at: &AtSuite, tab: Tab) -> Self {
        let organization = Some((at.organization.slug.clone(), at.organization.name.clone()));
        let can_edit = at.rights == Rights::Edit;
        let suite = SuiteFrame { path: at.path(), name: at.suite.settings.name.clone(), tab, can_edit };
        let title = format!("{title} · {}", at.suite.settings.name);
        Self { organization, suite: Some(suite), ..Self::plain(title, at.viewer.as_ref()) }
    }
}
