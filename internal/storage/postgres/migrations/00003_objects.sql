-- +goose Up

-- Namespaces and roles carry what configuration objects carry.
ALTER TABLE namespaces ADD COLUMN labels TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE namespaces ADD COLUMN annotations TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE namespaces ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE namespaces ADD COLUMN advertise TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE namespaces ADD COLUMN created_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE api_groups ADD COLUMN builtin BOOLEAN NOT NULL DEFAULT FALSE; -- its rules are part of the program
ALTER TABLE tenants ADD COLUMN plan TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- How many namespaces there are is counted from here on. The owner of the
-- tables sees no row of any tenant while row-level security is forced.
ALTER TABLE namespaces NO FORCE ROW LEVEL SECURITY;
ALTER TABLE row_counts NO FORCE ROW LEVEL SECURITY;
INSERT INTO row_counts (tenant_id, kind, slot, n) SELECT tenant_id, 'namespaces', 0, COUNT(*) FROM namespaces GROUP BY tenant_id;
ALTER TABLE namespaces FORCE ROW LEVEL SECURITY;
ALTER TABLE row_counts FORCE ROW LEVEL SECURITY;

CREATE TABLE objects (
    tenant_id    UUID   NOT NULL REFERENCES tenants (tenant_id),
    object_id    UUID   NOT NULL,
    kind         TEXT COLLATE "C"   NOT NULL,
    namespace_id UUID   NOT NULL,
    name         TEXT COLLATE "C"   NOT NULL,
    description  TEXT COLLATE "C"   NOT NULL,
    labels       TEXT COLLATE "C"   NOT NULL,
    annotations  TEXT COLLATE "C"   NOT NULL,
    disabled     BOOLEAN NOT NULL,
    spec         TEXT COLLATE "C"   NOT NULL,      -- JSON; the secrets in it are sealed
    status       TEXT COLLATE "C"   NOT NULL,      -- JSON, '' before there is any: what the work of the kind found out
    created_by   TEXT COLLATE "C"   NOT NULL,
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
    tenant_id        UUID NOT NULL,
    object_id        UUID NOT NULL,
    path             TEXT COLLATE "C" NOT NULL,    -- a JSON pointer into the spec (RFC 6901)
    target_kind      TEXT COLLATE "C" NOT NULL,
    target_namespace TEXT COLLATE "C" NOT NULL,
    target_name      TEXT COLLATE "C" NOT NULL,
    target_id        TEXT COLLATE "C" NOT NULL,    -- '' when nothing was there
    PRIMARY KEY (tenant_id, object_id, path),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE
);
CREATE INDEX object_refs_target ON object_refs (tenant_id, target_kind, target_namespace, target_name);

-- The built-in roles that clients of F5 name, in the tenants that there are.
ALTER TABLE roles NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
INSERT INTO roles (tenant_id, role_id, handle, name, name_key, description, builtin, attributes, created_at, updated_at, version)
SELECT t.tenant_id, CAST(substr(CAST(t.tenant_id AS TEXT), 1, 14) || '7' || substr(CAST(gen_random_uuid() AS TEXT), 16) AS UUID),
    n.name, n.name, n.name, n.description, TRUE, '{}', t.created_at, t.created_at, 1
FROM tenants t CROSS JOIN (VALUES
    ('ves-io-admin-role', 'Everything in the tenant and in the tenants below it'),
    ('ves-io-monitor-role', 'Sees everything, changes nothing'),
    ('ves-io-power-developer-role', 'Runs namespaces and the configuration in them'),
    ('ves-io-uam-admin-role', 'Runs users, groups and roles'),
    ('ves-io-developer-role', 'Runs the configuration in namespaces'),
    ('ves-io-default-role', 'Sees namespaces and what is in them')) AS n (name, description)
WHERE NOT EXISTS (SELECT 1 FROM roles r WHERE r.tenant_id = t.tenant_id AND (r.handle = n.name OR r.name_key = n.name));
ALTER TABLE roles FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

-- Row-level security, as for the tables of the first migration.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['objects', 'object_refs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;
END $$;
-- +goose StatementEnd
