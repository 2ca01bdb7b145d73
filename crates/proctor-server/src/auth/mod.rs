//! Who calls and what they may do.

mod bearer;
mod build;
mod caller;
mod execution;
mod numbered_build;
pub mod oidc;
mod organization;
mod path;
mod run;
mod scope;
mod suite;
mod team;
mod test;
pub mod upload_token;

pub use build::InBuild;
pub use caller::Caller;
pub use execution::InExecution;
pub use numbered_build::InNumberedBuild;
pub use organization::InOrganization;
pub(crate) use path::path_text;
pub use path::path_uuid;
pub use run::InRun;
pub use scope::{
    ReadBuilds, ReadOrganizations, ReadSuites, ReadTeams, ReadUser, RequiredScope, Scoped, WriteSuites, WriteTeams, WriteTokens,
};
pub use suite::{EditableSuite, InSuite};
pub use team::{InTeam, InTeamSuite};
pub use test::{EditableTest, InTest};
