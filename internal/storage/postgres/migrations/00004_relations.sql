-- +goose Up

-- The state of a tenant is what counts; own_state is that of the tenant itself,
-- whatever is above it. ending is why its administrators want it to end.
ALTER TABLE tenants ADD COLUMN own_state TEXT COLLATE "C" NOT NULL DEFAULT 'active';
ALTER TABLE tenants ADD COLUMN ending TEXT COLLATE "C" NOT NULL DEFAULT ''; -- JSON
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
UPDATE tenants SET own_state = state;
-- Until now a tenant that was not active did not stop those below it.
WITH RECURSIVE stopped (tenant_id) AS (
    SELECT t.tenant_id FROM tenants t JOIN tenants p ON p.tenant_id = t.parent_id WHERE p.state <> 'active'
    UNION ALL SELECT t.tenant_id FROM tenants t JOIN stopped s ON t.parent_id = s.tenant_id)
UPDATE tenants SET state = 'suspended' WHERE state = 'active' AND tenant_id IN (SELECT tenant_id FROM stopped);
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

-- What a configuration object says of the relation of its tenant to another.
CREATE TABLE tenant_links (
    tenant_id  UUID NOT NULL,
    object_id  UUID NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,   -- iam.LinkKind
    other_id   UUID,                        -- the other tenant; NULL: none. It may be gone
    other_code TEXT COLLATE "C" NOT NULL,   -- its code, which never changes
    name       TEXT COLLATE "C" NOT NULL,   -- of the object, as is disabled
    disabled   BOOLEAN NOT NULL,
    manager_id UUID,                        -- of a child, the object that has the assignments; NULL: none
    PRIMARY KEY (tenant_id, object_id),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE
);
-- One half of a kind to each other tenant.
CREATE UNIQUE INDEX tenant_links_other ON tenant_links (tenant_id, kind, other_id);

-- Which group of the tenant is given what, by the object of a link.
CREATE TABLE assignments (
    tenant_id UUID NOT NULL,
    object_id UUID NOT NULL,
    position  INTEGER NOT NULL,
    group_id  UUID NOT NULL,
    theirs    TEXT COLLATE "C" NOT NULL,    -- JSON: names of groups of the other tenant
    owner     BOOLEAN NOT NULL,             -- everything
    PRIMARY KEY (tenant_id, object_id, position),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE
);
CREATE INDEX assignments_group ON assignments (tenant_id, group_id);

-- A tenant below another is one of its child_tenant objects, however it was made.
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
ALTER TABLE namespaces NO FORCE ROW LEVEL SECURITY;
ALTER TABLE objects NO FORCE ROW LEVEL SECURITY;
INSERT INTO objects (tenant_id, object_id, kind, namespace_id, name, description, labels, annotations, disabled, spec, status,
    created_by, created_at, updated_at, version)
SELECT c.parent_id, CAST(substr(CAST(c.tenant_id AS TEXT), 1, 14) || '7' || substr(CAST(gen_random_uuid() AS TEXT), 16) AS UUID), 'child_tenant', n.namespace_id, c.code, '', '{}', '{}',
    c.own_state = 'disabled', json_build_object('company_name', c.name, 'domain', c.code)::TEXT, '', '', c.created_at, c.created_at, 1
FROM tenants c JOIN namespaces n ON n.tenant_id = c.parent_id AND n.name = 'system' WHERE c.own_state <> 'deleting';
INSERT INTO tenant_links (tenant_id, object_id, kind, other_id, other_code, name, disabled, manager_id)
SELECT o.tenant_id, o.object_id, 'child', c.tenant_id, c.code, o.name, o.disabled, NULL
FROM objects o JOIN tenants c ON c.parent_id = o.tenant_id AND c.code = o.name WHERE o.kind = 'child_tenant';
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE namespaces FORCE ROW LEVEL SECURITY;
ALTER TABLE objects FORCE ROW LEVEL SECURITY;

CREATE TABLE support_access (
    tenant_id  UUID NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    mode       TEXT COLLATE "C" NOT NULL,   -- iam.SupportMode
    namespaces TEXT COLLATE "C" NOT NULL,   -- JSON: names
    disabled   BOOLEAN NOT NULL,
    by_name    TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Tickets are the tenant's for which they were opened.
CREATE TABLE tickets (
    tenant_id    UUID NOT NULL REFERENCES tenants (tenant_id),
    ticket_id    UUID NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL,
    facts        TEXT COLLATE "C" NOT NULL,  -- JSON: what nothing is searched by
    priority     TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    escalated    BOOLEAN NOT NULL,
    author_id    TEXT COLLATE "C" NOT NULL,
    author_name  TEXT COLLATE "C" NOT NULL,
    author_email TEXT COLLATE "C" NOT NULL,
    home_id      TEXT COLLATE "C" NOT NULL,  -- the author's own tenant
    follows      TEXT COLLATE "C" NOT NULL,  -- the ticket that it follows up; '' none
    open_key     TEXT COLLATE "C",           -- unique among those of the tenant that are open; NULL for none
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id)
);
CREATE INDEX tickets_created ON tickets (tenant_id, created_at, ticket_id);
CREATE INDEX tickets_id ON tickets (ticket_id); -- who looks after a ticket asks in one of many tenants
CREATE INDEX tickets_follows ON tickets (tenant_id, follows) WHERE follows <> '';
CREATE UNIQUE INDEX tickets_open_key ON tickets (tenant_id, open_key);
-- Those that are not closed, for counts.
CREATE INDEX tickets_open ON tickets (tenant_id) WHERE status NOT IN ('solved', 'closed', 'failed');

CREATE TABLE ticket_comments (
    tenant_id    UUID NOT NULL,
    comment_id   UUID NOT NULL,
    ticket_id    UUID NOT NULL,
    text         TEXT COLLATE "C" NOT NULL,
    author_id    TEXT COLLATE "C" NOT NULL,
    author_name  TEXT COLLATE "C" NOT NULL,
    author_email TEXT COLLATE "C" NOT NULL,
    home_id      TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, comment_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, ticket_id) ON DELETE CASCADE
);
CREATE INDEX ticket_comments_ticket ON ticket_comments (tenant_id, ticket_id, created_at);

CREATE TABLE ticket_attachments (
    tenant_id     UUID NOT NULL,
    attachment_id UUID NOT NULL,
    comment_id    UUID NOT NULL,
    filename      TEXT COLLATE "C" NOT NULL,
    content_type  TEXT COLLATE "C" NOT NULL,
    size          BIGINT NOT NULL,           -- bytes
    data          BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, attachment_id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES ticket_comments (tenant_id, comment_id) ON DELETE CASCADE
);
CREATE INDEX ticket_attachments_comment ON ticket_attachments (tenant_id, comment_id);

-- New customers who have asked for a tenant below this one.
CREATE TABLE signups (
    tenant_id  UUID NOT NULL REFERENCES tenants (tenant_id),
    signup_id  UUID NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,    -- unguessable: who has it may see how it stands
    email      TEXT COLLATE "C" NOT NULL,
    domain     TEXT COLLATE "C" NOT NULL,    -- the code that the tenant is to have
    facts      TEXT COLLATE "C" NOT NULL,    -- JSON: names, company, language, terms
    key_id     TEXT COLLATE "C" NOT NULL,    -- which key of the tenant made the MAC of the token
    mac        BYTEA NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,    -- 'asked', 'proved', 'done', 'failed'
    reason     TEXT COLLATE "C" NOT NULL,
    made_id    TEXT COLLATE "C" NOT NULL,    -- the tenant that was made; '' before
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, signup_id)
);
CREATE UNIQUE INDEX signups_name ON signups (tenant_id, name);
CREATE INDEX signups_expiry ON signups (tenant_id, expires_at);

-- Row-level security, as for the tables of the first migration.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenant_links', 'assignments', 'support_access', 'tickets', 'ticket_comments', 'ticket_attachments',
        'signups'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;

    -- A relation is of two tenants, the support tenant finds who lets it in, and who
    -- looks after others has their tickets.
    FOREACH name IN ARRAY ARRAY['tenant_links', 'support_access', 'tickets'] LOOP
        EXECUTE format($policy$
            CREATE POLICY everywhere_find ON %I FOR SELECT USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
    END LOOP;

    -- Sign-ups are kept for a time, and found and removed when it is over.
    CREATE POLICY everywhere_find ON signups FOR SELECT USING (current_setting('app.tenant_id', true) = '*');
    CREATE POLICY everywhere_remove ON signups FOR DELETE USING (current_setting('app.tenant_id', true) = '*');
END $$;
-- +goose StatementEnd
