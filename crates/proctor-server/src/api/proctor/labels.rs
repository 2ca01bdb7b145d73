//! `GET` and `PUT .../labels`: the labels of a suite and their colours.

use axum::extract::State;
use proctor_core::label::Label;
use proctor_core::label_color::LabelColor;
use proctor_store::catalog::label_colors::{COLORS_PER_SUITE_MAX, SuiteLabel};
use serde::Serialize;
use serde_json::Value;

use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, InSuite, ReadSuites, WriteSuites};

/// A label of a suite.
#[derive(Debug, Serialize)]
pub struct LabelBody {
    name: String,
    color: &'static str,
    tests: u64,
}

impl From<SuiteLabel> for LabelBody {
    fn from(label: SuiteLabel) -> Self {
        let SuiteLabel { name, color, tests } = label;
        Self { name, color: color.as_str(), tests }
    }
}

/// The labels that tests have or that have a colour of their own, sorted by their bytes.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(State(app): State<App>, place: InSuite<ReadSuites>) -> Result<Json<Vec<LabelBody>>, ApiError> {
    Ok(Json(app.store.suite_labels(place.suite.id).await?.into_iter().map(LabelBody::from).collect()))
}

/// Gives the label `name` the colour `color`; null: the one that follows from its name. The name stands in the body, as it may have any
/// characters.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn put(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    JsonObject(body): JsonObject,
) -> Result<Json<LabelBody>, ApiError> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().replace('\0', "\u{fffd}");
    let label = Label::new(name).map_err(|_| ApiError::invalid(&["name must be a label of 1 to 64 characters, not blank".to_owned()]))?;
    let words = LabelColor::ALL.map(LabelColor::as_str).join(", ");
    let wrong = || ApiError::invalid(&[format!("color must be null or one of {words}")]);
    let color = match body.get("color") {
        Some(Value::Null) => None,
        Some(Value::String(word)) => Some(LabelColor::from_word(word).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    if !app.store.set_label_color(place.suite.id, &label, color).await? {
        return Err(ApiError::invalid(&[format!("at most {COLORS_PER_SUITE_MAX} labels of a suite have a colour of their own")]));
    }
    let known = app.store.suite_labels(place.suite.id).await?.into_iter().find(|known| known.name == label.as_str());
    let color = color.unwrap_or_else(|| LabelColor::of_name(label.as_str()));
    Ok(Json(known.unwrap_or_else(|| SuiteLabel { name: label.into_string(), color, tests: 0 }).into()))
}
