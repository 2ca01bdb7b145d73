//! Who calls and what they may do.

mod bearer;
mod caller;
pub mod oidc;
mod organization;
mod path;
mod run;
mod scope;
mod suite;
pub mod upload_token;

pub use caller::Caller;
pub use organization::InOrganization;
pub use path::path_uuid;
pub use run::InRun;
pub use scope::{ReadOrganizations, ReadSuites, ReadUser, RequiredScope, Scoped, WriteSuites, WriteTokens};
pub use suite::{EditableSuite, InSuite};
