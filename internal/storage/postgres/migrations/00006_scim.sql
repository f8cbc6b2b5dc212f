-- +goose Up

-- What filters compare of a user that no column of the row has, one row for each
-- value: scim.UserValues. Rows of equal place are of one value of a complex
-- attribute.
CREATE TABLE user_values (
    tenant_id UUID   NOT NULL,
    user_id   UUID   NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,     -- 'externalid', 'emails.type'
    place     BIGINT NOT NULL,
    value_key  TEXT COLLATE "C" NOT NULL,    -- in the form that compares as the attribute does: its first 128 characters
    value_rest TEXT COLLATE "C" NOT NULL,    -- and those behind: an index entry has a bound, a value has not
    PRIMARY KEY (tenant_id, user_id, path, place),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX user_values_key ON user_values (tenant_id, path, value_key, user_id);

CREATE TABLE group_values (
    tenant_id UUID   NOT NULL,
    group_id  UUID   NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,
    place     BIGINT NOT NULL,
    value_key  TEXT COLLATE "C" NOT NULL,
    value_rest TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, group_id, path, place),
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE
);
CREATE INDEX group_values_key ON group_values (tenant_id, path, value_key, group_id);

-- iam.Fold of names, for filters only, and whether the user's addresses are more
-- than the one of the account: then they are in user_values.
ALTER TABLE users ADD COLUMN given_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN family_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN emails_listed BOOLEAN NOT NULL DEFAULT FALSE;

-- Schemas by which tenants extend users and groups.
CREATE TABLE scim_schemas (
    tenant_id     UUID   NOT NULL REFERENCES tenants (tenant_id),
    urn_key       TEXT COLLATE "C" NOT NULL,     -- iam.Fold of the URN
    resource_type TEXT COLLATE "C" NOT NULL,     -- 'User' or 'Group'
    definition    TEXT COLLATE "C" NOT NULL,     -- JSON (RFC 7643 section 7)
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, urn_key)
);

-- How far an import has come, so that it goes on there.
CREATE TABLE imports (
    tenant_id  UUID   NOT NULL REFERENCES tenants (tenant_id),
    source_sum TEXT COLLATE "C" NOT NULL,        -- what tells one file from another
    position   BIGINT NOT NULL,        -- entries that are done
    tally      TEXT COLLATE "C" NOT NULL,        -- JSON: what became of them
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source_sum)
);

-- Row-level security, as for the tables of the first migration.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['user_values', 'group_values', 'scim_schemas', 'imports'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;
END $$;
-- +goose StatementEnd
