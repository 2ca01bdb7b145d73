//! The arguments that say where the store is.

use std::path::PathBuf;

use clap::Args;
use proctor_store::Database;

use crate::exit::Failure;

/// The catalog's file inside the data directory.
const CATALOG_FILE: &str = "proctor.db";

/// Where things are kept.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Storage")]
pub(crate) struct StorageArgs {
    /// The directory for everything that is kept; made if absent
    #[arg(long, value_name = "DIR", env = "PROCTOR_DATA_DIR", default_value = "./proctor-data")]
    pub(crate) data_dir: PathBuf,
    /// PostgreSQL (postgres://user@host/name) or the path of an SQLite file
    /// [default: proctor.db in the data directory]
    #[arg(long, value_name = "URL", env = "PROCTOR_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// The key that seals suite tokens, 64 hex digits; needed when several nodes share a
    /// database [default: secret.key in the data directory, made at the first start]
    #[arg(long, value_name = "HEX", env = "PROCTOR_SECRET_KEY", hide_env_values = true)]
    pub(crate) secret_key: Option<String>,
}

impl StorageArgs {
    /// A store in this directory.
    pub(crate) fn in_directory(data_dir: PathBuf) -> Self {
        Self { data_dir, database_url: None, secret_key: None }
    }

    /// The database.
    ///
    /// # Errors
    /// When the address names a database that is not supported.
    pub(crate) fn database(&self) -> Result<Database, Failure> {
        let Some(url) = self.database_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) else {
            return Ok(Database::Sqlite(self.data_dir.join(CATALOG_FILE)));
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Database::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        if path.is_empty() || path.contains("://") {
            let scheme = path.split("://").next().unwrap_or_default();
            return Err(Failure::usage(
                format!("the database address begins with '{scheme}://', which is not supported"),
                "give postgres://user@host/name or the path of an SQLite file",
            ));
        }
        Ok(Database::Sqlite(PathBuf::from(path)))
    }

    /// The directories that must exist before the store can be opened.
    pub(crate) fn directories(&self, database: &Database) -> Vec<PathBuf> {
        let beside_catalog = match database {
            Database::Sqlite(path) => path.parent().filter(|parent| !parent.as_os_str().is_empty()).map(PathBuf::from),
            Database::Postgres(_) => None,
        };
        std::iter::once(self.data_dir.clone()).chain(beside_catalog.filter(|parent| *parent != self.data_dir)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(url: Option<&str>) -> Result<Database, Failure> {
        let args = StorageArgs { database_url: url.map(str::to_owned), ..StorageArgs::in_directory("data".into()) };
        args.database()
    }

    #[test]
    fn addresses_name_a_database() {
        assert_eq!(database(None).unwrap(), Database::Sqlite("data/proctor.db".into()));
        assert_eq!(database(Some("")).unwrap(), Database::Sqlite("data/proctor.db".into()));
        assert_eq!(database(Some("other.db")).unwrap(), Database::Sqlite("other.db".into()));
        assert_eq!(database(Some("sqlite:///srv/p.db")).unwrap(), Database::Sqlite("/srv/p.db".into()));
        let postgres = "postgres://proctor@db/proctor";
        assert_eq!(database(Some(postgres)).unwrap(), Database::Postgres(postgres.to_owned()));
        assert!(database(Some("mysql://root@db/x")).is_err());
        assert!(database(Some("sqlite:")).is_err());
    }
}
