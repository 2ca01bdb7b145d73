-- Days; null is for ever.
ALTER TABLE suites ADD COLUMN retention_days BIGINT;
ALTER TABLE suites ADD COLUMN aggregates_days BIGINT;

-- Whether retention has deleted the executions: the receipt and its counts stay.
ALTER TABLE uploads ADD COLUMN executions_deleted BIGINT NOT NULL DEFAULT 0;

-- What stays of a day whose executions were deleted. A day has several when executions came for it later, or when they were very many.
CREATE TABLE day_aggregates (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- days since 1970, UTC
    day BIGINT NOT NULL,
    id BYTEA NOT NULL,
    executions BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    -- a Parquet file: docs/storage.md
    body BYTEA NOT NULL,
    PRIMARY KEY (suite_id, day, id)
);
-- compressed already
ALTER TABLE day_aggregates ALTER COLUMN body SET STORAGE EXTERNAL;
