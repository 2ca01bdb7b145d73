-- Failures of a suite by fingerprint, over all its history.
CREATE TABLE failure_groups (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- sixteen bytes: what is the same about the failures of the group
    fingerprint BYTEA NOT NULL,
    title TEXT NOT NULL,
    -- what the first one that was stored says
    sample TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    first_run_id BYTEA NOT NULL,
    last_run_id BYTEA NOT NULL,
    PRIMARY KEY (suite_id, fingerprint)
);
