-- +goose Up

-- Narrow tables are WITHOUT ROWID: the key is the table. Wide ones are not,
-- since SQLite keeps whole rows in the inner nodes of such a table.

-- What is looked up before the tenant is known. Global, like every table whose
-- key does not start with tenant_id; there are no others but tenant-less
-- housekeeping (installation).
CREATE TABLE tenant_names (
    name      TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,           -- 'code'; later 'cname', 'domain'
    tenant_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,   -- 'master_fingerprint', 'first_start'
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tenants (
    tenant_id   TEXT    NOT NULL PRIMARY KEY,
    parent_id   TEXT    REFERENCES tenants (tenant_id),
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    description TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    attributes  TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL
);
CREATE INDEX tenants_parent ON tenants (parent_id, created_at);

-- Without a foreign key: the last epoch outlives the tenant, so that every node
-- learns that what it remembers of it is void.
CREATE TABLE tenant_epochs (
    tenant_id  TEXT   NOT NULL PRIMARY KEY,
    epoch      BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tenant_epochs_changed ON tenant_epochs (changed_at);

CREATE TABLE namespaces (
    tenant_id    TEXT   NOT NULL REFERENCES tenants (tenant_id),
    namespace_id TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, namespace_id)
);
CREATE UNIQUE INDEX namespaces_name ON namespaces (tenant_id, name);

CREATE TABLE users (
    tenant_id     TEXT    NOT NULL REFERENCES tenants (tenant_id),
    user_id       TEXT    NOT NULL,
    handle        TEXT    NOT NULL,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    listed_key    TEXT    NOT NULL,    -- iam.Fold of the listed name: lists are in its order
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL,
    email_verified BOOLEAN NOT NULL,
    given_name    TEXT    NOT NULL,
    family_name   TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    phone         TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    attributes    TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,    -- PHC string, '' without a password
    must_change_password BOOLEAN NOT NULL,
    generation    BIGINT  NOT NULL,    -- sessions of an earlier one have ended
    last_login_at BIGINT  NOT NULL,    -- 0 before the first
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    version       BIGINT  NOT NULL,
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
    tenant_id TEXT    NOT NULL REFERENCES tenants (tenant_id),
    kind      TEXT    NOT NULL,        -- 'users'
    slot      INTEGER NOT NULL,
    n         BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, kind, slot)
) WITHOUT ROWID;

CREATE TABLE user_groups (
    tenant_id   TEXT   NOT NULL REFERENCES tenants (tenant_id),
    group_id    TEXT   NOT NULL,
    handle      TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL,
    description TEXT   NOT NULL,
    attributes  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id)
);
CREATE UNIQUE INDEX user_groups_handle ON user_groups (tenant_id, handle);
CREATE UNIQUE INDEX user_groups_name ON user_groups (tenant_id, name_key);

CREATE TABLE memberships (
    tenant_id  TEXT   NOT NULL,
    group_id   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (tenant_id, user_id, group_id);

CREATE TABLE api_groups (
    tenant_id    TEXT   NOT NULL REFERENCES tenants (tenant_id),
    api_group_id TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    name_key     TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    rules        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, api_group_id)
);
CREATE UNIQUE INDEX api_groups_name ON api_groups (tenant_id, name_key);

CREATE TABLE roles (
    tenant_id   TEXT    NOT NULL REFERENCES tenants (tenant_id),
    role_id     TEXT    NOT NULL,
    handle      TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    description TEXT    NOT NULL,
    builtin     BOOLEAN NOT NULL,
    attributes  TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, role_id)
);
CREATE UNIQUE INDEX roles_handle ON roles (tenant_id, handle);
CREATE UNIQUE INDEX roles_name ON roles (tenant_id, name_key);

CREATE TABLE role_api_groups (
    tenant_id    TEXT NOT NULL,
    role_id      TEXT NOT NULL,
    api_group_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, role_id, api_group_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, role_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, api_group_id) REFERENCES api_groups (tenant_id, api_group_id)
) WITHOUT ROWID;
CREATE INDEX role_api_groups_group ON role_api_groups (tenant_id, api_group_id);

CREATE TABLE bindings (
    tenant_id  TEXT   NOT NULL,
    binding_id TEXT   NOT NULL,
    user_id    TEXT,                   -- exactly one of user and group
    group_id   TEXT,
    role_id    TEXT   NOT NULL,
    scope      TEXT   NOT NULL,        -- '' the tenant, '*' applications, else a namespace
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
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
    tenant_id    TEXT   NOT NULL,
    token_id     TEXT   NOT NULL,
    user_id      TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    key_id       TEXT   NOT NULL,      -- which key of the tenant made the MAC
    mac          BLOB   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,      -- 0: never
    last_used_at BIGINT NOT NULL,      -- 0: never
    PRIMARY KEY (tenant_id, token_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_user ON api_tokens (tenant_id, user_id, created_at);

CREATE TABLE sessions (
    tenant_id    TEXT   NOT NULL,
    session_id   TEXT   NOT NULL,
    user_id      TEXT   NOT NULL,
    generation   BIGINT NOT NULL,
    dialect      TEXT   NOT NULL,
    method       TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    client       TEXT   NOT NULL,
    signed_in_at BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, created_at);
CREATE INDEX sessions_expiry ON sessions (tenant_id, expires_at);

CREATE TABLE login_events (
    tenant_id TEXT   NOT NULL REFERENCES tenants (tenant_id),
    event_id  TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    user_id   TEXT   NOT NULL,         -- '' when the name is unknown; kept after the user is gone
    username  TEXT   NOT NULL,
    dialect   TEXT   NOT NULL,
    method    TEXT   NOT NULL,
    address   TEXT   NOT NULL,
    client    TEXT   NOT NULL,
    result    TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX login_events_at ON login_events (tenant_id, at, event_id);
CREATE INDEX login_events_user ON login_events (tenant_id, user_id, at, event_id);

CREATE TABLE audit_events (
    tenant_id  TEXT   NOT NULL REFERENCES tenants (tenant_id),
    event_id   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    method     TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    object_id  TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    request_id TEXT   NOT NULL,
    details    TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX audit_events_at ON audit_events (tenant_id, at, event_id);
CREATE INDEX audit_events_object ON audit_events (tenant_id, object, object_id, at);

CREATE TABLE regions (
    tenant_id   TEXT   NOT NULL REFERENCES tenants (tenant_id),
    region_id   TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL,
    description TEXT   NOT NULL,
    description_key TEXT NOT NULL,     -- for filters only
    created_by  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, region_id)
);
CREATE UNIQUE INDEX regions_name ON regions (tenant_id, name);
CREATE INDEX regions_created ON regions (tenant_id, created_at, region_id);

CREATE TABLE zones (
    tenant_id   TEXT   NOT NULL,
    zone_id     TEXT   NOT NULL,
    region_id   TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    name_key    TEXT   NOT NULL,
    description TEXT   NOT NULL,
    description_key TEXT NOT NULL,     -- for filters only
    created_by  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, zone_id),
    FOREIGN KEY (tenant_id, region_id) REFERENCES regions (tenant_id, region_id)
);
CREATE UNIQUE INDEX zones_name ON zones (tenant_id, name);
CREATE INDEX zones_region ON zones (tenant_id, region_id, created_at);
CREATE INDEX zones_created ON zones (tenant_id, created_at, zone_id);

CREATE TABLE jobs (
    tenant_id   TEXT   NOT NULL REFERENCES tenants (tenant_id),
    job_id      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    object_type TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    object_name TEXT   NOT NULL,
    object_name_key TEXT NOT NULL,     -- for filters only
    summary     TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    last_error  TEXT   NOT NULL,
    failure     INTEGER NOT NULL,
    reason      TEXT   NOT NULL,
    user_id     TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    open_key    TEXT,                  -- the idempotency key; NULL without one and when the job is done
    tasks       TEXT   NOT NULL,
    attempts    INTEGER NOT NULL,
    run_at      BIGINT NOT NULL,
    lease_node  TEXT   NOT NULL,
    lease_until BIGINT NOT NULL,       -- 0: nobody has it
    fence       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, job_id)
);
CREATE UNIQUE INDEX jobs_open_key ON jobs (tenant_id, open_key);
CREATE INDEX jobs_created ON jobs (tenant_id, created_at, job_id);
-- Due jobs of all tenants; partial, so it stays as small as the work at hand.
CREATE INDEX jobs_due ON jobs (run_at) WHERE status IN ('pending', 'running');

CREATE TABLE tenant_keys (
    tenant_id  TEXT   NOT NULL REFERENCES tenants (tenant_id),
    purpose    TEXT   NOT NULL,
    key_id     TEXT   NOT NULL,
    wrapped    BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, purpose, key_id)
) WITHOUT ROWID;
