-- Mail that no workflow sends: that terms of states have ended, and weekly summaries.

CREATE TABLE mails (
    -- the same for every attempt: it is the Message-ID
    id BYTEA NOT NULL PRIMARY KEY,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- 'states_expired' or 'flaky_summary'
    kind TEXT NOT NULL,
    -- of a summary: whose
    subscription_id BYTEA,
    -- whose members get it, unless there are addresses
    team_id BYTEA,
    -- JSON array
    addresses TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    -- 'waiting', 'delivered' or 'failed'
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX mails_waiting ON mails (next_attempt_at, id) WHERE status = 'waiting';
CREATE INDEX mails_finished ON mails (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX mails_suite ON mails (suite_id, subscription_id, created_at);

-- Who gets a weekly summary of flaky tests, and when.
CREATE TABLE summaries (
    id BYTEA NOT NULL PRIMARY KEY,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- whose tests it is about, and whose members get it; none: all tests
    team_id BYTEA,
    -- JSON array: who gets it instead of the members
    addresses TEXT NOT NULL,
    -- 1 Monday .. 7 Sunday
    weekday BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    -- a name of the IANA database
    time_zone TEXT NOT NULL,
    -- whether a mail says that there is nothing to report
    send_empty BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX summaries_suite ON summaries (suite_id, created_at, id);
CREATE INDEX summaries_due ON summaries (next_at);

-- Colours of labels that somebody chose; the others follow from the names.
CREATE TABLE label_colors (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    label TEXT NOT NULL,
    color TEXT NOT NULL,
    PRIMARY KEY (suite_id, label)
);
