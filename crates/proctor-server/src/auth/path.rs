//! The variable parts of a path.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use proctor_core::id::Uuid;

/// The part called `name`, decoded. `None` when the route has no such part, or when it is no text: then it names nothing.
pub(crate) async fn path_text(parts: &mut Parts, name: &str) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// The part called `name` as an id: a UUID in its hyphenated form, in any letter case. `None` for anything else, which is 404 and never
/// 400 (`rest-api.md`, section 1.2).
pub async fn path_uuid(parts: &mut Parts, name: &str) -> Option<Uuid> {
    path_text(parts, name).await.filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(&text).ok())
}
