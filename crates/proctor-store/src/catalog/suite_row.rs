//! How a suite stands in its row.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::retention::{Keep, Retention};
use proctor_core::state::StateRules;
use proctor_core::suite::{IdenticalUploads, Suite, SuiteSettings};
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::database::Columns;

/// What [`suite_of`] reads.
pub(super) const SUITE_COLUMNS: &str = "id, organization_id, slug, name, default_branch, application_name, color, emoji, oidc_policy, \
     repo_url, external_url, flaky_detection, identical_uploads, uploads_disabled, created_at, \
     test_states, mute_allowed, skip_allowed, label_tag_keys, retention_days, aggregates_days";

pub(super) fn suite_of(row: &AnyRow) -> Result<Suite, StoreError> {
    Ok(Suite {
        id: row.id("id", SuiteId::from_bytes)?,
        organization_id: row.id("organization_id", OrganizationId::from_bytes)?,
        slug: row.text("slug")?,
        created_at: row.time("created_at")?,
        uploads_disabled: row.flag("uploads_disabled")?,
        settings: SuiteSettings {
            name: row.text("name")?,
            default_branch: row.text("default_branch")?,
            application_name: row.maybe_text("application_name")?,
            color: row.maybe_text("color")?,
            emoji: row.maybe_text("emoji")?,
            oidc_policy: row.maybe_text("oidc_policy")?,
            repo_url: row.maybe_text("repo_url")?,
            external_url: row.maybe_text("external_url")?,
            flaky_detection: row.flag("flaky_detection")?,
            identical_uploads: row.word("identical_uploads", IdenticalUploads::from_word)?,
            retention: Retention { executions: keep_of(row, "retention_days")?, aggregates: keep_of(row, "aggregates_days")? },
            states: StateRules {
                is_managed: row.flag("test_states")?,
                may_mute: row.flag("mute_allowed")?,
                may_skip: row.flag("skip_allowed")?,
            },
            label_tag_keys: read_keys(&row.text("label_tag_keys")?)?,
        },
    })
}

/// Null is for ever.
pub(super) fn keep_of(row: &AnyRow, column: &str) -> Result<Keep, StoreError> {
    let Some(days) = row.maybe_int(column)? else { return Ok(Keep::Forever) };
    let keep = u64::try_from(days).ok().and_then(Keep::days);
    keep.ok_or_else(|| StoreError::Corrupt(format!("column {column}: no number of days")))
}

/// Reads a JSON array of tag keys.
pub(crate) fn read_keys(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("tag keys: {error}")))
}

/// Writes what [`read_keys`] reads.
pub(crate) fn keys_text(keys: &[String]) -> String {
    serde_json::Value::from(keys).to_string()
}
