-- What becomes of messages: when they left, what was answered, and which actions their receivers do not want any more.

-- When it was first tried; messages that have none count against the limit of their workflow when they are.
ALTER TABLE outbox ADD COLUMN started_at BIGINT;
-- When it was delivered, given up or cancelled.
ALTER TABLE outbox ADD COLUMN finished_at BIGINT;
-- Status and beginning of the last answer.
ALTER TABLE outbox ADD COLUMN answer_code BIGINT;
ALTER TABLE outbox ADD COLUMN answer TEXT;
-- For a message that stands for many: of how many tests it tells.
ALTER TABLE outbox ADD COLUMN digest_tests BIGINT;
CREATE INDEX outbox_suite ON outbox (suite_id, seq);
CREATE INDEX outbox_started ON outbox (suite_id, workflow_id, started_at) WHERE started_at IS NOT NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;

-- Actions whose receiver is gone for good (410).
CREATE TABLE paused_actions (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    workflow_id BYTEA NOT NULL,
    channel TEXT NOT NULL,
    -- SHA-256: settings may be longer than what an index takes
    settings_hash BYTEA NOT NULL,
    paused_at BIGINT NOT NULL,
    PRIMARY KEY (suite_id, workflow_id, channel, settings_hash)
);
