//! A caller at a test.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::TestId;
use proctor_store::catalog::tests::KnownTest;

use super::{InSuite, RequiredScope, path_uuid};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` who may see the test `{test}` of the path; 404 otherwise.
#[derive(Debug)]
pub struct InTest<S> {
    /// Where the test is.
    pub place: InSuite<S>,
    /// The test.
    pub test: KnownTest,
}

impl<S: RequiredScope> FromRequestParts<App> for InTest<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No test found");
        let id = path_uuid(parts, "test").await.map(TestId::new).ok_or_else(unknown)?;
        let test = app.store.test_by_id(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, test })
    }
}

/// As [`InTest`], of a caller who may change the suite; 403 otherwise.
#[derive(Debug)]
pub struct EditableTest<S>(pub InTest<S>);

impl<S: RequiredScope> FromRequestParts<App> for EditableTest<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let test = InTest::<S>::from_request_parts(parts, app).await?;
        test.place.require_edit(app, "You don't have permission to edit this suite").await?;
        Ok(Self(test))
    }
}
