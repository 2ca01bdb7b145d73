-- Who is signed in to the pages. Secrets are kept as SHA-256 only.

CREATE TABLE sessions (
    secret_hash BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    -- the API token that signed in: the session ends with it. None for a link
    token_id BLOB,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links that sign in once.
CREATE TABLE sign_in_links (
    secret_hash BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    expires_at BIGINT NOT NULL
);

-- Suites whose pages anybody may read.
ALTER TABLE suites ADD COLUMN is_public BIGINT NOT NULL DEFAULT 0;
