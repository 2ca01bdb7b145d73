//! Running `proctor workflow`.

use std::path::Path;

use anyhow::Context;
use proctor_store::catalog::workflows::Application;
use serde_json::{Map, Value, json};

use crate::admin::args::{ApplicationArgs, SuitePath, WorkflowCommand};
use crate::admin::confirm::confirm;
use crate::admin::target::Target;
use crate::admin::workflow::access::Access;
use crate::admin::workflow::view::{WorkflowView, complete};
use crate::admin::workflow::{backtest, file, plan, preview};
use crate::exit::Exit;
use crate::output;
use crate::visible::visible;

/// Runs the command.
///
/// # Errors
/// When a file is wrong, or the target cannot be reached or refuses.
pub(crate) async fn run_workflow(command: WorkflowCommand) -> anyhow::Result<Exit> {
    let place = command.place();
    let target = Target::open(&place.target).await?;
    let access = Access::open(&target, &place.suite).await?;
    let exit = Running { access, path: &place.suite, is_json: place.target.json }.run(&command).await?;
    target.close().await;
    Ok(exit)
}

struct Running<'a> {
    access: Access<'a>,
    path: &'a SuitePath,
    is_json: bool,
}

impl Running<'_> {
    async fn run(&self, command: &WorkflowCommand) -> anyhow::Result<Exit> {
        match command {
            WorkflowCommand::List { .. } => self.list(&self.access.all().await?)?,
            WorkflowCommand::Show { name, .. } => self.show(&self.access.named(name).await?)?,
            WorkflowCommand::Create { file, application, .. } => {
                self.show(&self.access.create(file::read_one(file)?, how(*application)).await?)?;
            }
            WorkflowCommand::Update { name, file, application, .. } => {
                let changes = file::read_one(file)?;
                let id = self.access.named(name).await?.id;
                self.show(&self.access.update(&id, changes, how(*application)).await?)?;
            }
            WorkflowCommand::Delete { name, yes, .. } => self.delete(name, *yes).await?,
            WorkflowCommand::Backtest { file, name, .. } => self.backtest(file.as_deref(), name.as_deref()).await?,
            WorkflowCommand::Preview { file, days, .. } => self.preview(file, *days).await?,
            WorkflowCommand::Apply { file, prune, application, .. } => {
                let steps = self.steps(file, *prune).await?;
                self.apply(&steps, how(*application)).await?;
            }
            WorkflowCommand::Diff { file, prune, .. } => {
                let steps = self.steps(file, *prune).await?;
                self.show_steps(&steps, "No differences.");
                return Ok(if steps.is_empty() { Exit::Done } else { Exit::Refused });
            }
            WorkflowCommand::Export { .. } => self.export().await?,
        }
        Ok(Exit::Done)
    }

    fn list(&self, workflows: &[WorkflowView]) -> anyhow::Result<()> {
        if self.is_json {
            output::json(&serde_json::to_value(workflows)?);
            return Ok(());
        }
        let head = ["NAME", "MONITOR", "STATUS", "VERSION"].map(str::to_owned).to_vec();
        let row = |workflow: &WorkflowView| {
            let status = if workflow.document.get("dry_run") == Some(&Value::Bool(true)) { "dry run" } else { workflow.text("status") };
            vec![workflow.name().to_owned(), workflow.monitor().to_owned(), status.to_owned(), workflow.version.to_string()]
        };
        output::say(&output::wrapped_table(&std::iter::once(head).chain(workflows.iter().map(row)).collect::<Vec<_>>(), 0));
        Ok(())
    }

    fn show(&self, workflow: &WorkflowView) -> anyhow::Result<()> {
        if self.is_json {
            output::json(&serde_json::to_value(workflow)?);
        } else {
            output::say(&file::yaml(&Value::Object(workflow.document.clone()))?);
        }
        Ok(())
    }

    async fn delete(&self, name: &str, is_sure: bool) -> anyhow::Result<()> {
        let SuitePath { organization, suite } = self.path;
        let workflow = self.access.named(name).await?;
        if !is_sure {
            confirm(&format!("Delete the workflow {name} of {organization}/{suite}?"))?;
        }
        self.access.delete(&workflow.id).await?;
        if self.is_json {
            output::json(&json!({ "deleted": name }));
        } else {
            output::say(&format!("Deleted the workflow {}.", visible(name)));
        }
        Ok(())
    }

    async fn backtest(&self, path: Option<&Path>, name: Option<&str>) -> anyhow::Result<()> {
        let document = match (path, name) {
            (Some(path), _) => file::read_one(path)?,
            (None, Some(name)) => self.access.named(name).await?.document,
            (None, None) => Map::new(),
        };
        let report = self.access.backtest(document).await?;
        if self.is_json {
            output::json(&report);
        } else {
            backtest::show(&report);
        }
        Ok(())
    }

    /// A file that names a workflow of the suite is a change of it.
    async fn preview(&self, path: &Path, days: u16) -> anyhow::Result<()> {
        let document = file::read_one(path)?;
        let name = document.get("name").and_then(Value::as_str);
        let saved = self.access.all().await?.into_iter().find(|workflow| Some(workflow.name()) == name);
        let report = self.access.preview(saved.map(|workflow| workflow.id).as_deref(), document, days).await?;
        if self.is_json {
            output::json(&report);
        } else {
            preview::show(&report);
        }
        Ok(())
    }

    /// The steps to the workflows of a file. What is wrong with the file or refused is told before any of them is taken.
    async fn steps(&self, path: &Path, is_pruned: bool) -> anyhow::Result<Vec<plan::Step>> {
        let branch = self.access.default_branch();
        let documents = file::read_all(path)?.into_iter().map(|document| complete(document, branch)).collect::<Result<Vec<_>, _>>()?;
        plan::check_names(&documents)?;
        let current = self.access.all().await?;
        let mut wanted = Vec::with_capacity(documents.len());
        for document in documents {
            let saved = current.iter().find(|view| view.name() == plan::name_of(&document));
            let kept = if plan::needs_rehearsal(&document, saved) {
                let refused = || format!("the workflow {} cannot be applied", visible(plan::name_of(&document)));
                self.access.rehearse(saved.map(|view| view.id.as_str()), document.clone()).await.with_context(refused)?
            } else {
                document.clone()
            };
            wanted.push(plan::Wanted { document, kept });
        }
        let others = if is_pruned { plan::Others::Deleted } else { plan::Others::Kept };
        Ok(plan::plan(&current, &wanted, others)?)
    }

    /// Takes the steps, and tells each that is done: also when a later one fails.
    async fn apply(&self, steps: &[plan::Step], application: Application) -> anyhow::Result<()> {
        for (done, step) in steps.iter().enumerate() {
            let line = step.line();
            if let Err(error) = self.take(step.clone(), application).await {
                if self.is_json {
                    self.show_steps(&steps[..done], "");
                }
                return Err(error.context(format!("failed at '{}', with {done} of {} changes made", visible(&line), steps.len())));
            }
            if !self.is_json {
                output::say(&visible(&line));
            }
        }
        if self.is_json || steps.is_empty() {
            self.show_steps(steps, "The workflows are those of the file.");
        }
        Ok(())
    }

    async fn take(&self, step: plan::Step, application: Application) -> anyhow::Result<()> {
        match step {
            plan::Step::Create(document) => self.access.create(document, application).await.map(drop),
            plan::Step::Update { id, document, .. } => self.access.update(&id, document, application).await.map(drop),
            plan::Step::Delete { id, .. } => self.access.delete(&id).await,
        }
    }

    fn show_steps(&self, steps: &[plan::Step], nothing: &str) {
        if self.is_json {
            output::json(&json!({ "steps": steps.iter().map(plan::Step::line).collect::<Vec<_>>() }));
        } else if steps.is_empty() {
            output::say(nothing);
        } else {
            output::say(&steps.iter().map(|step| visible(&step.line()).into_owned()).collect::<Vec<_>>().join("\n"));
        }
    }

    async fn export(&self) -> anyhow::Result<()> {
        let workflows = self.access.all().await?;
        if self.is_json {
            let documents: Vec<_> = workflows.iter().map(|workflow| &workflow.document).collect();
            output::json(&json!({ "workflows": documents }));
        } else {
            output::say(&file::write_all(workflows.iter().map(|workflow| &workflow.document))?);
        }
        Ok(())
    }
}

const fn how(application: ApplicationArgs) -> Application {
    if application.fire { Application::Fire } else { Application::Quiet }
}
