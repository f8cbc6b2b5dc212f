-- +goose Up

-- Namespaces and roles carry what configuration objects carry.
ALTER TABLE namespaces ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
ALTER TABLE namespaces ADD COLUMN annotations TEXT NOT NULL DEFAULT '{}';
ALTER TABLE namespaces ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE namespaces ADD COLUMN advertise TEXT NOT NULL DEFAULT '';
ALTER TABLE namespaces ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE api_groups ADD COLUMN builtin BOOLEAN NOT NULL DEFAULT FALSE; -- its rules are part of the program
ALTER TABLE tenants ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';

-- How many namespaces there are is counted from here on.
INSERT INTO row_counts (tenant_id, kind, slot, n) SELECT tenant_id, 'namespaces', 0, COUNT(*) FROM namespaces GROUP BY tenant_id;

CREATE TABLE objects (
    tenant_id    TEXT   NOT NULL REFERENCES tenants (tenant_id),
    object_id    TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    namespace_id TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    labels       TEXT   NOT NULL,
    annotations  TEXT   NOT NULL,
    disabled     BOOLEAN NOT NULL,
    spec         TEXT   NOT NULL,      -- JSON; the secrets in it are sealed
    status       TEXT   NOT NULL,      -- JSON, '' before there is any: what the work of the kind found out
    created_by   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, object_id),
    FOREIGN KEY (tenant_id, namespace_id) REFERENCES namespaces (tenant_id, namespace_id)
);
CREATE UNIQUE INDEX objects_name ON objects (tenant_id, namespace_id, kind, name);
CREATE INDEX objects_kind ON objects (tenant_id, kind, namespace_id);

-- What an object refers to, by name: what it names may go, come back and be
-- another. target_id is the one that was meant when the reference was written.
CREATE TABLE object_refs (
    tenant_id        TEXT NOT NULL,
    object_id        TEXT NOT NULL,
    path             TEXT NOT NULL,    -- a JSON pointer into the spec (RFC 6901)
    target_kind      TEXT NOT NULL,
    target_namespace TEXT NOT NULL,
    target_name      TEXT NOT NULL,
    target_id        TEXT NOT NULL,    -- '' when nothing was there
    PRIMARY KEY (tenant_id, object_id, path),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX object_refs_target ON object_refs (tenant_id, target_kind, target_namespace, target_name);

-- The built-in roles that clients of F5 name, in the tenants that there are.
INSERT INTO roles (tenant_id, role_id, handle, name, name_key, description, builtin, attributes, created_at, updated_at, version)
SELECT t.tenant_id, substr(t.tenant_id, 1, 13) || '-7' || substr(lower(hex(randomblob(2))), 1, 3) || '-8' ||
    substr(lower(hex(randomblob(2))), 1, 3) || '-' || lower(hex(randomblob(6))),
    n.column1, n.column1, n.column1, n.column2, TRUE, '{}', t.created_at, t.created_at, 1
FROM tenants t CROSS JOIN (VALUES
    ('ves-io-admin-role', 'Everything in the tenant and in the tenants below it'),
    ('ves-io-monitor-role', 'Sees everything, changes nothing'),
    ('ves-io-power-developer-role', 'Runs namespaces and the configuration in them'),
    ('ves-io-uam-admin-role', 'Runs users, groups and roles'),
    ('ves-io-developer-role', 'Runs the configuration in namespaces'),
    ('ves-io-default-role', 'Sees namespaces and what is in them')) AS n
WHERE NOT EXISTS (SELECT 1 FROM roles r WHERE r.tenant_id = t.tenant_id AND (r.handle = n.column1 OR r.name_key = n.column1));
