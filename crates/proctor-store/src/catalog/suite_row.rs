//! How a suite stands in its row.

use proctor_core::id::{OrganizationId, SuiteId};
use proctor_core::suite::{IdenticalUploads, Suite, SuiteSettings};
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::database::Columns;

/// What [`suite_of`] reads.
pub(super) const SUITE_COLUMNS: &str = "id, organization_id, slug, name, default_branch, application_name, color, emoji, oidc_policy, \
     repo_url, external_url, flaky_detection, identical_uploads, uploads_disabled, created_at";

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
        },
    })
}
