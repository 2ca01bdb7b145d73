//! A viewer at a workflow.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::WorkflowId;
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::workflows::Workflow;

use super::super::error::WebError;
use super::super::place::{AtSuite, Rights};
use super::words::Targets;
use crate::App;
use crate::auth::path_text;

/// Somebody who may see the workflow `{workflow}` of the path.
#[derive(Clone, Debug)]
pub struct AtWorkflow {
    /// Where it is, and who looks.
    pub at: AtSuite,
    /// The workflow.
    pub workflow: Workflow,
}

impl FromRequestParts<App> for AtWorkflow {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let at = AtSuite::from_request_parts(parts, app).await?;
        let unknown = || WebError::unknown("workflow");
        let id = path_text(parts, "workflow").await.and_then(|text| hyphenated_uuid(&text)).map(WorkflowId::new).ok_or_else(unknown)?;
        let workflow = app.store.workflow(at.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { at, workflow })
    }
}

impl AtWorkflow {
    /// The path of the workflow's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/workflows/{}", self.at.path(), self.workflow.id)
    }
}

/// What a viewer of a suite sees of workflows.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Whether there are forms.
    pub can_edit: bool,
    /// Whether addresses are shown: members see them, passers-by of public suites do not.
    pub targets: Targets,
    /// The token for forms.
    pub csrf: String,
}

impl Sight {
    /// What this viewer sees.
    #[must_use]
    pub fn of(at: &AtSuite) -> Self {
        let csrf = at.viewer.as_ref().map(|viewer| viewer.csrf.clone()).unwrap_or_default();
        let targets = if at.viewer.is_some() { Targets::Shown } else { Targets::Hidden };
        Self { can_edit: at.rights == Rights::Edit, targets, csrf }
    }
}
