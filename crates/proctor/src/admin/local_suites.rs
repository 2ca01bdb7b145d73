//! Administration of a store: suites.

use std::path::Path;

use proctor_core::organization::Organization;
use proctor_core::retention::Retention;
use proctor_core::slug::{RESERVED_SUITE_SLUGS, is_slug, slug_of};
use proctor_core::state::StateRules;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_server::settings::UploadSettings;
use proctor_server::usecases::secrets::new_upload_token;
use proctor_server::usecases::suites::policy_fault;
use proctor_store::StoreError;
use proctor_store::catalog::suites::Uploads;

use crate::admin::args::{SuitePath, SuiteSettingArgs, Switch, TagKeys};
use crate::admin::local::Local;
use crate::admin::views::SuiteView;
use crate::exit::Failure;

impl Local {
    /// Makes a suite; the view has its upload token.
    ///
    /// # Errors
    /// When its name makes no slug or one that is taken.
    pub(crate) async fn create_suite(&self, organization: &str, name: &str, args: &SuiteSettingArgs) -> anyhow::Result<SuiteView> {
        let organization = self.organization(organization).await?;
        check_name(name)?;
        let token = new_upload_token()?;
        // What a suite made by the server gets.
        let identical_uploads = UploadSettings::default().identical;
        let settings = changed(SuiteSettings { identical_uploads, ..SuiteSettings::named(name.trim()) }, args)?;
        let suite = self.store.create_suite(organization.id, settings, &token, self.now).await.map_err(|error| taken(error, name))?;
        Ok(SuiteView { api_token: Some(token), ..suite.into() })
    }

    /// The suites of an organization, oldest first.
    ///
    /// # Errors
    /// When there is no such organization.
    pub(crate) async fn suites(&self, organization: &str) -> anyhow::Result<Vec<SuiteView>> {
        let organization = self.organization(organization).await?;
        Ok(self.store.suites(organization.id, None).await?.items.into_iter().map(SuiteView::from).collect())
    }

    /// A suite; with its upload token if `token` says so.
    ///
    /// # Errors
    /// When there is no such suite, or its token cannot be unsealed.
    pub(crate) async fn suite(&self, path: &SuitePath, token: Switch) -> anyhow::Result<SuiteView> {
        let (organization, suite) = self.find_suite(path).await?;
        let api_token = match token {
            Switch::On => self.store.upload_tokens(organization.id, &[suite.id]).await?.pop(),
            Switch::Off => None,
        };
        Ok(SuiteView { api_token, ..suite.into() })
    }

    /// Changes what is named, keeps the rest.
    ///
    /// # Errors
    /// When there is no such suite, or the new name is taken.
    pub(crate) async fn update_suite(
        &self,
        path: &SuitePath,
        name: Option<&str>,
        args: &SuiteSettingArgs,
        uploads: Option<Switch>,
    ) -> anyhow::Result<SuiteView> {
        let (organization, suite) = self.find_suite(path).await?;
        let mut settings = changed(suite.settings, args)?;
        if let Some(name) = name {
            check_name(name)?;
            name.trim().clone_into(&mut settings.name);
        }
        let name = settings.name.clone();
        let mut updated = self.store.update_suite(organization.id, suite.id, settings).await.map_err(|error| taken(error, &name))?;
        if let Some(uploads) = uploads {
            let uploads = if uploads == Switch::On { Uploads::Enabled } else { Uploads::Disabled };
            self.store.set_uploads(organization.id, suite.id, uploads).await?;
            updated.uploads_disabled = uploads == Uploads::Disabled;
        }
        Ok(updated.into())
    }

    /// Deletes a suite with everything in it.
    ///
    /// # Errors
    /// When there is no such suite.
    pub(crate) async fn delete_suite(&self, path: &SuitePath) -> anyhow::Result<()> {
        let (organization, suite) = self.find_suite(path).await?;
        Ok(self.store.delete_suite(organization.id, suite.id).await?)
    }

    /// Gives a suite another upload token; the view has it.
    ///
    /// # Errors
    /// When there is no such suite.
    pub(crate) async fn rotate_upload_token(&self, path: &SuitePath) -> anyhow::Result<SuiteView> {
        let (organization, suite) = self.find_suite(path).await?;
        let token = new_upload_token()?;
        self.store.rotate_upload_token(organization.id, suite.id, &token).await?;
        Ok(SuiteView { api_token: Some(token), ..suite.into() })
    }

    /// A suite and its organization.
    ///
    /// # Errors
    /// When there is no such suite.
    pub(crate) async fn find_suite(&self, path: &SuitePath) -> anyhow::Result<(Organization, Suite)> {
        let SuitePath { organization, suite } = path;
        let organization = self.organization(organization).await?;
        let found = self.store.suite_by_slug(organization.id, suite).await?;
        let found = found.ok_or_else(|| {
            let next_step = format!("'proctor suite list --org {}' shows those there are", organization.slug);
            Failure::refused(format!("there is no suite {}/{suite}", organization.slug), next_step)
        })?;
        Ok((organization, found))
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let slug = slug_of(name);
    if is_slug(&slug) && !RESERVED_SUITE_SLUGS.contains(&slug.as_str()) {
        return Ok(());
    }
    Err(Failure::usage(format!("'{name}' makes no name for addresses"), "use letters or digits, at most 100"))
}

/// The settings with the changes that `args` ask for. An empty text clears what may be unset.
fn changed(settings: SuiteSettings, args: &SuiteSettingArgs) -> Result<SuiteSettings, Failure> {
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
    let is_on = |switch: &Option<Switch>, known: bool| switch.map_or(known, |switch| switch == Switch::On);
    let StateRules { is_managed, may_mute, may_skip } = settings.states;
    let policy = oidc_policy.as_deref().map(read_policy).transpose()?;
    let or = |given: Option<String>, known: Option<String>| match given {
        Some(text) => Some(text).filter(|text| !text.trim().is_empty()),
        None => known,
    };
    Ok(SuiteSettings {
        default_branch: default_branch.clone().filter(|branch| !branch.trim().is_empty()).unwrap_or(settings.default_branch),
        application_name: or(application_name.clone(), settings.application_name),
        color: or(color.clone(), settings.color),
        emoji: or(emoji.clone(), settings.emoji),
        oidc_policy: or(policy, settings.oidc_policy),
        repo_url: or(repo_url.clone(), settings.repo_url),
        flaky_detection: is_on(flaky_detection, settings.flaky_detection),
        identical_uploads: identical_uploads.unwrap_or(settings.identical_uploads),
        retention: Retention {
            executions: retention_days.unwrap_or(settings.retention.executions),
            aggregates: aggregates_days.unwrap_or(settings.retention.aggregates),
        },
        states: StateRules {
            is_managed: is_on(test_states, is_managed),
            may_mute: is_on(muting, may_mute),
            may_skip: is_on(skipping, may_skip),
        },
        label_tag_keys: label_tag_keys.as_ref().map_or(settings.label_tag_keys, |TagKeys(keys)| keys.clone()),
        ..settings
    })
}

/// The text of a policy file; an empty path clears the policy.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read_policy(path: &Path) -> Result<String, Failure> {
    if path.as_os_str().is_empty() {
        return Ok(String::new());
    }
    let next_step = "name a file with YAML or JSON";
    let policy =
        std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("failed to read {}: {error}", path.display()), next_step))?;
    match policy_fault(&policy).filter(|_| !policy.trim().is_empty()) {
        Some(fault) => Err(Failure::usage(format!("the policy in {} {fault}", path.display()), next_step)),
        None => Ok(policy),
    }
}

fn taken(error: StoreError, name: &str) -> anyhow::Error {
    match error {
        StoreError::Taken(_) => Failure::refused(format!("there is a suite {} already", slug_of(name)), "choose another name").into(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::suite::IdenticalUploads;

    use super::*;

    #[test]
    fn only_what_is_named_changes() {
        let known = SuiteSettings {
            color: Some("#000000".to_owned()),
            emoji: Some(":art:".to_owned()),
            external_url: Some("https://example.com".to_owned()),
            identical_uploads: IdenticalUploads::Off,
            ..SuiteSettings::named("Web")
        };
        assert_eq!(changed(known.clone(), &SuiteSettingArgs::default()).unwrap(), known);
        let args = SuiteSettingArgs {
            color: Some(String::new()),
            flaky_detection: Some(Switch::Off),
            identical_uploads: Some(IdenticalUploads::Always),
            ..SuiteSettingArgs::default()
        };
        let settings = changed(known.clone(), &args).unwrap();
        let expected = SuiteSettings { color: None, flaky_detection: false, identical_uploads: IdenticalUploads::Always, ..known };
        assert_eq!(settings, expected);
    }
}
