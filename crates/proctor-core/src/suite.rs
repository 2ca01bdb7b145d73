//! Suites.

use crate::id::{OrganizationId, SuiteId};
use crate::retention::Retention;
use crate::state::StateRules;
use crate::time::Timestamp;

/// A suite: what has runs, tests and an upload token of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its id.
    pub id: SuiteId,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// Its name in addresses; follows from `name`.
    pub slug: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether uploads are refused with 403.
    pub uploads_disabled: bool,
    /// What its owners may set.
    pub settings: SuiteSettings,
}

/// What the owners of a suite may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteSettings {
    /// Its name for people, never blank.
    pub name: String,
    /// The branch whose results say how healthy the suite is.
    pub default_branch: String,
    /// The application that it tests.
    pub application_name: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// An emoji or its `:name:`, byte for byte.
    pub emoji: Option<String>,
    /// The OIDC policy as written: YAML or JSON text, byte for byte.
    pub oidc_policy: Option<String>,
    /// Where the code is.
    pub repo_url: Option<String>,
    /// An address of the owners' choice.
    pub external_url: Option<String>,
    /// Whether flaky tests are looked for.
    pub flaky_detection: bool,
    /// When a repeated upload counts as the same.
    pub identical_uploads: IdenticalUploads,
    /// How long executions and aggregates are kept.
    pub retention: Retention,
    /// What may be done with the states of its tests.
    pub states: StateRules,
    /// The keys of the execution tags whose values become labels, each once, at most [`LABEL_TAG_KEYS_MAX`].
    pub label_tag_keys: Vec<String>,
}

/// Keys of tags that become labels in one suite.
pub const LABEL_TAG_KEYS_MAX: usize = 10;

impl SuiteSettings {
    /// The settings of a new suite: default branch `main`, everything optional unset, the same bytes stored once, all of it
    /// kept for ever.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            default_branch: "main".to_owned(),
            application_name: None,
            color: None,
            emoji: None,
            oidc_policy: None,
            repo_url: None,
            external_url: None,
            flaky_detection: true,
            identical_uploads: IdenticalUploads::Always,
            retention: Retention::default(),
            states: StateRules::default(),
            label_tag_keys: Vec::new(),
        }
    }
}

/// When an upload with the bytes of an earlier one gets the earlier answer and stores nothing (`uploads.md`, 13.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdenticalUploads {
    /// Only if the earlier answer could not be delivered.
    LostReply,
    /// Whether or not it was delivered.
    Always,
    /// Never.
    Off,
}

impl IdenticalUploads {
    /// The word used in settings and on disk.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostReply => "lost_reply",
            Self::Always => "always",
            Self::Off => "off",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::LostReply, Self::Always, Self::Off].into_iter().find(|value| value.as_str() == word)
    }
}

/// Who may read the pages of a suite. The API asks for a token either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// The members of its organization.
    #[default]
    Private,
    /// Everybody who reaches the server.
    Public,
}
