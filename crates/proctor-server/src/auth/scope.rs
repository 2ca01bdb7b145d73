//! Scopes as types: a handler names the scope of its route in its signature.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::scope;

use super::Caller;
use crate::App;
use crate::api::error::ApiError;

/// The scope of a route.
pub trait RequiredScope: Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
}

macro_rules! required_scopes {
    ($($name:ident = $scope:ident;)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: see [`proctor_core::scope::", stringify!($scope), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl RequiredScope for $name {
            const NAME: &'static str = scope::$scope;
        }
    )*};
}

required_scopes! {
    ReadBuilds = READ_BUILDS;
    ReadOrganizations = READ_ORGANIZATIONS;
    ReadSuites = READ_SUITES;
    ReadTeams = READ_TEAMS;
    ReadUser = READ_USER;
    WriteSuites = WRITE_SUITES;
    WriteTeams = WRITE_TEAMS;
    WriteTokens = WRITE_TOKENS;
}

/// A caller whose token has the scope `S`; 403 otherwise.
#[derive(Debug)]
pub struct Scoped<S> {
    /// The caller.
    pub caller: Caller,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> FromRequestParts<App> for Scoped<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        caller.require(S::NAME)?;
        Ok(Self { caller, scope: PhantomData })
    }
}
