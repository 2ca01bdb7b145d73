//! The editor of workflows: a form that works without scripts, with a rehearsal on the stored history.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use proctor_core::workflow::Definition;
use proctor_core::workflow::definition::WORKFLOWS_PER_SUITE_MAX;
use proctor_store::StoreError;
use proctor_store::catalog::workflows::{Application, Author, Changed, Workflow};
use proctor_store::documents::{Actions, read_workflow, write_workflow};
use proctor_store::error::Unique;
use serde_json::{Map, Value, json};

use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::form::SentForm;
use super::super::html::answer;
use super::super::place::AtSuite;
use super::backtest::{TrialView, days_of, try_out};
use super::draft::{ActionDraft, Draft, FilterDraft, List};
use super::faults::Faults;
use super::form::FormView;
use super::place::{AtWorkflow, Sight};
use super::specs::ACTIONS;
use crate::App;
use crate::query::QueryParams;
use crate::urls::Urls;

#[derive(Template)]
#[template(path = "workflow_edit.html")]
struct EditPage {
    chrome: Chrome,
    /// The name of the workflow as it is saved; none: it is new.
    saved_name: Option<String>,
    form: FormView,
    trial: Option<TrialView>,
    days: u32,
    terms: [u32; 4],
    /// The document as YAML, and as a request to the API.
    code: Option<(String, String)>,
    sight: Sight,
    /// Where the form goes.
    path: String,
    /// Where giving up leads.
    back: String,
}

/// What a button of the form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Save,
    Backtest,
    Show,
    AddFilter,
    RemoveFilter(usize),
    AddAction(List),
    RemoveAction(List, usize),
    RaiseAction(List, usize),
}

/// Where an editor is open.
struct Editor<'a> {
    app: &'a App,
    at: &'a AtSuite,
    saved: Option<&'a Workflow>,
    urls: &'a Urls,
}

/// `GET …/workflows/new`.
///
/// # Errors
/// 403; what the store says.
pub async fn show_new(State(app): State<App>, at: AtSuite, urls: Urls) -> Result<Response, WebError> {
    at.require_edit()?;
    let draft = Draft::fresh(&at.suite.settings.default_branch);
    let editor = Editor { app: &app, at: &at, saved: None, urls: &urls };
    Ok(editor.page(&draft, &Faults::default(), None, StatusCode::OK))
}

/// `GET …/workflows/{workflow}/edit`.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn show_edit(State(app): State<App>, AtWorkflow { at, workflow }: AtWorkflow, urls: Urls) -> Result<Response, WebError> {
    at.require_edit()?;
    let draft = Draft::of_document(&write_workflow(&workflow.definition));
    let editor = Editor { app: &app, at: &at, saved: Some(&workflow), urls: &urls };
    Ok(editor.page(&draft, &Faults::default(), None, StatusCode::OK))
}

/// `POST …/workflows/new`: makes it, or does what the pressed button says to the form.
///
/// # Errors
/// 403; what the store says.
pub async fn send_new(State(app): State<App>, at: AtSuite, urls: Urls, SentForm(form): SentForm) -> Result<Response, WebError> {
    at.require_edit()?;
    Editor { app: &app, at: &at, saved: None, urls: &urls }.take(&form).await
}

/// `POST …/workflows/{workflow}/edit`: changes it, or does what the pressed button says to the form.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn send_edit(
    State(app): State<App>,
    AtWorkflow { at, workflow }: AtWorkflow,
    urls: Urls,
    SentForm(form): SentForm,
) -> Result<Response, WebError> {
    at.require_edit()?;
    Editor { app: &app, at: &at, saved: Some(&workflow), urls: &urls }.take(&form).await
}

impl Editor<'_> {
    async fn take(&self, form: &QueryParams) -> Result<Response, WebError> {
        let get = |key: &str| form.get(key).map(|value| value.into_owned());
        let mut draft = Draft::of_form(&get);
        let step = Step::of(&form.get("do").unwrap_or_default());
        match step {
            Step::AddFilter => draft.filters.push(FilterDraft { operator: "is".to_owned(), ..FilterDraft::default() }),
            Step::RemoveFilter(number) if number < draft.filters.len() => _ = draft.filters.remove(number),
            Step::AddAction(list) => {
                let kind = get(&format!("new.{}", list.as_str())).unwrap_or_default();
                let known = ACTIONS.iter().find(|(known, _)| *known == kind);
                draft.actions_mut(list).extend(known.map(|(kind, _)| ActionDraft::fresh(kind)));
            }
            Step::RemoveAction(list, number) if number < draft.actions_mut(list).len() => _ = draft.actions_mut(list).remove(number),
            Step::RaiseAction(list, number) if (1..draft.actions_mut(list).len()).contains(&number) => {
                draft.actions_mut(list).swap(number - 1, number);
            }
            Step::Save | Step::Backtest => return self.with_definition(&draft, step, form).await,
            _ => {}
        }
        Ok(self.page(&draft, &Faults::default(), None, StatusCode::OK))
    }

    /// What needs a workflow that can be.
    async fn with_definition(&self, draft: &Draft, step: Step, form: &QueryParams) -> Result<Response, WebError> {
        let mut document = draft.to_document();
        if step == Step::Backtest && draft.name.is_empty() {
            // One may try before one has a name for it.
            document.insert("name".to_owned(), json!("backtest"));
        }
        let wrong = |faults: &Faults| self.page(draft, faults, None, StatusCode::UNPROCESSABLE_ENTITY);
        let definition = match read_workflow(document, "", Actions::Sent) {
            Ok(definition) => definition,
            Err(reasons) => return Ok(wrong(&Faults::of(&reasons, &draft.monitor))),
        };
        if step == Step::Backtest {
            let days = days_of(form);
            return Ok(match try_out(self.app, self.at, (&definition.rule, self.saved), days).await? {
                Some(trial) => self.page(draft, &Faults::default(), Some(trial), StatusCode::OK),
                None => {
                    let busy = Faults::one("", "Another back-test is running on this server. Try again in a moment.");
                    self.page(draft, &busy, None, StatusCode::SERVICE_UNAVAILABLE)
                }
            });
        }
        match self.save(definition, draft.fires).await {
            Ok(Saved::As(path)) => Ok(Redirect::to(&path).into_response()),
            Ok(Saved::Not(faults)) => Ok(wrong(&faults)),
            Err(error) => Err(error.into()),
        }
    }

    async fn save(&self, definition: Definition, fires: bool) -> Result<Saved, StoreError> {
        let Some(viewer) = &self.at.viewer else { return Ok(Saved::Not(Faults::one("", "Sign in first."))) };
        let application = if fires { Application::Fire } else { Application::Quiet };
        let (author, now) = (Author::User(viewer.user.id), self.app.clock.now());
        let (store, suite) = (&self.app.store, self.at.suite.id);
        let saved = match self.saved {
            Some(workflow) => store.update_workflow(suite, workflow.id, definition, application, author, now).await.map(Some),
            None => store.create_workflow(suite, definition, application, author, now).await.map(|changed| match changed {
                Changed::Yes(workflow) => Some(*workflow),
                Changed::TooMany => None,
            }),
        };
        match saved {
            Ok(Some(workflow)) => {
                self.app.evaluator.wake();
                Ok(Saved::As(format!("{}/workflows/{}", self.at.path(), workflow.id)))
            }
            Ok(None) => Ok(Saved::Not(Faults::one("", &format!("A suite has at most {WORKFLOWS_PER_SUITE_MAX} workflows.")))),
            Err(StoreError::Taken(Unique::WorkflowName)) => {
                Ok(Saved::Not(Faults::one("name", "Another workflow of this suite has this name.")))
            }
            Err(error @ StoreError::SealedElsewhere) => Ok(Saved::Not(Faults::one("", &error.to_string()))),
            Err(error) => Err(error),
        }
    }

    fn page(&self, draft: &Draft, faults: &Faults, trial: Option<TrialView>, status: StatusCode) -> Response {
        let suite_path = self.at.path();
        let (path, back) = match self.saved {
            Some(workflow) => {
                let page = format!("{suite_path}/workflows/{}", workflow.id);
                (format!("{page}/edit"), page)
            }
            None => (format!("{suite_path}/workflows/new"), format!("{suite_path}/workflows")),
        };
        let title = if self.saved.is_some() { "Edit workflow" } else { "New workflow" };
        let page = EditPage {
            chrome: Chrome::of_suite(title, self.at, Tab::Workflows),
            saved_name: self.saved.map(|workflow| workflow.definition.name.clone()),
            form: FormView::new(draft, faults),
            days: trial.as_ref().map_or(super::backtest::DAYS_DEFAULT, |trial| trial.days),
            terms: super::backtest::TERMS,
            trial,
            code: self.code(draft),
            sight: Sight::of(self.at),
            path,
            back,
        };
        answer(status, &page)
    }

    /// The draft as code, with its secrets sealed; none: it is not complete yet, or its secrets cannot be sealed.
    fn code(&self, draft: &Draft) -> Option<(String, String)> {
        let definition = read_workflow(draft.to_document(), "", Actions::Sent).ok()?;
        let document = write_workflow(&self.app.store.sealed(self.at.suite.id, definition).ok()?);
        let api = self.urls.api(&format!(
            "/v2/proctor/organizations/{}/suites/{}/workflows{}",
            self.at.organization.slug,
            self.at.suite.slug,
            self.saved.map(|workflow| format!("/{}", workflow.id)).unwrap_or_default()
        ));
        let method = if self.saved.is_some() { "PATCH" } else { "POST" };
        Some((yaml(&document)?, request(method, &api, &document)))
    }
}

enum Saved {
    As(String),
    Not(Faults),
}

/// A file of workflows as code with this one.
pub(super) fn yaml(document: &Map<String, Value>) -> Option<String> {
    serde_saphyr::to_string(&json!({ "workflows": [document] })).inspect_err(|error| tracing::warn!(%error, "a workflow as YAML")).ok()
}

/// The request that makes or changes it, for a shell.
fn request(method: &str, url: &str, document: &Map<String, Value>) -> String {
    let body = serde_json::to_string_pretty(document).unwrap_or_default().replace('\'', "'\\''");
    format!("curl -X {method} -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' '{url}' -d '{body}'")
}

impl Step {
    fn of(text: &str) -> Self {
        let (word, number) = text.split_once('.').unwrap_or((text, ""));
        let number = number.parse().unwrap_or(usize::MAX);
        match word {
            "save" => Self::Save,
            "backtest" => Self::Backtest,
            "add-filter" => Self::AddFilter,
            "remove-filter" => Self::RemoveFilter(number),
            "add-alarm" => Self::AddAction(List::Alarm),
            "add-recover" => Self::AddAction(List::Recover),
            "remove-alarm" => Self::RemoveAction(List::Alarm, number),
            "remove-recover" => Self::RemoveAction(List::Recover, number),
            "raise-alarm" => Self::RaiseAction(List::Alarm, number),
            "raise-recover" => Self::RaiseAction(List::Recover, number),
            _ => Self::Show,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_say_what_they_want() {
        assert_eq!(Step::of("save"), Step::Save);
        assert_eq!(Step::of("remove-filter.3"), Step::RemoveFilter(3));
        assert_eq!(Step::of("raise-recover.1"), Step::RaiseAction(List::Recover, 1));
        assert_eq!(Step::of("remove-alarm.x"), Step::RemoveAction(List::Alarm, usize::MAX));
        assert_eq!(Step::of(""), Step::Show);
    }

    #[test]
    fn a_request_can_be_pasted() {
        let document = Map::from_iter([("name".to_owned(), json!("it's"))]);
        assert!(request("POST", "https://p.test/x", &document).ends_with("-d '{\n  \"name\": \"it'\\''s\"\n}'"));
    }
}
