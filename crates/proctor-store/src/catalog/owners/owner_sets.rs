//! The lists of teams that the rules of a suite's file name.

use proctor_core::id::{SuiteId, TeamId};
use rustc_hash::FxHashMap;
use sqlx::AnyConnection;

use crate::StoreError;
use crate::database::{Columns, Statement};

/// The lists by their numbers, and the teams that exist now and have access to the suite.
#[derive(Debug, Default)]
pub(crate) struct OwnerSets {
    sets: FxHashMap<i64, Vec<String>>,
    teams: FxHashMap<String, TeamId>,
}

impl OwnerSets {
    /// A team has access to a suite that it is linked to, and to one that is linked to none (`rest-api.md`, 3.1).
    pub(crate) async fn load(connection: &mut AnyConnection, suite: SuiteId) -> Result<Self, StoreError> {
        let mut loaded = Self::default();
        let select = Statement::fixed("SELECT number, teams FROM owner_sets WHERE suite_id = $1").with(suite.bytes());
        for row in select.all(connection).await? {
            let teams = serde_json::from_str(&row.text("teams")?).map_err(|error| StoreError::Corrupt(format!("owners: {error}")))?;
            loaded.sets.insert(row.int("number")?, teams);
        }
        let select = "SELECT teams.id AS id, teams.slug AS slug FROM suites JOIN teams ON teams.organization_id = suites.organization_id \
                      WHERE suites.id = $1 AND (NOT EXISTS (SELECT 1 FROM team_suites WHERE team_suites.suite_id = suites.id) \
                      OR EXISTS (SELECT 1 FROM team_suites WHERE team_suites.suite_id = suites.id AND team_suites.team_id = teams.id))";
        for row in Statement::fixed(select).with(suite.bytes()).all(connection).await? {
            loaded.teams.insert(row.text("slug")?, row.id("id", TeamId::from_bytes)?);
        }
        Ok(loaded)
    }

    /// The teams of a list, the default owner first.
    pub(crate) fn owners(&self, set: i64) -> Vec<TeamId> {
        self.sets.get(&set).into_iter().flatten().filter_map(|slug| self.teams.get(slug).copied()).collect()
    }

    /// The numbers of the lists that name one of the slugs, as far as there are such teams.
    pub(crate) fn with_any(&self, slugs: &[String]) -> Vec<i64> {
        let is_wanted = |slug: &String| slugs.contains(slug) && self.teams.contains_key(slug);
        let mut numbers: Vec<i64> = self.sets.iter().filter(|(_, teams)| teams.iter().any(is_wanted)).map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Whether there is a team with this slug that has access.
    pub(crate) fn has_team(&self, slug: &str) -> bool {
        self.teams.contains_key(slug)
    }

    /// All lists.
    pub(crate) fn sets(&self) -> impl Iterator<Item = (i64, &[String])> {
        self.sets.iter().map(|(number, teams)| (*number, teams.as_slice()))
    }
}
