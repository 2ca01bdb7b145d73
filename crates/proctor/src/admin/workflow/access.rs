//! Workflows of a store, or of a server.

use anyhow::Context;
use proctor_core::id::WorkflowId;
use proctor_core::suite::Suite;
use proctor_core::workflow::Definition;
use proctor_server::api::proctor::workflows::{WorkflowBody, preview_body, read_change, read_unsaved, report_body};
use proctor_server::usecases::workflows::backtest;
use proctor_store::StoreError;
use proctor_store::catalog::workflows::{Application, Author, Changed, Workflow};
use proctor_store::documents::{Actions, read_workflow, write_workflow};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::admin::args::{SuitePath, Switch};
use crate::admin::local::Local;
use crate::admin::remote::Remote;
use crate::admin::target::Target;
use crate::admin::workflow::next_step;
use crate::admin::workflow::view::WorkflowView;
use crate::exit::Failure;

/// The workflows of a suite.
pub(crate) struct Access<'a> {
    place: Place<'a>,
    default_branch: String,
}

enum Place<'a> {
    Local(&'a Local, Box<Suite>),
    Remote(&'a Remote, String),
}

/// Each of these functions fails when the store cannot be used, or the server refuses or is not reached.
impl<'a> Access<'a> {
    pub(crate) async fn open(target: &'a Target, path: &SuitePath) -> anyhow::Result<Self> {
        let SuitePath { organization, suite: slug } = path;
        Ok(match target {
            Target::Local(local) => {
                let (_, suite) = local.find_suite(path).await?;
                Self { default_branch: suite.settings.default_branch.clone(), place: Place::Local(local, Box::new(suite)) }
            }
            Target::Remote(remote) => {
                let suite = remote.suite(path, Switch::Off).await?;
                let base = format!("/v2/proctor/organizations/{organization}/suites/{slug}/workflows");
                Self { default_branch: suite.default_branch, place: Place::Remote(remote, base) }
            }
        })
    }

    /// The branch that workflows without filters look at.
    pub(crate) fn default_branch(&self) -> &str {
        &self.default_branch
    }

    pub(crate) async fn all(&self) -> anyhow::Result<Vec<WorkflowView>> {
        match &self.place {
            Place::Local(local, suite) => local.store.workflows(suite.id).await?.iter().map(view).collect(),
            Place::Remote(remote, base) => remote.call(Method::GET, base, None).await,
        }
    }

    /// The workflow of this name.
    pub(crate) async fn named(&self, name: &str) -> anyhow::Result<WorkflowView> {
        let found = self.all().await?.into_iter().find(|workflow| workflow.name() == name);
        let next_step = "'proctor workflow list' shows those there are";
        found.ok_or_else(|| Failure::refused(format!("there is no workflow {name}"), next_step).into())
    }

    pub(crate) async fn create(&self, mut document: Map<String, Value>, application: Application) -> anyhow::Result<WorkflowView> {
        match &self.place {
            Place::Local(local, suite) => {
                let definition = read_workflow(document, &self.default_branch, Actions::Sent).map_err(invalid)?;
                match local.store.create_workflow(suite.id, definition, application, Author::System, local.now).await.map_err(taken)? {
                    Changed::Yes(workflow) => view(&workflow),
                    Changed::TooMany => Err(Failure::refused("the suite has as many workflows as it may have", "delete one first").into()),
                }
            }
            Place::Remote(remote, base) => {
                document.insert("apply".to_owned(), json!(application.as_str()));
                remote.call(Method::POST, base, Some(document.into())).await
            }
        }
    }

    /// Changes what the document names.
    pub(crate) async fn update(&self, id: &str, mut changes: Map<String, Value>, application: Application) -> anyhow::Result<WorkflowView> {
        match &self.place {
            Place::Local(local, suite) => {
                let Workflow { id, definition, .. } = saved(local, suite, id).await?;
                let definition = changed(&definition, changes)?;
                let updated = local.store.update_workflow(suite.id, id, definition, application, Author::System, local.now).await;
                view(&updated.map_err(taken)?)
            }
            Place::Remote(remote, base) => {
                changes.insert("apply".to_owned(), json!(application.as_str()));
                remote.call(Method::PATCH, &format!("{base}/{id}"), Some(changes.into())).await
            }
        }
    }

    /// The document that a change of the workflow with this id, or a new one, would have: with its secrets sealed. Nothing is changed.
    pub(crate) async fn rehearse(&self, id: Option<&str>, document: Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
        match &self.place {
            Place::Local(local, suite) => {
                let definition = match id {
                    Some(id) => changed(&saved(local, suite, id).await?.definition, document)?,
                    None => read_workflow(document, &self.default_branch, Actions::Sent).map_err(invalid)?,
                };
                Ok(write_workflow(&local.store.sealed(suite.id, definition).map_err(unsealable)?))
            }
            Place::Remote(remote, base) => {
                let (method, path) = match id {
                    Some(id) => (Method::PATCH, format!("{base}/{id}?dry_run=true")),
                    None => (Method::POST, format!("{base}?dry_run=true")),
                };
                remote.call(method, &path, Some(document.into())).await
            }
        }
    }

    pub(crate) async fn delete(&self, id: &str) -> anyhow::Result<()> {
        match &self.place {
            Place::Local(local, suite) => {
                let id: WorkflowId = id.parse().context("the id of a workflow")?;
                Ok(local.store.delete_workflow(suite.id, id, Author::System, local.now).await?)
            }
            Place::Remote(remote, base) => remote.send(Method::DELETE, &format!("{base}/{id}"), None).await.map(drop),
        }
    }

    /// The report of a back-test (`docs/workflows.md`).
    pub(crate) async fn backtest(&self, mut document: Map<String, Value>) -> anyhow::Result<Value> {
        document.entry("name").or_insert_with(|| json!("backtest"));
        match &self.place {
            Place::Local(local, suite) => {
                let definition = read_workflow(document, &self.default_branch, Actions::Stored).map_err(invalid)?;
                let report = backtest(&local.store, suite.id, &definition.rule, local.now).await?;
                Ok(Value::Object(report_body(&local.store, suite.id, &definition, &report).await?))
            }
            Place::Remote(remote, base) => remote.call(Method::POST, &format!("{base}/backtest"), Some(document.into())).await,
        }
    }

    /// What a workflow would do if it were saved now, as a change of the one with this id, or as a new one.
    pub(crate) async fn preview(&self, id: Option<&str>, document: Map<String, Value>, days: u16) -> anyhow::Result<Value> {
        match &self.place {
            Place::Local(local, suite) => {
                let saved = match id {
                    Some(id) => Some(saved(local, suite, id).await?),
                    None => None,
                };
                let definition = match &saved {
                    Some(saved) => read_change(document, &saved.definition),
                    None => read_unsaved(document, &self.default_branch),
                };
                let definition = definition.map_err(invalid)?;
                Ok(Value::Object(preview_body(&local.store, suite.id, &definition, saved.as_ref(), (days, local.now)).await?))
            }
            Place::Remote(remote, base) => {
                let one = id.map(|id| format!("/{id}")).unwrap_or_default();
                remote.call(Method::POST, &format!("{base}{one}/preview?days={days}"), Some(document.into())).await
            }
        }
    }
}

async fn saved(local: &Local, suite: &Suite, id: &str) -> anyhow::Result<Workflow> {
    let id: WorkflowId = id.parse().context("the id of a workflow")?;
    Ok(local.store.workflow(suite.id, id).await?.ok_or(StoreError::Missing("workflow"))?)
}

/// What a definition becomes: what the changes do not name stays.
fn changed(current: &Definition, changes: Map<String, Value>) -> Result<Definition, Failure> {
    let mut document = write_workflow(current);
    document.extend(changes);
    read_workflow(document, "", Actions::Sent).map_err(invalid)
}

fn view(workflow: &Workflow) -> anyhow::Result<WorkflowView> {
    Ok(serde_json::from_value(serde_json::to_value(WorkflowBody::new(workflow))?)?)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn invalid(reasons: Vec<String>) -> Failure {
    let reasons = reasons.join(", ");
    Failure::usage(reasons.as_str(), next_step(&reasons))
}

/// Secrets that were sealed for somewhere else are refused as a server refuses them.
fn unsealable(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::SealedElsewhere => Failure::refused(error.to_string(), "write the secret itself").into(),
        error => error.into(),
    }
}

fn taken(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Taken(_) => Failure::refused("there is a workflow of that name already", "choose another name").into(),
        error => unsealable(error),
    }
}
