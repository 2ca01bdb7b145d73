-- What people and rules say of tests: labels, states, owners; tags of executions that may change; more of teams.

-- Scope, a zero byte, name, cut at 2048 bytes: bytes sort alike on both engines, and an index of PostgreSQL takes no longer ones.
ALTER TABLE tests ADD COLUMN sort_key BYTEA NOT NULL DEFAULT '\x';
UPDATE tests SET sort_key = substring(convert_to(scope, 'UTF8') || '\x00'::bytea || convert_to(name, 'UTF8') FROM 1 FOR 2048);
-- 0 enabled, 1 muted, 2 skipped
ALTER TABLE tests ADD COLUMN state BIGINT NOT NULL DEFAULT 0;
-- of the last change: what was before it, when and why it was made, and by whom: a user, or a workflow
ALTER TABLE tests ADD COLUMN state_before BIGINT;
ALTER TABLE tests ADD COLUMN state_since BIGINT;
ALTER TABLE tests ADD COLUMN state_reason TEXT;
ALTER TABLE tests ADD COLUMN state_user_id BYTEA;
ALTER TABLE tests ADD COLUMN state_workflow_id BYTEA;
-- when the test is enabled again by itself
ALTER TABLE tests ADD COLUMN state_expires_at BIGINT;
-- the number of a list of teams in owner_sets; none: nobody owns the test
ALTER TABLE tests ADD COLUMN owner_set BIGINT;
-- Each covers the pages of a list in its order.
CREATE INDEX tests_order ON tests (suite_id, sort_key, id, ordinal, state, owner_set);
CREATE INDEX tests_state ON tests (suite_id, state, sort_key, id, ordinal) WHERE state <> 0;
CREATE INDEX tests_owner ON tests (suite_id, owner_set, ordinal) WHERE owner_set IS NOT NULL;
CREATE INDEX tests_state_expiry ON tests (state_expires_at) WHERE state_expires_at IS NOT NULL;

CREATE TABLE test_labels (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    label TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    -- 'person', 'workflow:' and its id, or 'tag:' and its key: each takes away only what it gave
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (suite_id, label, ordinal, source)
);
CREATE INDEX test_labels_test ON test_labels (suite_id, ordinal, source, label);

-- Whether states of tests are managed at all, and which of the two may be given.
ALTER TABLE suites ADD COLUMN test_states BIGINT NOT NULL DEFAULT 1;
ALTER TABLE suites ADD COLUMN mute_allowed BIGINT NOT NULL DEFAULT 1;
ALTER TABLE suites ADD COLUMN skip_allowed BIGINT NOT NULL DEFAULT 1;
-- JSON array of the keys whose tags become labels
ALTER TABLE suites ADD COLUMN label_tag_keys TEXT NOT NULL DEFAULT '[]';
-- 0: no file; changes whenever the file does
ALTER TABLE suites ADD COLUMN owners_version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE owners_files (
    suite_id BYTEA NOT NULL PRIMARY KEY REFERENCES suites (id),
    text TEXT NOT NULL,
    rules BIGINT NOT NULL,
    -- SHA-256 of the text
    digest BYTEA NOT NULL,
    uploaded_at BIGINT NOT NULL
);

-- The distinct lists of teams in the rules of the file. A test has the number of its list, so that neither a team that gets or loses
-- access nor a rule that moves to another line touches a test.
CREATE TABLE owner_sets (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    number BIGINT NOT NULL,
    -- JSON array of slugs as written, the default owner first
    teams TEXT NOT NULL,
    PRIMARY KEY (suite_id, number)
);

-- The mutable tags of an execution, by the place of its upload and its position in it.
CREATE TABLE execution_tags (
    suite_id BYTEA NOT NULL REFERENCES suites (id),
    upload_seq BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    -- JSON object, never empty
    tags TEXT NOT NULL,
    PRIMARY KEY (suite_id, upload_seq, idx)
);
-- when the organization last changed execution tags: once in a while is allowed
ALTER TABLE organizations ADD COLUMN execution_tags_at BIGINT;

ALTER TABLE teams ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN is_secret BIGINT NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN is_default BIGINT NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN default_member_role TEXT NOT NULL DEFAULT 'member';
-- bits: 1 create pipelines, 2 create suites, 4 create registries, 8 destroy registries, 16 destroy packages
ALTER TABLE teams ADD COLUMN member_permissions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN created_by BYTEA;
CREATE INDEX teams_oldest ON teams (organization_id, created_at, id);
