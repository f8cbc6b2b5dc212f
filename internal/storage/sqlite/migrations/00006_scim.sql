-- +goose Up

-- What filters compare of a user that no column of the row has, one row for each
-- value: scim.UserValues. Rows of equal place are of one value of a complex
-- attribute.
CREATE TABLE user_values (
    tenant_id TEXT   NOT NULL,
    user_id   TEXT   NOT NULL,
    path      TEXT   NOT NULL,     -- 'externalid', 'emails.type'
    place     BIGINT NOT NULL,
    value_key  TEXT  NOT NULL,     -- in the form that compares as the attribute does: its first 128 characters
    value_rest TEXT  NOT NULL,     -- and those behind: an index entry has a bound, a value has not
    PRIMARY KEY (tenant_id, user_id, path, place),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX user_values_key ON user_values (tenant_id, path, value_key, user_id);

CREATE TABLE group_values (
    tenant_id TEXT   NOT NULL,
    group_id  TEXT   NOT NULL,
    path      TEXT   NOT NULL,
    place     BIGINT NOT NULL,
    value_key  TEXT  NOT NULL,
    value_rest TEXT  NOT NULL,
    PRIMARY KEY (tenant_id, group_id, path, place),
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX group_values_key ON group_values (tenant_id, path, value_key, group_id);

-- iam.Fold of names, for filters only, and whether the user's addresses are more
-- than the one of the account: then they are in user_values.
ALTER TABLE users ADD COLUMN given_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN family_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN emails_listed BOOLEAN NOT NULL DEFAULT FALSE;

-- Schemas by which tenants extend users and groups.
CREATE TABLE scim_schemas (
    tenant_id     TEXT   NOT NULL REFERENCES tenants (tenant_id),
    urn_key       TEXT   NOT NULL,     -- iam.Fold of the URN
    resource_type TEXT   NOT NULL,     -- 'User' or 'Group'
    definition    TEXT   NOT NULL,     -- JSON (RFC 7643 section 7)
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, urn_key)
) WITHOUT ROWID;

-- How far an import has come, so that it goes on there.
CREATE TABLE imports (
    tenant_id  TEXT   NOT NULL REFERENCES tenants (tenant_id),
    source_sum TEXT   NOT NULL,        -- what tells one file from another
    position   BIGINT NOT NULL,        -- entries that are done
    tally      TEXT   NOT NULL,        -- JSON: what became of them
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source_sum)
) WITHOUT ROWID;

-- What the planner is to think of the tables that filters go through: it knows
-- nothing of its own, and takes a tenant for ten rows. Rows in all, and for each
-- value of the first columns of an index.
ANALYZE imports; -- which is empty, and makes the table
DELETE FROM sqlite_stat1 WHERE tbl IN ('users', 'user_groups', 'memberships', 'user_values', 'group_values');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('users', 'sqlite_autoindex_users_1', '1000000 100000 1'),
    ('users', 'users_handle', '1000000 100000 1'),
    ('users', 'users_username', '1000000 100000 1'),
    ('users', 'users_number', '1000000 100000 1'),
    ('users', 'users_listed', '1000000 100000 1 1'),
    ('users', 'users_email', '1000000 100000 1 1'),
    ('users', 'users_created', '1000000 100000 1 1'),
    ('user_groups', 'sqlite_autoindex_user_groups_1', '10000 1000 1'),
    ('user_groups', 'user_groups_handle', '10000 1000 1'),
    ('user_groups', 'user_groups_name', '10000 1000 1'),
    ('memberships', 'memberships', '2000000 200000 200 1'),
    ('memberships', 'memberships_user', '2000000 200000 2 1'),
    ('user_values', 'user_values', '5000000 500000 5 1 1'),
    ('user_values', 'user_values_key', '5000000 500000 50000 10 1'),
    ('group_values', 'group_values', '10000 1000 1 1 1'),
    ('group_values', 'group_values_key', '10000 1000 1000 1 1');
