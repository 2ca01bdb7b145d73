//! What an empty store gets, and how the operator learns of it.

use proctor_core::slug::slug_of;
use proctor_core::time::Timestamp;
use proctor_server::Settings;
use proctor_server::usecases::bootstrap::{BootstrapError, BootstrapOptions, Bootstrapped, FirstOrganization, bootstrap};
use proctor_store::Store;

use crate::exit::Failure;
use crate::output::{bold, dim, table};
use crate::serve::args::BootstrapArgs;

/// Makes what is missing.
///
/// # Errors
/// When the organization's name or the bootstrap token cannot be used, or the store cannot be written.
pub(super) async fn make_first(store: &Store, args: &BootstrapArgs, settings: &Settings, now: Timestamp) -> anyhow::Result<Bootstrapped> {
    let options = BootstrapOptions {
        organization_slug: slug_of(&args.organization),
        organization_name: args.organization.trim().to_owned(),
        bootstrap_token: args.bootstrap_token.clone().filter(|token| !token.trim().is_empty()),
        identical_uploads: settings.uploads.identical,
        retention: settings.retention.new_suites,
    };
    bootstrap(store, &options, now).await.map_err(|error| match error {
        BootstrapError::BadToken => Failure::usage(error.to_string(), "make one with: openssl rand -hex 32").into(),
        BootstrapError::BadSlug(_) => {
            let message = format!("'{}' makes no name for addresses", args.organization);
            Failure::usage(message, "use letters or digits in --organization, at most 100").into()
        }
        BootstrapError::NoRandomness(_) | BootstrapError::Store(_) => error.into(),
    })
}

/// The organization, its tokens and commands to try them: shown once, for the tokens cannot be shown again.
pub(super) fn to_text(first: &FirstOrganization, url: &str) -> String {
    let FirstOrganization { organization, administrator: _, api_token, suite, upload_token } = first;
    let (organization, suite) = (&organization.slug, &suite.slug);
    let token_note = if api_token.is_some() { "shown only now" } else { "as PROCTOR_BOOTSTRAP_TOKEN says" };
    let shown_token = api_token.as_deref().unwrap_or("$PROCTOR_BOOTSTRAP_TOKEN");
    let rows = [
        ["  organization", organization],
        ["  suite", suite],
        ["  upload token", upload_token],
        ["  API token", shown_token],
        ["", token_note],
    ];
    let rows = rows.map(|row| row.map(str::to_owned).to_vec());
    let lines = [
        String::new(),
        format!("  {}", bold("A new store: it has an organization, a suite and tokens now")),
        String::new(),
        table(&rows),
        String::new(),
        format!("  {}", dim("# send a test result")),
        format!("  curl {url}/v1/uploads \\"),
        format!("    -H 'Authorization: Token token=\"{upload_token}\"' \\"),
        "    -F format=json -F 'run_env[key]=first-run' \\".to_owned(),
        "    -F 'data=[{\"scope\": \"Hello\", \"name\": \"works\", \"result\": \"passed\"}]'".to_owned(),
        String::new(),
        format!("  {}", dim("# read it back")),
        "  curl \\".to_owned(),
        format!("    -H \"Authorization: Bearer {shown_token}\" \\"),
        format!("    {url}/v2/analytics/organizations/{organization}/suites/{suite}/runs"),
        String::new(),
    ];
    lines.join("\n")
}
