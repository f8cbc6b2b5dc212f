-- +goose Up

-- What a user chooses, what restricts the user, and what dialects count.
ALTER TABLE users ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN language TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN time_zone TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN theme TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN display_key TEXT COLLATE "C" NOT NULL DEFAULT ''; -- iam.Fold of display_name, for filters only
ALTER TABLE users ADD COLUMN password_changed_at BIGINT NOT NULL DEFAULT 0; -- 0 without a password
-- The owner of the tables sees no row of any tenant while row-level security is forced.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
UPDATE users SET password_changed_at = updated_at WHERE password_hash <> '';
UPDATE users SET display_key = lower(display_name); -- which folds ASCII; the next change of the user the rest
UPDATE users SET number = counted.n FROM (
    SELECT tenant_id, user_id, row_number() OVER (PARTITION BY tenant_id ORDER BY created_at, user_id) AS n FROM users
) AS counted WHERE counted.tenant_id = users.tenant_id AND counted.user_id = users.user_id;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX users_number ON users (tenant_id, number);

CREATE TABLE user_pictures (
    tenant_id  UUID NOT NULL,
    user_id    UUID NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    content    BYTEA NOT NULL,
    sum        TEXT COLLATE "C" NOT NULL,        -- SHA-256 of the content, its ETag
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE tenant_settings (
    tenant_id  UUID NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    settings   TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE tenant_images (
    tenant_id  UUID NOT NULL REFERENCES tenants (tenant_id),
    name       TEXT COLLATE "C" NOT NULL,        -- 'logo'
    media_type TEXT COLLATE "C" NOT NULL,
    content    BYTEA NOT NULL,
    sum        TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE password_history (
    tenant_id     UUID NOT NULL,
    user_id       UUID NOT NULL,
    entry_id      UUID NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    replaced_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, entry_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

-- Codes and links that prove something once.
CREATE TABLE challenges (
    tenant_id    UUID NOT NULL,
    challenge_id UUID NOT NULL,
    user_id      UUID,                 -- NULL while nobody is known: a passkey at the door
    purpose      TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,     -- what is proved: an e-mail address, the id of a factor
    key_id       TEXT COLLATE "C" NOT NULL,     -- which key of the tenant made the MAC
    mac          BYTEA NOT NULL,
    data         BYTEA NOT NULL,     -- sealed; what the purpose needs besides
    attempts     INTEGER NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, challenge_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX challenges_user ON challenges (tenant_id, user_id, purpose, subject);
CREATE INDEX challenges_expiry ON challenges (tenant_id, expires_at);

CREATE TABLE lockouts (
    tenant_id     UUID NOT NULL REFERENCES tenants (tenant_id),
    subject       TEXT COLLATE "C" NOT NULL,    -- 'user:' and the folded name, 'addr:' and the address
    failures      INTEGER NOT NULL,
    under_way     INTEGER NOT NULL,    -- of the failures, attempts that have not come to an end
    last_at       BIGINT  NOT NULL,
    prior_at      BIGINT  NOT NULL,    -- last_at before the last attempt, for when that succeeds
    blocked_until BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, subject)
);
CREATE INDEX lockouts_last ON lockouts (tenant_id, last_at);

CREATE TABLE factors (
    tenant_id     UUID NOT NULL,
    factor_id     UUID NOT NULL,
    user_id       UUID NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    email         TEXT COLLATE "C" NOT NULL,
    secret        BYTEA NOT NULL,    -- sealed: the TOTP key, the WebAuthn credential
    credential_id TEXT COLLATE "C",                -- of a passkey, base64url; NULL else
    last_step     BIGINT  NOT NULL,    -- of TOTP; the signature counter of a passkey
    active        BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL,
    last_used_at  BIGINT  NOT NULL,    -- 0: never
    expires_at    BIGINT  NOT NULL,    -- until when it can become active; 0 when it is
    PRIMARY KEY (tenant_id, factor_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX factors_user ON factors (tenant_id, user_id, created_at);
CREATE UNIQUE INDEX factors_credential ON factors (tenant_id, credential_id);

CREATE TABLE recovery_codes (
    tenant_id  UUID NOT NULL,
    user_id    UUID NOT NULL,
    code_id    UUID NOT NULL,
    key_id     TEXT COLLATE "C" NOT NULL,
    mac        BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, code_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

ALTER TABLE sessions ADD COLUMN pages BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN last_seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN life BIGINT NOT NULL DEFAULT 0;    -- how long it lasts when no step is left; 0: the dialect's
ALTER TABLE sessions ADD COLUMN methods TEXT COLLATE "C" NOT NULL DEFAULT '';  -- separated by spaces
ALTER TABLE sessions ADD COLUMN pending TEXT COLLATE "C" NOT NULL DEFAULT '';  -- steps, separated by spaces
ALTER TABLE sessions ADD COLUMN key_id TEXT COLLATE "C" NOT NULL DEFAULT '';   -- which key made the MAC of its secret; '' without one
ALTER TABLE sessions ADD COLUMN mac BYTEA;

ALTER TABLE api_tokens ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE api_tokens ADD COLUMN networks TEXT COLLATE "C" NOT NULL DEFAULT ''; -- separated by spaces

CREATE TABLE access_keys (
    tenant_id     UUID NOT NULL,
    access_key_id TEXT COLLATE "C" NOT NULL,
    user_id       UUID NOT NULL,
    secret        BYTEA NOT NULL,    -- sealed
    active        BOOLEAN NOT NULL,
    networks      TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT  NOT NULL,
    last_used_at  BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, access_key_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX access_keys_user ON access_keys (tenant_id, user_id, created_at);

-- Signatures of writes, for as long as they could be used again.
CREATE TABLE used_signatures (
    tenant_id  UUID NOT NULL REFERENCES tenants (tenant_id),
    signature  TEXT COLLATE "C" NOT NULL,        -- SHA-256, hexadecimal
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, signature)
);
CREATE INDEX used_signatures_expiry ON used_signatures (tenant_id, expires_at);

CREATE TABLE authorities (
    tenant_id    UUID NOT NULL REFERENCES tenants (tenant_id),
    authority_id UUID NOT NULL,
    certificate  BYTEA NOT NULL,      -- DER
    private_key  BYTEA NOT NULL,      -- sealed, PKCS #8
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, authority_id)
);

CREATE TABLE certificates (
    tenant_id    UUID NOT NULL,
    serial       TEXT COLLATE "C" NOT NULL,
    user_id      UUID NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    fingerprint  TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT NOT NULL,      -- 0: it is not
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, serial),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX certificates_user ON certificates (tenant_id, user_id, created_at);

-- Key pairs that sign tokens which others verify (RFC 7517).
CREATE TABLE signing_keys (
    tenant_id   UUID NOT NULL REFERENCES tenants (tenant_id),
    key_id      TEXT COLLATE "C" NOT NULL,
    algorithm   TEXT COLLATE "C" NOT NULL,       -- RFC 7518: 'RS256'
    public_key  BYTEA NOT NULL,       -- PKIX
    private_key BYTEA NOT NULL,       -- sealed, PKCS #8
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE mails (
    tenant_id  UUID NOT NULL REFERENCES tenants (tenant_id),
    mail_id    UUID NOT NULL,
    recipient  TEXT COLLATE "C" NOT NULL,
    template   TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    body       BYTEA NOT NULL,       -- sealed: it may hold a code or a link
    state      TEXT COLLATE "C" NOT NULL,       -- 'queued', 'sent', 'failed', 'kept'
    attempts   INTEGER NOT NULL,
    last_error TEXT COLLATE "C" NOT NULL,
    created_at BIGINT  NOT NULL,
    sent_at    BIGINT  NOT NULL,       -- 0: it was not
    expires_at BIGINT  NOT NULL,       -- when what it holds is good for nothing any more; 0: never
    PRIMARY KEY (tenant_id, mail_id)
);
CREATE INDEX mails_created ON mails (tenant_id, created_at, mail_id);

CREATE TABLE namespace_groups (
    tenant_id          UUID NOT NULL REFERENCES tenants (tenant_id),
    namespace_group_id UUID NOT NULL,
    name               TEXT COLLATE "C" NOT NULL,
    name_key           TEXT COLLATE "C" NOT NULL,
    attributes         TEXT COLLATE "C" NOT NULL,
    created_by         TEXT COLLATE "C" NOT NULL,
    updated_by         TEXT COLLATE "C" NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, namespace_group_id)
);
CREATE UNIQUE INDEX namespace_groups_name ON namespace_groups (tenant_id, name_key);

CREATE TABLE namespace_group_members (
    tenant_id          UUID NOT NULL,
    namespace_group_id UUID NOT NULL,
    namespace_id       UUID NOT NULL,
    PRIMARY KEY (tenant_id, namespace_group_id, namespace_id),
    FOREIGN KEY (tenant_id, namespace_group_id) REFERENCES namespace_groups (tenant_id, namespace_group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, namespace_id) REFERENCES namespaces (tenant_id, namespace_id) ON DELETE CASCADE
);
CREATE INDEX namespace_group_members_namespace ON namespace_group_members (tenant_id, namespace_id);

-- A binding ends with the namespace, or the group of namespaces, that is its
-- scope: '' is the tenant, '*' applications, 'group:' and an id, else a namespace.
ALTER TABLE bindings ADD COLUMN namespace_id UUID;       -- of a scope that is one
ALTER TABLE bindings ADD COLUMN namespace_group_id UUID; -- of a scope that is one
ALTER TABLE bindings ADD FOREIGN KEY (tenant_id, namespace_id) REFERENCES namespaces (tenant_id, namespace_id) ON DELETE CASCADE;
ALTER TABLE bindings ADD FOREIGN KEY (tenant_id, namespace_group_id)
    REFERENCES namespace_groups (tenant_id, namespace_group_id) ON DELETE CASCADE;
ALTER TABLE bindings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE namespaces NO FORCE ROW LEVEL SECURITY;
UPDATE bindings b SET namespace_id = n.namespace_id FROM namespaces n WHERE n.tenant_id = b.tenant_id AND n.name = b.scope;
ALTER TABLE bindings FORCE ROW LEVEL SECURITY;
ALTER TABLE namespaces FORCE ROW LEVEL SECURITY;
CREATE INDEX bindings_namespace ON bindings (tenant_id, namespace_id);
CREATE INDEX bindings_namespace_group ON bindings (tenant_id, namespace_group_id);

-- Row-level security, as for the tables of the first migration.
-- +goose StatementBegin
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'user_pictures', 'tenant_settings', 'tenant_images', 'password_history', 'challenges', 'lockouts', 'factors',
        'recovery_codes', 'access_keys', 'used_signatures', 'authorities', 'certificates', 'signing_keys', 'mails',
        'namespace_groups', 'namespace_group_members'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format($policy$
            CREATE POLICY one_tenant ON %I
            USING (tenant_id = NULLIF(NULLIF(current_setting('app.tenant_id', true), ''), '*')::uuid)
            $policy$, name);
    END LOOP;

    -- Of what is kept for a time it can only find and remove.
    FOREACH name IN ARRAY ARRAY['challenges', 'lockouts', 'used_signatures', 'mails'] LOOP
        EXECUTE format($policy$
            CREATE POLICY everywhere_find ON %I FOR SELECT USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
        EXECUTE format($policy$
            CREATE POLICY everywhere_remove ON %I FOR DELETE USING (current_setting('app.tenant_id', true) = '*')
            $policy$, name);
    END LOOP;

    -- These are now kept as long as each tenant wants, and removed in it.
    FOREACH name IN ARRAY ARRAY['login_events', 'audit_events'] LOOP
        EXECUTE format('DROP POLICY everywhere_find ON %I', name);
        EXECUTE format('DROP POLICY everywhere_remove ON %I', name);
    END LOOP;
END $$;
-- +goose StatementEnd
