-- Day files: the executions of a suite and a day, sorted by test. docs/storage.md describes their format.

CREATE TABLE day_files (
    id BYTEA NOT NULL PRIMARY KEY,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- days since 1970, UTC, of the receive time
    day BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    written_at BIGINT NOT NULL
);
CREATE INDEX day_files_day ON day_files (suite_id, day);

-- their bodies: several servers read them. A body is its parts, in order
CREATE TABLE day_file_parts (
    -- written before the row of the file, in its transaction
    file_id BYTEA NOT NULL,
    part BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (file_id, part)
);
-- they are compressed already
ALTER TABLE day_file_parts ALTER COLUMN body SET STORAGE EXTERNAL;

-- the server whose turn it is to compact a suite
CREATE TABLE compactions (
    suite_id BYTEA NOT NULL PRIMARY KEY,
    node_id BYTEA NOT NULL,
    -- by the clock of the database
    lease_until BIGINT NOT NULL
);

-- suites whose folders of day files are still this store's to clean up
CREATE TABLE deleted_suites (
    suite_id BYTEA NOT NULL PRIMARY KEY
);

-- a suite whose executions of early days have been deleted
CREATE TABLE deleted_days (
    suite_id BYTEA NOT NULL PRIMARY KEY REFERENCES suites (id),
    -- the first day that was kept
    before_day BIGINT NOT NULL
);
