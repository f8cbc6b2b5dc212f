-- +goose Up

-- The twin of the SQLite schema: the same tables, columns and keys. What is
-- different here:
--
-- * Identifiers are UUID where they always are one. A column that is '' for
--   nobody, or that outlives what it names, is text.
-- * Text has the collation "C", so that it sorts by bytes like in SQLite:
--   positions of paging mean the same on both, and ranges of prefixes use an
--   index.
-- * Lists and maps are text, not jsonb: nothing is ever searched in them here,
--   Go reads and writes all of one at once, and jsonb would parse it twice.
-- * Row-level security, at the end.

-- What is looked up before the tenant is known. Global, like every table whose
-- key does not start with tenant_id; there are no others but tenant-less
-- housekeeping (installation).
CREATE TABLE tenant_names (
    name      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind      TEXT COLLATE "C" NOT NULL,           -- 'code'; later 'cname', 'domain'
    tenant_id UUID             NOT NULL
);

CREATE TABLE installation (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,   -- 'master_fingerprint', 'first_start'
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE tenants (
    tenant_id   UUID             NOT NULL PRIMARY KEY,
    parent_id   UUID             REFERENCES tenants (tenant_id),
    code        TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    attributes  TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL,
    version     BIGINT           NOT NULL
);
CREATE INDEX tenants_parent ON tenants (parent_id, created_at);

-- Without a foreign key: the last epoch outlives the tenant, so that every node
-- learns that what it remembers of it is void.
CREATE TABLE tenant_epochs (
    tenant_id  UUID   NOT NULL PRIMARY KEY,
    epoch      BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX tenant_epochs_changed ON tenant_epochs (changed_at);

CREATE TABLE namespaces (
    tenant_id    UUID             NOT NULL REFERENCES tenants (tenant_id),
    namespace_id UUID             NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT           NOT NULL,
    updated_at   BIGINT           NOT NULL,
    version      BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, namespace_id)
);
CREATE UNIQUE INDEX namespaces_name ON namespaces (tenant_id, name);

CREATE TABLE users (
    tenant_id            UUID             NOT NULL REFERENCES tenants (tenant_id),
    user_id              UUID             NOT NULL,
    handle               TEXT COLLATE "C" NOT NULL,
    username             TEXT COLLATE "C" NOT NULL,
    username_key         TEXT COLLATE "C" NOT NULL,
    label                TEXT COLLATE "C" NOT NULL,
    listed_key           TEXT COLLATE "C" NOT NULL,    -- iam.Fold of the listed name: lists are in its order
    email                TEXT COLLATE "C" NOT NULL,
    email_key            TEXT COLLATE "C" NOT NULL,
    email_verified       BOOLEAN          NOT NULL,
    given_name           TEXT COLLATE "C" NOT NULL,
    family_name          TEXT COLLATE "C" NOT NULL,
    display_name         TEXT COLLATE "C" NOT NULL,
    phone                TEXT COLLATE "C" NOT NULL,
    state                TEXT COLLATE "C" NOT NULL,
    attributes           TEXT COLLATE "C" NOT NULL,
    password_hash        TEXT COLLATE "C" NOT NULL,    -- PHC string, '' without a password
    must_change_password BOOLEAN          NOT NULL,
    generation           BIGINT           NOT NULL,    -- sessions of an earlier one have ended
    last_login_at        BIGINT           NOT NULL,    -- 0 before the first
    created_at           BIGINT           NOT NULL,
    updated_at           BIGINT           NOT NULL,
    version              BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE UNIQUE INDEX users_handle ON users (tenant_id, handle);
CREATE UNIQUE INDEX users_username ON users (tenant_id, username_key);
CREATE INDEX users_listed ON users (tenant_id, listed_key, user_id);
CREATE INDEX users_email ON users (tenant_id, email_key, user_id);
CREATE INDEX users_created ON users (tenant_id, created_at, user_id);

-- How many rows of a kind a tenant has, so that totals of long lists cost
-- nothing. Spread over slots, so that writers do not queue for one row.
CREATE TABLE row_counts (
    tenant_id UUID             NOT NULL REFERENCES tenants (tenant_id),
    kind      TEXT COLLATE "C" NOT NULL,        -- 'users'
    slot      INTEGER          NOT NULL,
    n         BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, kind, slot)
);

CREATE TABLE user_groups (
    tenant_id   UUID             NOT NULL REFERENCES tenants (tenant_id),
    group_id    UUID             NOT NULL,
    handle      TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    attributes  TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL,
    version     BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, group_id)
);
CREATE UNIQUE INDEX user_groups_handle ON user_groups (tenant_id, handle);
CREATE UNIQUE INDEX user_groups_name ON user_groups (tenant_id, name_key);

CREATE TABLE memberships (
    tenant_id  UUID   NOT NULL,
    group_id   UUID   NOT NULL,
    user_id    UUID   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX memberships_user ON memberships (tenant_id, user_id, group_id);

CREATE TABLE api_groups (
    tenant_id    UUID             NOT NULL REFERENCES tenants (tenant_id),
    api_group_id UUID             NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    name_key     TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL,
    rules        TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT           NOT NULL,
    updated_at   BIGINT           NOT NULL,
    version      BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, api_group_id)
);
CREATE UNIQUE INDEX api_groups_name ON api_groups (tenant_id, name_key);

CREATE TABLE roles (
    tenant_id   UUID             NOT NULL REFERENCES tenants (tenant_id),
    role_id     UUID             NOT NULL,
    handle      TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    builtin     BOOLEAN          NOT NULL,
    attributes  TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL,
    version     BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, role_id)
);
CREATE UNIQUE INDEX roles_handle ON roles (tenant_id, handle);
CREATE UNIQUE INDEX roles_name ON roles (tenant_id, name_key);

CREATE TABLE role_api_groups (
    tenant_id    UUID NOT NULL,
    role_id      UUID NOT NULL,
    api_group_id UUID NOT NULL,
    PRIMARY KEY (tenant_id, role_id, api_group_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, role_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, api_group_id) REFERENCES api_groups (tenant_id, api_group_id)
);
CREATE INDEX role_api_groups_group ON role_api_groups (tenant_id, api_group_id);

CREATE TABLE bindings (
    tenant_id  UUID             NOT NULL,
    binding_id UUID             NOT NULL,
    user_id    UUID,                               -- exactly one of user and group
    group_id   UUID             ,
    role_id    UUID             NOT NULL,
    scope      TEXT COLLATE "C" NOT NULL,        -- '' the tenant, '*' applications, else a namespace
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, binding_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, role_id) ON DELETE CASCADE,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
);
CREATE UNIQUE INDEX bindings_user ON bindings (tenant_id, user_id, role_id, scope);
CREATE UNIQUE INDEX bindings_group ON bindings (tenant_id, group_id, role_id, scope);
CREATE INDEX bindings_role ON bindings (tenant_id, role_id);

CREATE TABLE api_tokens (
    tenant_id    UUID             NOT NULL,
    token_id     TEXT COLLATE "C" NOT NULL,
    user_id      UUID             NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    key_id       TEXT COLLATE "C" NOT NULL,      -- which key of the tenant made the MAC
    mac          BYTEA            NOT NULL,
    created_at   BIGINT           NOT NULL,
    expires_at   BIGINT           NOT NULL,      -- 0: never
    last_used_at BIGINT           NOT NULL,      -- 0: never
    PRIMARY KEY (tenant_id, token_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_user ON api_tokens (tenant_id, user_id, created_at);

CREATE TABLE sessions (
    tenant_id    UUID             NOT NULL,
    session_id   UUID             NOT NULL,
    user_id      UUID             NOT NULL,
    generation   BIGINT           NOT NULL,
    dialect      TEXT COLLATE "C" NOT NULL,
    method       TEXT COLLATE "C" NOT NULL,
    address      TEXT COLLATE "C" NOT NULL,
    client       TEXT COLLATE "C" NOT NULL,
    signed_in_at BIGINT           NOT NULL,
    created_at   BIGINT           NOT NULL,
    expires_at   BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, created_at);
CREATE INDEX sessions_expiry ON sessions (tenant_id, expires_at);

CREATE TABLE login_events (
    tenant_id UUID             NOT NULL REFERENCES tenants (tenant_id),
    event_id  UUID             NOT NULL,
    at        BIGINT           NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,         -- '' when the name is unknown; kept after the user is gone
    username  TEXT COLLATE "C" NOT NULL,
    dialect   TEXT COLLATE "C" NOT NULL,
    method    TEXT COLLATE "C" NOT NULL,
    address   TEXT COLLATE "C" NOT NULL,
    client    TEXT COLLATE "C" NOT NULL,
    result    TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX login_events_at ON login_events (tenant_id, at, event_id);
CREATE INDEX login_events_user ON login_events (tenant_id, user_id, at, event_id);

CREATE TABLE audit_events (
    tenant_id  UUID             NOT NULL REFERENCES tenants (tenant_id),
    event_id   UUID             NOT NULL,
    at         BIGINT           NOT NULL,
    actor_id   TEXT COLLATE "C" NOT NULL,
    actor_name TEXT COLLATE "C" NOT NULL,
    method     TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    object     TEXT COLLATE "C" NOT NULL,
    object_id  TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    details    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX audit_events_at ON audit_events (tenant_id, at, event_id);
CREATE INDEX audit_events_object ON audit_events (tenant_id, object, object_id, at);

CREATE TABLE regions (
    tenant_id       UUID             NOT NULL REFERENCES tenants (tenant_id),
    region_id       UUID             NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    name_key        TEXT COLLATE "C" NOT NULL,
    description     TEXT COLLATE "C" NOT NULL,
    description_key TEXT COLLATE "C" NOT NULL,     -- for filters only
    created_by      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT           NOT NULL,
    updated_at      BIGINT           NOT NULL,
    version         BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, region_id)
);
CREATE UNIQUE INDEX regions_name ON regions (tenant_id, name);
CREATE INDEX regions_created ON regions (tenant_id, created_at, region_id);

CREATE TABLE zones (
    tenant_id       UUID             NOT NULL,
    zone_id         UUID             NOT NULL,
    region_id       UUID             NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    name_key        TEXT COLLATE "C" NOT NULL,
    description     TEXT COLLATE "C" NOT NULL,
    description_key TEXT COLLATE "C" NOT NULL,     -- for filters only
    created_by      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT           NOT NULL,
    updated_at      BIGINT           NOT NULL,
    version         BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, zone_id),
    FOREIGN KEY (tenant_id, region_id) REFERENCES regions (tenant_id, region_id)
);
CREATE UNIQUE INDEX zones_name ON zones (tenant_id, name);
CREATE INDEX zones_region ON zones (tenant_id, region_id, created_at);
CREATE INDEX zones_created ON zones (tenant_id, created_at, zone_id);

CREATE TABLE jobs (
    tenant_id       UUID             NOT NULL REFERENCES tenants (tenant_id),
    job_id          UUID             NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    action          TEXT COLLATE "C" NOT NULL,
    object_type     TEXT COLLATE "C" NOT NULL,
    object_id       TEXT COLLATE "C" NOT NULL,
    object_name     TEXT COLLATE "C" NOT NULL,
    object_name_key TEXT COLLATE "C" NOT NULL,     -- for filters only
    summary         TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    detail          TEXT COLLATE "C" NOT NULL,
    last_error      TEXT COLLATE "C" NOT NULL,
    failure         INTEGER          NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    user_id         TEXT COLLATE "C" NOT NULL,
    payload         TEXT COLLATE "C" NOT NULL,
    open_key        TEXT COLLATE "C",                   -- the idempotency key; NULL without one and when the job is done
    tasks           TEXT COLLATE "C" NOT NULL,
    attempts        INTEGER          NOT NULL,
    run_at          BIGINT           NOT NULL,
    lease_node      TEXT COLLATE "C" NOT NULL,
    lease_until     BIGINT           NOT NULL,       -- 0: nobody has it
    fence           BIGINT           NOT NULL,
    created_at      BIGINT           NOT NULL,
    updated_at      BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, job_id)
);
CREATE UNIQUE INDEX jobs_open_key ON jobs (tenant_id, open_key);
CREATE INDEX jobs_created ON jobs (tenant_id, created_at, job_id);
-- Due jobs of all tenants; partial, so it stays as small as the work at hand.
CREATE INDEX jobs_due ON jobs (run_at) WHERE status IN ('pending', 'running');

CREATE TABLE tenant_keys (
    tenant_id  UUID             NOT NULL REFERENCES tenants (tenant_id),
    purpose    TEXT COLLATE "C" NOT NULL,
    key_id     TEXT COLLATE "C" NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at BIGINT           NOT NULL,
    PRIMARY KEY (tenant_id, purpose, key_id)
);

-- Row-level security: a second wall, should a query ever forget its tenant.
-- The program's role owns nothing and sees the rows of the tenant that it has
-- put into app.tenant_id. Unset, empty, or none of the tenants: no rows.
-- FORCE, so that the owner of the tables is held by it, too.
--
-- Every query names its tenant as well, and finds rows through that: = on uuid
-- is leakproof, so that the planner may use the index before it checks the
-- policy.
-- +goose StatementBegin
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'tenants', 'tenant_epochs', 'namespaces', 'users', 'row_counts', 'user_groups', 'memberships',
        'api_groups', 'roles', 'role_api_groups', 'bindings', 'api_tokens', 'sessions', 'login_events',
        'audit_events', 'regions', 'zones', 'jobs', 'tenant_keys'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;

    -- '*' is what few methods look across tenants with: the tree of tenants,
    -- epochs, jobs that are due.
    FOREACH name IN ARRAY ARRAY['tenants', 'tenant_epochs', 'jobs'] LOOP
        EXECUTE format($policy$
            CREATE POLICY everywhere ON %I USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
    END LOOP;

    -- Of what is kept for a time it can only find and remove.
    FOREACH name IN ARRAY ARRAY['sessions', 'login_events', 'audit_events'] LOOP
        EXECUTE format($policy$
            CREATE POLICY everywhere_find ON %I FOR SELECT USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
        EXECUTE format($policy$
            CREATE POLICY everywhere_remove ON %I FOR DELETE USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
    END LOOP;
END $$;
-- +goose StatementEnd
