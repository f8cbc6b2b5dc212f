-- +goose Up

-- OpenID providers that sign in people of a tenant.
CREATE TABLE providers (
    tenant_id   UUID NOT NULL REFERENCES tenants (tenant_id),
    provider_id UUID NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    facts       TEXT COLLATE "C" NOT NULL,     -- JSON: what nothing is searched by
    secret      BYTEA NOT NULL,     -- sealed; '' without one
    created_by  TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider_id)
);
CREATE UNIQUE INDEX providers_name ON providers (tenant_id, name);

-- Who somebody is at a provider. A subject is one only together with its issuer.
CREATE TABLE identities (
    tenant_id    UUID NOT NULL,
    provider_id  UUID NOT NULL,
    issuer       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    user_id      UUID NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,    -- as the provider said it last
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider_id, issuer, subject),
    FOREIGN KEY (tenant_id, provider_id) REFERENCES providers (tenant_id, provider_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX identities_user ON identities (tenant_id, user_id);

-- By which provider a session was begun, for signing out there and from there.
CREATE TABLE session_providers (
    tenant_id   UUID NOT NULL,
    session_id  UUID NOT NULL,
    provider_id UUID NOT NULL,
    issuer      TEXT COLLATE "C" NOT NULL,
    subject     TEXT COLLATE "C" NOT NULL,
    sid         TEXT COLLATE "C" NOT NULL,     -- the provider's own name of the session; '' none
    id_token    BYTEA NOT NULL,     -- sealed
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, session_id) ON DELETE CASCADE
);
CREATE INDEX session_providers_subject ON session_providers (tenant_id, provider_id, issuer, subject);
CREATE INDEX session_providers_sid ON session_providers (tenant_id, provider_id, issuer, sid);

-- What somebody has said about notices; those that are not here are as the catalogue has them.
CREATE TABLE notice_preferences (
    tenant_id  UUID NOT NULL,
    user_id    UUID NOT NULL,
    code       TEXT COLLATE "C" NOT NULL,
    enabled    BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, code),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

-- Where somebody has signed in from: a network and a kind of browser.
CREATE TABLE known_places (
    tenant_id UUID NOT NULL,
    user_id   UUID NOT NULL,
    place     TEXT COLLATE "C" NOT NULL,       -- a keyed hash
    seen_at   BIGINT NOT NULL,       -- first
    PRIMARY KEY (tenant_id, user_id, place),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

-- What somebody has set for themselves, of which nothing else takes note.
CREATE TABLE user_settings (
    tenant_id    UUID NOT NULL,
    user_id      UUID NOT NULL,
    view         TEXT COLLATE "C" NOT NULL,    -- JSON; '' before it was ever set
    requested_at BIGINT NOT NULL,    -- when they last asked for access; 0 never
    mailed       BOOLEAN NOT NULL,   -- whether somebody was told of that
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

-- Which session an attempt to sign in began; '' none.
ALTER TABLE login_events ADD COLUMN session_id TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What an inventory tells of an object, JSON; '' where it has to be found in the spec.
ALTER TABLE objects ADD COLUMN facts TEXT COLLATE "C" NOT NULL DEFAULT '';
-- So that an inventory is read from the index alone.
DROP INDEX objects_kind;
CREATE INDEX objects_kind ON objects (tenant_id, kind, namespace_id, name, facts);

-- Row-level security, as for the tables of the first migration.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['providers', 'identities', 'session_providers', 'notice_preferences', 'known_places', 'user_settings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;
END $$;
-- +goose StatementEnd
