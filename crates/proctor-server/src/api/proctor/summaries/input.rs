//! What clients send to make a subscription.

use proctor_core::actions::address::is_mail_address;
use proctor_core::organization::{Role, Team, TeamPrivacy};
use proctor_store::catalog::mails::Recipients;
use proctor_store::catalog::summaries::SummarySettings;
use serde_json::{Map, Value};

use crate::App;
use crate::api::error::ApiError;
use crate::auth::InSuite;
use crate::usecases::summaries::{WEEKDAYS, weekday_named, zone_named};

/// Addresses of one subscription.
const ADDRESSES_MAX: usize = 20;
/// What a subscription is made of.
const KEYS: [&str; 6] = ["team", "addresses", "weekday", "hour", "time_zone", "send_empty"];
const MONDAY: u8 = 1;
const HOUR_DEFAULT: u8 = 8;

/// Reads a subscription; Monday, 8 o'clock and UTC are the defaults.
///
/// # Errors
/// 422 with all that is wrong; what the store says.
pub(super) async fn read<S>(app: &App, place: &InSuite<S>, body: &Map<String, Value>) -> Result<(SummarySettings, Option<Team>), ApiError> {
    let mut reasons = Vec::new();
    if let Some(key) = body.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let key = proctor_core::text::cut(key, 64);
        reasons.push(format!("{key} is not a setting here; settings are {}", KEYS.join(", ")));
    }
    let addresses = addresses(body, &mut reasons);
    let team = match body.get("team") {
        None | Some(Value::Null) => None,
        Some(Value::String(slug)) => {
            let team = team(app, place, slug).await?;
            if team.is_none() {
                reasons.push("team must be the slug of a team".to_owned());
            }
            team
        }
        Some(_) => {
            reasons.push("team must be the slug of a team".to_owned());
            None
        }
    };
    let weekday = match body.get("weekday") {
        None | Some(Value::Null) => MONDAY,
        Some(day) => day.as_str().and_then(weekday_named).unwrap_or(0),
    };
    if weekday == 0 {
        reasons.push(format!("weekday must be one of {}", WEEKDAYS.join(", ")));
    }
    let hour = match body.get("hour") {
        None | Some(Value::Null) => Some(HOUR_DEFAULT),
        Some(hour) => hour.as_u64().and_then(|hour| u8::try_from(hour).ok()).filter(|hour| *hour <= 23),
    };
    if hour.is_none() {
        reasons.push("hour must be from 0 to 23".to_owned());
    }
    let time_zone = match body.get("time_zone") {
        None | Some(Value::Null) => "UTC".to_owned(),
        Some(zone) => zone.as_str().unwrap_or_default().to_owned(),
    };
    reasons.extend(zone_named(&time_zone).err().map(|error| error.to_string()));
    let send_empty = match body.get("send_empty") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            reasons.push("send_empty must be true or false".to_owned());
            false
        }
    };
    if reasons.is_empty() && team.is_none() && addresses.is_empty() {
        reasons.push("team or addresses must say who gets it".to_owned());
    }
    if !reasons.is_empty() {
        return Err(ApiError::invalid(&reasons));
    }
    let recipients = Recipients { team: team.as_ref().map(|team| team.id), addresses };
    Ok((SummarySettings { recipients, weekday, hour: hour.unwrap_or(HOUR_DEFAULT), time_zone, send_empty }, team))
}

fn addresses(body: &Map<String, Value>, reasons: &mut Vec<String>) -> Vec<String> {
    let listed = match body.get("addresses") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>(),
        Some(_) => None,
    };
    let listed = listed.filter(|all| all.len() <= ADDRESSES_MAX && all.iter().all(|address| is_mail_address(address)));
    listed.unwrap_or_else(|| {
        reasons.push(format!("addresses must be at most {ADDRESSES_MAX} mail addresses"));
        Vec::new()
    })
}

/// A team that the caller may see.
async fn team<S>(app: &App, place: &InSuite<S>, slug: &str) -> Result<Option<Team>, ApiError> {
    let Some(team) = app.store.team_by_slug(place.organization.id, slug).await? else { return Ok(None) };
    Ok(is_seen(app, place, &team).await?.then_some(team))
}

/// Whether the caller may see the team: a secret one is seen by its members and by administrators.
pub(super) async fn is_seen<S>(app: &App, place: &InSuite<S>, team: &Team) -> Result<bool, ApiError> {
    let user = place.caller.token.user_id;
    Ok(team.settings.privacy == TeamPrivacy::Visible
        || app.store.role(place.organization.id, user).await? == Some(Role::Administrator)
        || app.store.is_team_member(team.id, user).await?)
}
