-- Ids are 16 bytes of a UUID; times are milliseconds since 1970, UTC; truth is 0 or 1; JSON is text.

CREATE TABLE organizations (
    id BYTEA NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX organizations_slug ON organizations (slug);

CREATE TABLE users (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    -- the address in lower case: two spellings of it are one person
    email_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email_key);

CREATE TABLE memberships (
    organization_id BYTEA NOT NULL REFERENCES organizations (id),
    user_id BYTEA NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);

CREATE TABLE teams (
    id BYTEA NOT NULL PRIMARY KEY,
    organization_id BYTEA NOT NULL REFERENCES organizations (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX teams_slug ON teams (organization_id, slug);

CREATE TABLE team_members (
    team_id BYTEA NOT NULL REFERENCES teams (id),
    user_id BYTEA NOT NULL REFERENCES users (id),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_user ON team_members (user_id);

CREATE TABLE api_tokens (
    id BYTEA NOT NULL PRIMARY KEY,
    user_id BYTEA NOT NULL REFERENCES users (id),
    description TEXT NOT NULL,
    -- SHA-256 of the secret, which is not kept
    secret_hash BYTEA NOT NULL,
    -- JSON array, in the order given
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE UNIQUE INDEX api_tokens_secret ON api_tokens (secret_hash);

CREATE TABLE api_token_organizations (
    organization_id BYTEA NOT NULL REFERENCES organizations (id),
    token_id BYTEA NOT NULL REFERENCES api_tokens (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (organization_id, token_id)
);
CREATE INDEX api_token_organizations_token ON api_token_organizations (token_id);

CREATE TABLE suites (
    id BYTEA NOT NULL PRIMARY KEY,
    organization_id BYTEA NOT NULL REFERENCES organizations (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    application_name TEXT,
    color TEXT,
    emoji TEXT,
    oidc_policy TEXT,
    repo_url TEXT,
    external_url TEXT,
    flaky_detection BIGINT NOT NULL,
    identical_uploads TEXT NOT NULL,
    uploads_disabled BIGINT NOT NULL DEFAULT 0,
    -- SHA-256 of the upload token, and the token under the sealing key: nonce, then ciphertext
    token_hash BYTEA NOT NULL,
    token_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- kept by the commits of uploads, so that no list has to be counted
    run_count BIGINT NOT NULL DEFAULT 0,
    upload_count BIGINT NOT NULL DEFAULT 0,
    next_test_ordinal BIGINT NOT NULL DEFAULT 0,
    -- changes whenever a row of tests does: what a server remembers of them is good as long as this is the same
    tests_version BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX suites_slug ON suites (organization_id, slug);
CREATE UNIQUE INDEX suites_token ON suites (token_hash);

CREATE TABLE team_suites (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    team_id BYTEA NOT NULL REFERENCES teams (id),
    access TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (suite_id, team_id)
);
CREATE INDEX team_suites_team ON team_suites (team_id);

CREATE TABLE runs (
    id BYTEA NOT NULL PRIMARY KEY,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    run_key TEXT NOT NULL,
    branch TEXT,
    commit_sha TEXT,
    url TEXT,
    number TEXT,
    message TEXT,
    ci TEXT,
    build_id BYTEA,
    created_at BIGINT NOT NULL,
    uploads_in_flight BIGINT NOT NULL,
    -- 0 pending, 1 passed, 2 failed, 3 stale
    result BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    -- executions by result
    passed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    unknown BIGINT NOT NULL
);
CREATE UNIQUE INDEX runs_key ON runs (suite_id, run_key);
-- covers the deep pages of the list of runs
CREATE INDEX runs_newest ON runs (suite_id, created_at, id);
CREATE INDEX runs_build ON runs (suite_id, build_id, created_at, id) WHERE build_id IS NOT NULL;

CREATE TABLE uploads (
    -- the order of uploads received in one millisecond; never given twice
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id BYTEA NOT NULL,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- none for a refused upload
    run_id BYTEA,
    -- the server process that receives it
    node_id BYTEA NOT NULL,
    status TEXT NOT NULL,
    reason_code TEXT,
    message TEXT,
    format TEXT,
    received_at BIGINT NOT NULL,
    body_bytes BIGINT NOT NULL,
    run_env TEXT,
    tags TEXT,
    branch TEXT,
    commit_sha TEXT,
    -- executions by result
    passed BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    skipped BIGINT NOT NULL DEFAULT 0,
    pending BIGINT NOT NULL DEFAULT 0,
    unknown BIGINT NOT NULL DEFAULT 0,
    -- records left out, and remarks, all counted; the receipt lists the first of them
    records_skipped BIGINT NOT NULL DEFAULT 0,
    warnings_total BIGINT NOT NULL DEFAULT 0,
    receipt TEXT,
    digest BYTEA,
    -- whether an identical upload may be answered with this one: it is then in the index of digests
    is_answer BIGINT NOT NULL DEFAULT 0,
    reply_lost BIGINT NOT NULL DEFAULT 0,
    resends BIGINT NOT NULL DEFAULT 0,
    last_resent_at BIGINT
);
-- the part of an upload's id that the ids of its executions share
CREATE UNIQUE INDEX uploads_id ON uploads (substr(id, 1, 13));
CREATE INDEX uploads_run ON uploads (suite_id, run_id, received_at, seq) WHERE run_id IS NOT NULL;
CREATE INDEX uploads_suite ON uploads (suite_id, received_at);
CREATE INDEX uploads_digest ON uploads (digest) WHERE is_answer = 1;
CREATE INDEX uploads_processing ON uploads (status, seq) WHERE status = 'processing';

CREATE TABLE tests (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    -- dense in the suite, from 0
    ordinal BIGINT NOT NULL,
    id BYTEA NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    location TEXT,
    file_name TEXT,
    -- whether each of the two was seen on the default branch
    location_on_default BIGINT NOT NULL,
    file_on_default BIGINT NOT NULL,
    collision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (suite_id, ordinal)
);
CREATE UNIQUE INDEX tests_id ON tests (suite_id, id);

CREATE TABLE segments (
    upload_seq BIGINT NOT NULL PRIMARY KEY,
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    run_id BYTEA NOT NULL,
    upload_id BYTEA NOT NULL,
    -- days since 1970, UTC, of the receive time
    day BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    -- u32, little-endian: the ordinal of each of the segment's own test numbers
    test_ordinals BYTEA NOT NULL,
    -- an Arrow IPC stream in one zstd frame: docs/storage.md
    body BYTEA NOT NULL
);
CREATE INDEX segments_day ON segments (suite_id, day);
-- compressed already
ALTER TABLE segments ALTER COLUMN body SET STORAGE EXTERNAL;

-- the server processes; a node whose lease has ended is dead
CREATE TABLE nodes (
    id BYTEA NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
);
