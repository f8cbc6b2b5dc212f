-- +goose Up

-- OpenID providers that sign in people of a tenant.
CREATE TABLE providers (
    tenant_id   TEXT NOT NULL REFERENCES tenants (tenant_id),
    provider_id TEXT NOT NULL,
    name        TEXT NOT NULL,
    facts       TEXT NOT NULL,     -- JSON: what nothing is searched by
    secret      BLOB NOT NULL,     -- sealed; '' without one
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider_id)
);
CREATE UNIQUE INDEX providers_name ON providers (tenant_id, name);

-- Who somebody is at a provider. A subject is one only together with its issuer.
CREATE TABLE identities (
    tenant_id    TEXT NOT NULL,
    provider_id  TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    email        TEXT NOT NULL,    -- as the provider said it last
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider_id, issuer, subject),
    FOREIGN KEY (tenant_id, provider_id) REFERENCES providers (tenant_id, provider_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX identities_user ON identities (tenant_id, user_id);

-- By which provider a session was begun, for signing out there and from there.
CREATE TABLE session_providers (
    tenant_id   TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    sid         TEXT NOT NULL,     -- the provider's own name of the session; '' none
    id_token    BLOB NOT NULL,     -- sealed
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, session_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX session_providers_subject ON session_providers (tenant_id, provider_id, issuer, subject);
CREATE INDEX session_providers_sid ON session_providers (tenant_id, provider_id, issuer, sid);

-- What somebody has said about notices; those that are not here are as the catalogue has them.
CREATE TABLE notice_preferences (
    tenant_id  TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    code       TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, code),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Where somebody has signed in from: a network and a kind of browser.
CREATE TABLE known_places (
    tenant_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    place     TEXT NOT NULL,       -- a keyed hash
    seen_at   BIGINT NOT NULL,       -- first
    PRIMARY KEY (tenant_id, user_id, place),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;

-- What somebody has set for themselves, of which nothing else takes note.
CREATE TABLE user_settings (
    tenant_id    TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    view         TEXT NOT NULL,    -- JSON; '' before it was ever set
    requested_at BIGINT NOT NULL,    -- when they last asked for access; 0 never
    mailed       BOOLEAN NOT NULL,   -- whether somebody was told of that
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Which session an attempt to sign in began; '' none.
ALTER TABLE login_events ADD COLUMN session_id TEXT NOT NULL DEFAULT '';

-- What an inventory tells of an object, JSON; '' where it has to be found in the spec.
ALTER TABLE objects ADD COLUMN facts TEXT NOT NULL DEFAULT '';
-- So that an inventory is read from the index alone.
DROP INDEX objects_kind;
CREATE INDEX objects_kind ON objects (tenant_id, kind, namespace_id, name, facts);
