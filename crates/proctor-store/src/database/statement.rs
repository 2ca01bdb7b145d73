//! A statement with its arguments: fixed text with `$1`.. for both engines, or text built for a number of rows.

use proctor_core::time::Timestamp;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, Arguments, AssertSqlSafe};

use super::Engine;
use crate::StoreError;

/// Statements built for more rows than this are not kept prepared: they are many, large, and seldom come back.
const ROWS_KEPT_PREPARED_MAX: usize = 16;

/// An argument. Nulls have a type because PostgreSQL asks for one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

/// Counts that come near the bound of `i64` do not exist; one that did would be stored as that bound.
impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

/// Both engines keep truth as 0 and 1.
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.millis()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::millis))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::Text(value.as_deref())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}

/// A statement and its arguments.
pub(crate) struct Statement {
    text: Text,
    arguments: AnyArguments,
    rows: usize,
    failure: Option<String>,
}

enum Text {
    Fixed(&'static str),
    Built(Engine, String),
}

impl Statement {
    /// Text for both engines, with `$1`, `$2`.. in their order of first use.
    pub(crate) fn fixed(text: &'static str) -> Self {
        Self { text: Text::Fixed(text), arguments: AnyArguments::default(), rows: 0, failure: None }
    }

    /// Text that grows with [`Self::push`], [`Self::value`], [`Self::row`] and [`Self::list`].
    pub(crate) fn built(engine: Engine, text: impl Into<String>) -> Self {
        Self { text: Text::Built(engine, text.into()), arguments: AnyArguments::default(), rows: 0, failure: None }
    }

    /// The next argument of fixed text.
    pub(crate) fn with<'a>(mut self, value: impl Into<Value<'a>>) -> Self {
        self.add(value.into());
        self
    }

    /// Appends text.
    pub(crate) fn push(&mut self, more: &str) -> &mut Self {
        if let Text::Built(_, text) = &mut self.text {
            text.push_str(more);
        }
        self
    }

    /// Appends one argument.
    pub(crate) fn value<'a>(&mut self, value: impl Into<Value<'a>>) -> &mut Self {
        self.add(value.into());
        let position = self.arguments.len();
        if let Text::Built(engine, text) = &mut self.text {
            engine.placeholder(position, text);
        }
        self
    }

    /// Appends `(v, v, ..)`, after a comma unless it is the first.
    pub(crate) fn row(&mut self, values: &[Value<'_>]) -> &mut Self {
        self.push(if self.rows == 0 { "(" } else { ", (" });
        self.rows += 1;
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.value(*value);
        }
        self.push(")")
    }

    /// Appends `(v, v, ..)` for `IN`.
    pub(crate) fn list<'a>(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> &mut Self {
        self.push("(");
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.value(value);
            self.rows += 1;
        }
        self.push(")")
    }

    /// Runs it; how many rows it changed.
    pub(crate) async fn execute(self, connection: &mut AnyConnection) -> Result<u64, StoreError> {
        Ok(self.ready()?.execute(connection).await?.rows_affected())
    }

    /// Runs it and takes all rows.
    pub(crate) async fn all(self, connection: &mut AnyConnection) -> Result<Vec<AnyRow>, StoreError> {
        Ok(self.ready()?.fetch_all(connection).await?)
    }

    /// Runs it and takes the row, if there is one.
    pub(crate) async fn optional(self, connection: &mut AnyConnection) -> Result<Option<AnyRow>, StoreError> {
        Ok(self.ready()?.fetch_optional(connection).await?)
    }

    /// Runs it and takes the row that must be there.
    pub(crate) async fn one(self, connection: &mut AnyConnection) -> Result<AnyRow, StoreError> {
        Ok(self.ready()?.fetch_one(connection).await?)
    }

    fn add(&mut self, value: Value<'_>) {
        let added = match value {
            Value::Int(value) => self.arguments.add(value),
            // Readers have replaced NUL already; PostgreSQL would refuse the whole row if one came another way.
            Value::Text(Some(text)) if text.contains('\0') => self.arguments.add(text.replace('\0', "\u{FFFD}")),
            Value::Text(value) => self.arguments.add(value),
            Value::Bytes(value) => self.arguments.add(value),
        };
        if let Err(failure) = added {
            self.failure.get_or_insert(failure.to_string());
        }
    }

    fn ready(self) -> Result<sqlx::query::Query<'static, sqlx::Any, AnyArguments>, StoreError> {
        if let Some(failure) = self.failure {
            return Err(StoreError::Internal(failure));
        }
        let is_kept = self.rows <= ROWS_KEPT_PREPARED_MAX;
        Ok(match self.text {
            Text::Fixed(text) => sqlx::query_with(text, self.arguments),
            Text::Built(_, text) => sqlx::query_with(AssertSqlSafe(text), self.arguments).persistent(is_kept),
        })
    }
}
