//! What an empty page tells: the command that fills it, ready to paste.

use super::error::WebError;
use super::place::{AtSuite, Rights};
use crate::App;
use crate::urls::Urls;

/// `proctor upload` with the address of this server, and with the suite's token for those who may see it.
///
/// # Errors
/// What the store says.
pub async fn first_step(app: &App, at: &AtSuite, urls: &Urls) -> Result<String, WebError> {
    let token = match at.rights {
        Rights::Edit => app.store.upload_tokens(at.organization.id, &[at.suite.id]).await?.pop(),
        Rights::Read => None,
    };
    let token = token.unwrap_or_else(|| "\"$PROCTOR_TOKEN\"".to_owned());
    Ok(format!("proctor upload 'reports/**/*.xml' --url {} --token {token}", urls.api("")))
}
