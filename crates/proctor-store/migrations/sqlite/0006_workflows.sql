-- Workflows, what they know of tests, what they did, and what is still to be done.

-- One row for each suite that has its first workflow. Every transaction that writes states of monitors raises the epoch: who read states
-- before it starts over.
CREATE TABLE evaluations (
    suite_id BLOB NOT NULL PRIMARY KEY REFERENCES suites (id),
    epoch BIGINT NOT NULL DEFAULT 0,
    -- JSON; none: mass failures are not looked for
    incident_guard TEXT
);

CREATE TABLE workflows (
    id BLOB NOT NULL PRIMARY KEY,
    suite_id BLOB NOT NULL REFERENCES suites (id),
    name TEXT NOT NULL,
    -- of the document; raised by every change
    version BIGINT NOT NULL,
    -- the version whose states are stored: smaller until the stored history has been read
    applied_version BIGINT NOT NULL,
    -- what becomes of differences then: 'quiet' or 'fire'
    application TEXT NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX workflows_name ON workflows (suite_id, name);
CREATE INDEX workflows_unapplied ON workflows (suite_id) WHERE applied_version < version AND status = 'active';

-- All versions, those of deleted workflows included: the ledger refers to them.
CREATE TABLE workflow_versions (
    suite_id BLOB NOT NULL REFERENCES suites (id),
    workflow_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (suite_id, workflow_id, version)
);

-- What a workflow's monitor knows of 64 tests each: for each its number in the page and the bytes of its state, with their lengths.
CREATE TABLE monitor_states (
    suite_id BLOB NOT NULL REFERENCES suites (id),
    workflow_id BLOB NOT NULL,
    page BIGINT NOT NULL,
    states BLOB NOT NULL,
    PRIMARY KEY (suite_id, workflow_id, page)
);

-- The tests that are alarmed.
CREATE TABLE alarms (
    suite_id BLOB NOT NULL REFERENCES suites (id),
    workflow_id BLOB NOT NULL,
    ordinal BIGINT NOT NULL,
    since BIGINT NOT NULL,
    -- when time alone may change something
    due_at BIGINT,
    PRIMARY KEY (suite_id, workflow_id, ordinal)
);
CREATE INDEX alarms_test ON alarms (suite_id, ordinal);
CREATE INDEX alarms_due ON alarms (due_at, suite_id) WHERE due_at IS NOT NULL;

CREATE TABLE ledger (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    suite_id BLOB NOT NULL REFERENCES suites (id),
    kind TEXT NOT NULL,
    ordinal BIGINT,
    workflow_id BLOB,
    version BIGINT,
    -- 'workflow', 'system', or 'user:' and an id
    actor TEXT NOT NULL,
    -- when it came true, and when it was written down
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    -- JSON
    detail TEXT NOT NULL
);
CREATE UNIQUE INDEX ledger_id ON ledger (suite_id, id);
CREATE INDEX ledger_suite ON ledger (suite_id, seq);
CREATE INDEX ledger_events ON ledger (suite_id, seq) WHERE kind IN ('alarm', 'recover');
CREATE INDEX ledger_test ON ledger (suite_id, ordinal, seq) WHERE ordinal IS NOT NULL;
CREATE INDEX ledger_workflow ON ledger (suite_id, workflow_id, seq) WHERE workflow_id IS NOT NULL;

-- Messages to be delivered; written with the event that they tell of.
CREATE TABLE outbox (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    suite_id BLOB NOT NULL REFERENCES suites (id),
    event_id BLOB NOT NULL,
    workflow_id BLOB NOT NULL,
    ordinal BIGINT NOT NULL,
    -- position in the list of actions
    action BIGINT NOT NULL,
    channel TEXT NOT NULL,
    -- JSON
    settings TEXT NOT NULL,
    -- the same for every attempt: receivers know repetitions by it
    idempotency_key TEXT NOT NULL,
    -- 'waiting', 'delivered', 'failed' or 'cancelled'
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX outbox_key ON outbox (idempotency_key);
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, seq) WHERE status = 'waiting';
CREATE INDEX outbox_event ON outbox (suite_id, event_id);
CREATE INDEX outbox_test ON outbox (suite_id, workflow_id, ordinal) WHERE status = 'waiting';

-- Uploads whose run was a mass failure when they came.
CREATE TABLE incidents (
    suite_id BLOB NOT NULL REFERENCES suites (id),
    upload_seq BIGINT NOT NULL,
    run_id BLOB NOT NULL,
    at BIGINT NOT NULL,
    -- JSON
    detail TEXT NOT NULL,
    PRIMARY KEY (suite_id, upload_seq)
);
CREATE INDEX incidents_run ON incidents (suite_id, run_id);

-- Uploads that no workflow has looked at yet.
CREATE TABLE pending_evaluations (
    suite_id BLOB NOT NULL REFERENCES suites (id),
    upload_seq BIGINT NOT NULL,
    run_id BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    PRIMARY KEY (suite_id, upload_seq)
);
CREATE INDEX pending_evaluations_order ON pending_evaluations (suite_id, received_at, upload_seq);
