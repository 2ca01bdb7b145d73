-- Day files: the executions of a suite and a day, sorted by test. docs/storage.md describes their format.

CREATE TABLE day_files (
    id BLOB NOT NULL PRIMARY KEY,
    suite_id BLOB NOT NULL REFERENCES suites (id),
    -- days since 1970, UTC, of the receive time
    day BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    written_at BIGINT NOT NULL
);
CREATE INDEX day_files_day ON day_files (suite_id, day);

-- suites whose folders of day files are still this store's to clean up
CREATE TABLE deleted_suites (
    suite_id BLOB NOT NULL PRIMARY KEY
);

-- a suite whose executions of early days have been deleted
CREATE TABLE deleted_days (
    suite_id BLOB NOT NULL PRIMARY KEY REFERENCES suites (id),
    -- the first day that was kept
    before_day BIGINT NOT NULL
);
