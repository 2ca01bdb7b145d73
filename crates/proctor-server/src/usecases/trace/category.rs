//! What kind of work a span is.

/// What kind of work a span is, in the order in which ties are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// A query in SQL.
    Sql,
    /// Another database.
    Db,
    /// A cache.
    Cache,
    /// A request over HTTP.
    Http,
    /// Another call to a service.
    Rpc,
    /// A queue or a bus.
    Messaging,
    /// A part of the test itself.
    Test,
    /// Everything else: `sleep`, `annotation`, unknown words.
    Other,
}

/// Words of senders, in lower case, that mean a category beside its own name.
const SYNONYMS: [(Category, &[&str]); 7] = [
    (Category::Sql, &["postgres", "postgresql", "mysql", "sqlite", "active_record", "ecto"]),
    (Category::Db, &["database", "mongo", "mongodb", "elasticsearch", "opensearch", "dynamodb", "cassandra"]),
    (Category::Cache, &["redis", "memcache", "memcached", "valkey"]),
    (Category::Http, &["https", "fetch", "net_http"]),
    (Category::Rpc, &["grpc", "thrift"]),
    (Category::Messaging, &["queue", "kafka", "amqp", "rabbitmq", "sqs", "nats", "job"]),
    (Category::Test, &["top", "example", "hook", "setup", "teardown", "before", "after", "step"]),
];

impl Category {
    /// All categories.
    pub const ALL: [Self; 8] = [Self::Sql, Self::Db, Self::Cache, Self::Http, Self::Rpc, Self::Messaging, Self::Test, Self::Other];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Db => "db",
            Self::Cache => "cache",
            Self::Http => "http",
            Self::Rpc => "rpc",
            Self::Messaging => "messaging",
            Self::Test => "test",
            Self::Other => "other",
        }
    }

    /// The category of a span by its section.
    #[must_use]
    pub fn of(section: &str) -> Self {
        let word = section.trim().to_ascii_lowercase();
        let is_meant = |(category, words): &&(Self, &[&str])| category.as_str() == word || words.contains(&word.as_str());
        SYNONYMS.iter().find(is_meant).map_or(Self::Other, |(category, _)| *category)
    }

    /// What OpenTelemetry calls the kind of such a span.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Sql | Self::Db | Self::Cache | Self::Http | Self::Rpc => "client",
            Self::Messaging => "producer",
            Self::Test | Self::Other => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_collectors_and_others() {
        for (section, category) in [
            ("sql", Category::Sql),
            (" SQL ", Category::Sql),
            ("http", Category::Http),
            ("redis", Category::Cache),
            ("grpc", Category::Rpc),
            ("sleep", Category::Other),
            ("annotation", Category::Other),
            ("", Category::Other),
            ("top", Category::Test),
        ] {
            assert_eq!(Category::of(section), category, "{section}");
        }
        for category in Category::ALL {
            assert_eq!(Category::of(category.as_str()), category);
        }
    }
}
