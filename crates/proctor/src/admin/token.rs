//! Running `proctor token`.

use proctor_core::id::TokenId;
use proctor_core::scope::KNOWN_SCOPES;
use proctor_server::{Clock, SystemClock};
use serde_json::json;

use crate::admin::args::{NewTokenArgs, TargetArgs, TokenCommand};
use crate::admin::confirm::confirm;
use crate::admin::target::Target;
use crate::admin::views::TokenView;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
///
/// # Errors
/// When the target cannot be reached or refuses.
pub(crate) async fn run_token(command: TokenCommand) -> anyhow::Result<Exit> {
    let (TokenCommand::Create(NewTokenArgs { target: args, .. })
    | TokenCommand::List { target: args, .. }
    | TokenCommand::Revoke { target: args, .. }) = &command;
    let target = Target::open(args).await?;
    match &command {
        TokenCommand::Create(new) => create(new, &target).await?,
        TokenCommand::List { org, target: _ } => list(org, &target, args).await?,
        TokenCommand::Revoke { id, org, yes, target: _ } => {
            if !yes {
                confirm(&format!("Revoke the token {id}? Whoever uses it is locked out."))?;
            }
            revoke(org, *id, &target, args).await?;
        }
    }
    target.close().await;
    Ok(Exit::Done)
}

async fn create(new: &NewTokenArgs, target: &Target) -> anyhow::Result<()> {
    let lifetime_ms = new.expires_in.map(|lifetime| i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
    let expires_at = lifetime_ms.map(|lifetime_ms| SystemClock::default().now().plus_millis(lifetime_ms));
    let token = match target {
        Target::Local(local) => local.create_token(new, expires_at).await?,
        Target::Remote(remote) => remote.create_token(new, expires_at.map(|time| time.to_string())).await?,
    };
    if new.target.json {
        output::json(&serde_json::to_value(&token)?);
        return Ok(());
    }
    let TokenView { id, description, scopes, created_at: _, expires_at, token } = token;
    let rows = [
        ("token", token.unwrap_or_default()),
        ("id", id),
        ("description", description),
        ("scopes", scopes_text(&scopes)),
        ("expires", expires_at.unwrap_or_else(|| "never".to_owned())),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    output::say(&output::table(&rows));
    output::note("The token is not shown again.");
    Ok(())
}

async fn list(organization: &str, target: &Target, args: &TargetArgs) -> anyhow::Result<()> {
    let tokens = match target {
        Target::Local(local) => local.tokens(organization).await?,
        Target::Remote(remote) => remote.tokens(organization).await?,
    };
    if args.json {
        output::json(&serde_json::to_value(&tokens)?);
        return Ok(());
    }
    let head = ["ID", "EXPIRES", "DESCRIPTION", "SCOPES"].map(str::to_owned).to_vec();
    let rows = tokens.into_iter().map(|token| {
        let TokenView { id, description, scopes, created_at: _, expires_at, token: _ } = token;
        let day = expires_at.map_or_else(|| "never".to_owned(), |time| time.chars().take(10).collect());
        vec![id, day, description, scopes_text(&scopes)]
    });
    output::say(&output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
    Ok(())
}

async fn revoke(organization: &str, id: TokenId, target: &Target, args: &TargetArgs) -> anyhow::Result<()> {
    match target {
        Target::Local(local) => local.revoke_token(organization, id).await?,
        Target::Remote(remote) => remote.revoke_token(organization, id).await?,
    }
    if args.json {
        output::json(&json!({ "revoked": id.to_string() }));
    } else {
        output::say(&format!("Revoked the token {id}."));
    }
    Ok(())
}

/// The names, or `all` instead of a long line.
fn scopes_text(scopes: &[String]) -> String {
    let has_all = KNOWN_SCOPES.iter().all(|known| scopes.iter().any(|scope| scope == known));
    if has_all { "all".to_owned() } else { scopes.join(" ") }
}
