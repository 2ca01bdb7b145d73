//! Why the store could not do what was asked.

/// An error of the store. What callers can act on has a variant of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A name is taken: the constraint says which.
    #[error("{0} has already been taken")]
    Taken(Unique),
    /// The thing to change does not exist (any more).
    #[error("no such {0}")]
    Missing(&'static str),
    /// The disk, or the database's own bound, is full. Nothing of the transaction was stored.
    #[error("failed to write: the storage is full")]
    Full,
    /// The storage is away, locked for too long, or out of connections; the same call may work later.
    #[error("failed to reach the storage: {0}")]
    Unavailable(String),
    /// What was read is not what was written.
    #[error("failed to read stored data: {0}")]
    Corrupt(String),
    /// The answer would take more than [`crate::QueryLimits`] allow: a narrower question may be answered.
    #[error("the question takes more than {what}")]
    TooExpensive {
        /// The limit that was met, with its unit.
        what: String,
    },
    /// A sealed secret does not open in the place where it was put: it was made for another one.
    #[error("a sealed secret cannot be opened for this target: write the secret itself down again")]
    SealedElsewhere,
    /// Anything else.
    #[error("failed to use the storage: {0}")]
    Internal(String),
}

/// The unique names of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// The slug of an organization.
    OrganizationSlug,
    /// The slug of a suite in its organization.
    SuiteSlug,
    /// The upload token of a suite.
    SuiteToken,
    /// The secret of an API token.
    ApiToken,
    /// The e-mail address of a user.
    UserEmail,
    /// The slug of a team in its organization.
    TeamSlug,
    /// The name of a workflow in its suite.
    WorkflowName,
    /// The link between a team and a suite.
    TeamSuite,
}

impl Unique {
    const ALL: [Self; 8] = [
        Self::OrganizationSlug,
        Self::SuiteSlug,
        Self::SuiteToken,
        Self::ApiToken,
        Self::UserEmail,
        Self::TeamSlug,
        Self::TeamSuite,
        Self::WorkflowName,
    ];

    /// The name of its index, by which PostgreSQL tells of a violation, and its columns, by which SQLite does.
    const fn index(self) -> (&'static str, &'static str) {
        match self {
            Self::OrganizationSlug => ("organizations_slug", "organizations.slug"),
            Self::SuiteSlug => ("suites_slug", "suites.organization_id, suites.slug"),
            Self::SuiteToken => ("suites_token", "suites.token_hash"),
            Self::ApiToken => ("api_tokens_secret", "api_tokens.secret_hash"),
            Self::UserEmail => ("users_email", "users.email_key"),
            Self::TeamSlug => ("teams_slug", "teams.organization_id, teams.slug"),
            Self::WorkflowName => ("workflows_name", "workflows.suite_id, workflows.name"),
            Self::TeamSuite => ("team_suites_pkey", "team_suites.suite_id, team_suites.team_id"),
        }
    }
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OrganizationSlug => "organization slug",
            Self::SuiteSlug => "suite name",
            Self::SuiteToken => "suite token",
            Self::ApiToken => "API token",
            Self::UserEmail => "e-mail address",
            Self::TeamSlug => "team name",
            Self::WorkflowName => "workflow name",
            Self::TeamSuite => "link of team and suite",
        })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => of_database(database.as_ref()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

fn of_database(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    if error.is_unique_violation() {
        let constraint = error.constraint();
        let of_violation = |unique: &Unique| {
            let (index, columns) = unique.index();
            constraint == Some(index) || error.message().strip_prefix("UNIQUE constraint failed: ") == Some(columns)
        };
        return match Unique::ALL.into_iter().find(of_violation) {
            Some(unique) => StoreError::Taken(unique),
            None => StoreError::Internal(error.to_string()),
        };
    }
    let code = error.code().unwrap_or_default();
    let text = error.to_string();
    // SQLSTATEs have five characters, SQLite's extended result codes fewer; the low byte of those is the primary code.
    if code.len() == 5 { of_sqlstate(&code, text) } else { of_sqlite(code.parse::<i64>().unwrap_or(0) & 0xff, text) }
}

fn of_sqlite(primary_code: i64, text: String) -> StoreError {
    match primary_code {
        5 | 6 | 10 | 14 => StoreError::Unavailable(text), // busy, locked, I/O error, cannot open
        11 | 26 => StoreError::Corrupt(text),             // malformed, not a database
        13 => StoreError::Full,
        _ => StoreError::Internal(text),
    }
}

fn of_sqlstate(code: &str, text: String) -> StoreError {
    match code {
        "53100" => StoreError::Full,
        "XX001" | "XX002" => StoreError::Corrupt(text),
        // deadlock and serialisation, out of other resources, lock not available, shutting down or starting, not writable (a standby)
        "40001" | "40P01" | "53000" | "53200" | "53300" | "55P03" | "57P01" | "57P02" | "57P03" | "25006" | "58030" => {
            StoreError::Unavailable(text)
        }
        _ if code.starts_with("08") => StoreError::Unavailable(text),
        _ => StoreError::Internal(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_mean_the_same() {
        let text = String::new;
        assert_eq!(of_sqlite(13, text()), StoreError::Full);
        assert_eq!(of_sqlstate("53100", text()), StoreError::Full);
        assert_eq!(of_sqlite(517 & 0xff, text()), StoreError::Unavailable(text()));
        assert_eq!(of_sqlstate("08006", text()), StoreError::Unavailable(text()));
        assert_eq!(of_sqlite(1, text()), StoreError::Internal(text()));
    }
}
