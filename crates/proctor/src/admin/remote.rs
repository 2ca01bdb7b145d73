//! Administration of a running server, over its API.

use proctor_core::id::TokenId;
use reqwest::{Client, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::admin::args::{NewTokenArgs, SuitePath, SuiteSettingArgs, Switch, TagKeys};
use crate::admin::local_suites::read_policy;
use crate::admin::views::{OrganizationView, SuiteView, TokenView};
use crate::admin::workflow::next_step;
use crate::exit::Failure;
use crate::http::root_cause;
use crate::storage_command::StorageView;

/// Elements of one page of a list: the most that the API gives.
const PER_PAGE: usize = 100;

/// A running server.
#[derive(Debug)]
pub(crate) struct Remote {
    /// The HTTP client.
    pub(crate) http: Client,
    /// Its address, without a slash at the end.
    pub(crate) base: String,
    /// An API token.
    pub(crate) token: String,
}

/// Each of these functions fails when the server refuses, or is not reached.
impl Remote {
    pub(crate) async fn create_organization(&self, name: &str) -> anyhow::Result<OrganizationView> {
        self.call(Method::POST, "/v2/proctor/organizations", Some(json!({ "name": name }))).await
    }

    pub(crate) async fn organizations(&self) -> anyhow::Result<Vec<OrganizationView>> {
        self.all("/v2/proctor/organizations").await
    }

    pub(crate) async fn create_suite(&self, organization: &str, name: &str, args: &SuiteSettingArgs) -> anyhow::Result<SuiteView> {
        let mut body = settings(Some(name), args)?;
        body.insert("show_api_token".to_owned(), true.into());
        self.call(Method::POST, &format!("/v2/analytics/organizations/{organization}/suites"), Some(body.into())).await
    }

    pub(crate) async fn suites(&self, organization: &str) -> anyhow::Result<Vec<SuiteView>> {
        self.all(&format!("/v2/analytics/organizations/{organization}/suites")).await
    }

    pub(crate) async fn suite(&self, path: &SuitePath, token: Switch) -> anyhow::Result<SuiteView> {
        let query = if token == Switch::On { "?show_api_token=true" } else { "" };
        self.call(Method::GET, &format!("{}{query}", suite_path(path)), None).await
    }

    pub(crate) async fn update_suite(
        &self,
        path: &SuitePath,
        name: Option<&str>,
        args: &SuiteSettingArgs,
        uploads: Option<Switch>,
    ) -> anyhow::Result<SuiteView> {
        if uploads.is_some() {
            let next_step = "run it on the machine of the server, with --data-dir or --database-url";
            return Err(Failure::usage("--uploads cannot be changed over the API", next_step).into());
        }
        self.call(Method::PATCH, &suite_path(path), Some(settings(name, args)?.into())).await
    }

    pub(crate) async fn delete_suite(&self, path: &SuitePath) -> anyhow::Result<()> {
        self.send(Method::DELETE, &suite_path(path), None).await.map(|_| ())
    }

    pub(crate) async fn storage(&self, path: &SuitePath) -> anyhow::Result<StorageView> {
        let SuitePath { organization, suite } = path;
        self.call(Method::GET, &format!("/v2/proctor/organizations/{organization}/suites/{suite}/storage"), None).await
    }

    pub(crate) async fn rotate_upload_token(&self, path: &SuitePath) -> anyhow::Result<SuiteView> {
        let SuitePath { organization, suite } = path;
        let rotate = format!("/v2/proctor/organizations/{organization}/suites/{suite}/upload-token/rotate");
        self.send(Method::POST, &rotate, None).await?;
        self.suite(path, Switch::On).await
    }

    pub(crate) async fn create_token(&self, args: &NewTokenArgs, expires_at: Option<String>) -> anyhow::Result<TokenView> {
        let scopes: Vec<String> = args.scopes().iter().map(ToString::to_string).collect();
        let body = json!({ "description": args.description, "scopes": scopes, "expires_at": expires_at });
        self.call(Method::POST, &tokens_path(&args.org), Some(body)).await
    }

    pub(crate) async fn tokens(&self, organization: &str) -> anyhow::Result<Vec<TokenView>> {
        self.all(&tokens_path(organization)).await
    }

    pub(crate) async fn revoke_token(&self, organization: &str, id: TokenId) -> anyhow::Result<()> {
        self.send(Method::DELETE, &format!("{}/{id}", tokens_path(organization)), None).await.map(|_| ())
    }

    /// All pages of a list.
    pub(super) async fn all<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        let mut items = Vec::new();
        for page in 1.. {
            let some: Vec<T> = self.call(Method::GET, &format!("{path}?page={page}&per_page={PER_PAGE}"), None).await?;
            let is_last = some.len() < PER_PAGE;
            items.extend(some);
            if is_last {
                break;
            }
        }
        Ok(items)
    }

    pub(crate) async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<T> {
        let answer = self.send(method, path, body).await?;
        let odd = |_| Failure::refused("the answer of the server cannot be read", "check --server: it is to be a Proctor of this version");
        Ok(serde_json::from_str(&answer).map_err(odd)?)
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<String> {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let unreachable = |error: reqwest::Error| {
            let message = format!("failed to reach {}: {}", self.base, root_cause(&error));
            Failure::unreachable(message, "see whether the server runs and --server is right")
        };
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unreachable)?;
        if status.is_success() { Ok(text) } else { Err(refusal(status, &text).into()) }
    }
}

fn refusal(status: StatusCode, body: &str) -> Failure {
    let message = serde_json::from_str::<Value>(body).ok().and_then(|body| body["message"].as_str().map(str::to_owned));
    let message = format!("the server answers {}: {}", status.as_u16(), message.unwrap_or_else(|| "no reason given".to_owned()));
    let next_step = next_step(&message);
    match status.as_u16() {
        401 => Failure::refused(message, "check the API token in PROCTOR_TOKEN or --token"),
        403 => Failure::refused(message, "use a token that has this scope; 'proctor token list' shows what each may do"),
        404 => Failure::refused(message, "check the names; 'proctor suite list' and 'proctor org list' show those there are"),
        422 => Failure::refused(message, next_step),
        429 | 500.. => Failure::unreachable(message, "try again later, or see the log of the server"),
        _ => Failure::refused(message, "check --server: it is to be the address of a Proctor server"),
    }
}

fn suite_path(path: &SuitePath) -> String {
    let SuitePath { organization, suite } = path;
    format!("/v2/analytics/organizations/{organization}/suites/{suite}")
}

fn tokens_path(organization: &str) -> String {
    format!("/v2/proctor/organizations/{organization}/tokens")
}

/// The body of creating or changing a suite: only what was named.
fn settings(name: Option<&str>, args: &SuiteSettingArgs) -> Result<Map<String, Value>, Failure> {
    let SuiteSettingArgs {
        default_branch,
        application_name,
        color,
        emoji,
        oidc_policy,
        repo_url,
        flaky_detection,
        identical_uploads,
        retention_days,
        aggregates_days,
        label_tag_keys,
        test_states,
        muting,
        skipping,
    } = args;
    let policy = oidc_policy.as_deref().map(read_policy).transpose()?;
    let texts = [
        ("name", name.map(str::to_owned)),
        ("default_branch", default_branch.clone()),
        ("application_name", application_name.clone()),
        ("color", color.clone()),
        ("emoji", emoji.clone()),
        ("oidc_policy", policy),
        ("repo_url", repo_url.clone()),
        ("identical_uploads", identical_uploads.map(|when| when.as_str().to_owned())),
    ];
    let texts = texts.into_iter().filter_map(|(key, text)| text.map(|text| (key.to_owned(), Value::from(text))));
    let flags = [
        ("flaky_detection", flaky_detection),
        ("test_state_management", test_states),
        ("mute_allowed", muting),
        ("skip_allowed", skipping),
    ];
    let flags = flags.into_iter().filter_map(|(key, switch)| switch.map(|switch| (key.to_owned(), Value::from(switch == Switch::On))));
    let keys = label_tag_keys.as_ref().map(|TagKeys(keys)| ("label_tag_keys".to_owned(), Value::from(keys.as_slice())));
    let days = [("retention_days", retention_days), ("aggregates_days", aggregates_days)];
    // Null is for ever.
    let days = days.into_iter().filter_map(|(key, keep)| keep.map(|keep| (key.to_owned(), Value::from(keep.as_days()))));
    Ok(texts.chain(flags).chain(keys).chain(days).collect())
}
