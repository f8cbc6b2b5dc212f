-- +goose Up

-- The state of a tenant is what counts; own_state is that of the tenant itself,
-- whatever is above it. ending is why its administrators want it to end.
ALTER TABLE tenants ADD COLUMN own_state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE tenants ADD COLUMN ending TEXT NOT NULL DEFAULT ''; -- JSON
UPDATE tenants SET own_state = state;
-- Until now a tenant that was not active did not stop those below it.
WITH RECURSIVE stopped (tenant_id) AS (
    SELECT t.tenant_id FROM tenants t JOIN tenants p ON p.tenant_id = t.parent_id WHERE p.state <> 'active'
    UNION ALL SELECT t.tenant_id FROM tenants t JOIN stopped s ON t.parent_id = s.tenant_id)
UPDATE tenants SET state = 'suspended' WHERE state = 'active' AND tenant_id IN (SELECT tenant_id FROM stopped);

-- What a configuration object says of the relation of its tenant to another.
CREATE TABLE tenant_links (
    tenant_id  TEXT NOT NULL,
    object_id  TEXT NOT NULL,
    kind       TEXT NOT NULL,   -- iam.LinkKind
    other_id   TEXT,            -- the other tenant; NULL: none. It may be gone
    other_code TEXT NOT NULL,   -- its code, which never changes
    name       TEXT NOT NULL,   -- of the object, as is disabled
    disabled   BOOLEAN NOT NULL,
    manager_id TEXT,            -- of a child, the object that has the assignments; NULL: none
    PRIMARY KEY (tenant_id, object_id),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE
) WITHOUT ROWID;
-- One half of a kind to each other tenant.
CREATE UNIQUE INDEX tenant_links_other ON tenant_links (tenant_id, kind, other_id);

-- Which group of the tenant is given what, by the object of a link.
CREATE TABLE assignments (
    tenant_id TEXT NOT NULL,
    object_id TEXT NOT NULL,
    position  INTEGER NOT NULL,
    group_id  TEXT NOT NULL,
    theirs    TEXT NOT NULL,    -- JSON: names of groups of the other tenant
    owner     BOOLEAN NOT NULL,             -- everything
    PRIMARY KEY (tenant_id, object_id, position),
    FOREIGN KEY (tenant_id, object_id) REFERENCES objects (tenant_id, object_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX assignments_group ON assignments (tenant_id, group_id);

-- A tenant below another is one of its child_tenant objects, however it was made.
INSERT INTO objects (tenant_id, object_id, kind, namespace_id, name, description, labels, annotations, disabled, spec, status,
    created_by, created_at, updated_at, version)
SELECT c.parent_id, substr(c.tenant_id, 1, 13) || '-7' || substr(lower(hex(randomblob(2))), 1, 3) || '-8' ||
    substr(lower(hex(randomblob(2))), 1, 3) || '-' || lower(hex(randomblob(6))), 'child_tenant', n.namespace_id, c.code, '', '{}', '{}',
    c.own_state = 'disabled', json_object('company_name', c.name, 'domain', c.code), '', '', c.created_at, c.created_at, 1
FROM tenants c JOIN namespaces n ON n.tenant_id = c.parent_id AND n.name = 'system' WHERE c.own_state <> 'deleting';
INSERT INTO tenant_links (tenant_id, object_id, kind, other_id, other_code, name, disabled, manager_id)
SELECT o.tenant_id, o.object_id, 'child', c.tenant_id, c.code, o.name, o.disabled, NULL
FROM objects o JOIN tenants c ON c.parent_id = o.tenant_id AND c.code = o.name WHERE o.kind = 'child_tenant';

CREATE TABLE support_access (
    tenant_id  TEXT NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    mode       TEXT NOT NULL,   -- iam.SupportMode
    namespaces TEXT NOT NULL,   -- JSON: names
    disabled   BOOLEAN NOT NULL,
    by_name    TEXT NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Tickets are the tenant's for which they were opened.
CREATE TABLE tickets (
    tenant_id    TEXT NOT NULL REFERENCES tenants (tenant_id),
    ticket_id    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    description  TEXT NOT NULL,
    facts        TEXT NOT NULL,  -- JSON: what nothing is searched by
    priority     TEXT NOT NULL,
    status       TEXT NOT NULL,
    escalated    BOOLEAN NOT NULL,
    author_id    TEXT NOT NULL,
    author_name  TEXT NOT NULL,
    author_email TEXT NOT NULL,
    home_id      TEXT NOT NULL,  -- the author's own tenant
    follows      TEXT NOT NULL,  -- the ticket that it follows up; '' none
    open_key     TEXT,           -- unique among those of the tenant that are open; NULL for none
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
    tenant_id    TEXT NOT NULL,
    comment_id   TEXT NOT NULL,
    ticket_id    TEXT NOT NULL,
    text         TEXT NOT NULL,
    author_id    TEXT NOT NULL,
    author_name  TEXT NOT NULL,
    author_email TEXT NOT NULL,
    home_id      TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, comment_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, ticket_id) ON DELETE CASCADE
);
CREATE INDEX ticket_comments_ticket ON ticket_comments (tenant_id, ticket_id, created_at);

CREATE TABLE ticket_attachments (
    tenant_id     TEXT NOT NULL,
    attachment_id TEXT NOT NULL,
    comment_id    TEXT NOT NULL,
    filename      TEXT NOT NULL,
    content_type  TEXT NOT NULL,
    size          BIGINT NOT NULL,           -- bytes
    data          BLOB NOT NULL,
    PRIMARY KEY (tenant_id, attachment_id),
    FOREIGN KEY (tenant_id, comment_id) REFERENCES ticket_comments (tenant_id, comment_id) ON DELETE CASCADE
);
CREATE INDEX ticket_attachments_comment ON ticket_attachments (tenant_id, comment_id);

-- New customers who have asked for a tenant below this one.
CREATE TABLE signups (
    tenant_id  TEXT NOT NULL REFERENCES tenants (tenant_id),
    signup_id  TEXT NOT NULL,
    name       TEXT NOT NULL,    -- unguessable: who has it may see how it stands
    email      TEXT NOT NULL,
    domain     TEXT NOT NULL,    -- the code that the tenant is to have
    facts      TEXT NOT NULL,    -- JSON: names, company, language, terms
    key_id     TEXT NOT NULL,    -- which key of the tenant made the MAC of the token
    mac        BLOB NOT NULL,
    state      TEXT NOT NULL,    -- 'asked', 'proved', 'done', 'failed'
    reason     TEXT NOT NULL,
    made_id    TEXT NOT NULL,    -- the tenant that was made; '' before
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, signup_id)
);
CREATE UNIQUE INDEX signups_name ON signups (tenant_id, name);
CREATE INDEX signups_expiry ON signups (tenant_id, expires_at);
