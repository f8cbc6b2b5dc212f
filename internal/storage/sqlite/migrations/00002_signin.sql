-- +goose Up

-- What a user chooses, what restricts the user, and what dialects count.
ALTER TABLE users ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN theme TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN display_key TEXT NOT NULL DEFAULT ''; -- iam.Fold of display_name, for filters only
ALTER TABLE users ADD COLUMN password_changed_at BIGINT NOT NULL DEFAULT 0; -- 0 without a password
UPDATE users SET password_changed_at = updated_at WHERE password_hash <> '';
UPDATE users SET display_key = lower(display_name); -- which folds ASCII; the next change of the user the rest
UPDATE users SET number = counted.n FROM (
    SELECT tenant_id, user_id, row_number() OVER (PARTITION BY tenant_id ORDER BY created_at, user_id) AS n FROM users
) AS counted WHERE counted.tenant_id = users.tenant_id AND counted.user_id = users.user_id;
CREATE UNIQUE INDEX users_number ON users (tenant_id, number);

CREATE TABLE user_pictures (
    tenant_id  TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    content    BLOB   NOT NULL,
    sum        TEXT   NOT NULL,        -- SHA-256 of the content, its ETag
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE tenant_settings (
    tenant_id  TEXT   NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    settings   TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE tenant_images (
    tenant_id  TEXT   NOT NULL REFERENCES tenants (tenant_id),
    name       TEXT   NOT NULL,        -- 'logo'
    media_type TEXT   NOT NULL,
    content    BLOB   NOT NULL,
    sum        TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE password_history (
    tenant_id     TEXT   NOT NULL,
    user_id       TEXT   NOT NULL,
    entry_id      TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    replaced_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, entry_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Codes and links that prove something once.
CREATE TABLE challenges (
    tenant_id    TEXT    NOT NULL,
    challenge_id TEXT    NOT NULL,
    user_id      TEXT,                 -- NULL while nobody is known: a passkey at the door
    purpose      TEXT    NOT NULL,
    subject      TEXT    NOT NULL,     -- what is proved: an e-mail address, the id of a factor
    key_id       TEXT    NOT NULL,     -- which key of the tenant made the MAC
    mac          BLOB    NOT NULL,
    data         BLOB    NOT NULL,     -- sealed; what the purpose needs besides
    attempts     INTEGER NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, challenge_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX challenges_user ON challenges (tenant_id, user_id, purpose, subject);
CREATE INDEX challenges_expiry ON challenges (tenant_id, expires_at);

CREATE TABLE lockouts (
    tenant_id     TEXT    NOT NULL REFERENCES tenants (tenant_id),
    subject       TEXT    NOT NULL,    -- 'user:' and the folded name, 'addr:' and the address
    failures      INTEGER NOT NULL,
    under_way     INTEGER NOT NULL,    -- of the failures, attempts that have not come to an end
    last_at       BIGINT  NOT NULL,
    prior_at      BIGINT  NOT NULL,    -- last_at before the last attempt, for when that succeeds
    blocked_until BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, subject)
) WITHOUT ROWID;
CREATE INDEX lockouts_last ON lockouts (tenant_id, last_at);

CREATE TABLE factors (
    tenant_id     TEXT    NOT NULL,
    factor_id     TEXT    NOT NULL,
    user_id       TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    secret        BLOB    NOT NULL,    -- sealed: the TOTP key, the WebAuthn credential
    credential_id TEXT,                -- of a passkey, base64url; NULL else
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
    tenant_id  TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    code_id    TEXT   NOT NULL,
    key_id     TEXT   NOT NULL,
    mac        BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, code_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);

ALTER TABLE sessions ADD COLUMN pages BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN last_seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN life BIGINT NOT NULL DEFAULT 0;    -- how long it lasts when no step is left; 0: the dialect's
ALTER TABLE sessions ADD COLUMN methods TEXT NOT NULL DEFAULT '';  -- separated by spaces
ALTER TABLE sessions ADD COLUMN pending TEXT NOT NULL DEFAULT '';  -- steps, separated by spaces
ALTER TABLE sessions ADD COLUMN key_id TEXT NOT NULL DEFAULT '';   -- which key made the MAC of its secret; '' without one
ALTER TABLE sessions ADD COLUMN mac BLOB;

ALTER TABLE api_tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE api_tokens ADD COLUMN networks TEXT NOT NULL DEFAULT ''; -- separated by spaces

CREATE TABLE access_keys (
    tenant_id     TEXT    NOT NULL,
    access_key_id TEXT    NOT NULL,
    user_id       TEXT    NOT NULL,
    secret        BLOB    NOT NULL,    -- sealed
    active        BOOLEAN NOT NULL,
    networks      TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    last_used_at  BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, access_key_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX access_keys_user ON access_keys (tenant_id, user_id, created_at);

-- Signatures of writes, for as long as they could be used again.
CREATE TABLE used_signatures (
    tenant_id  TEXT   NOT NULL REFERENCES tenants (tenant_id),
    signature  TEXT   NOT NULL,        -- SHA-256, hexadecimal
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, signature)
) WITHOUT ROWID;
CREATE INDEX used_signatures_expiry ON used_signatures (tenant_id, expires_at);

CREATE TABLE authorities (
    tenant_id    TEXT   NOT NULL REFERENCES tenants (tenant_id),
    authority_id TEXT   NOT NULL,
    certificate  BLOB   NOT NULL,      -- DER
    private_key  BLOB   NOT NULL,      -- sealed, PKCS #8
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, authority_id)
);

CREATE TABLE certificates (
    tenant_id    TEXT   NOT NULL,
    serial       TEXT   NOT NULL,
    user_id      TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    fingerprint  TEXT   NOT NULL,
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
    tenant_id   TEXT   NOT NULL REFERENCES tenants (tenant_id),
    key_id      TEXT   NOT NULL,
    algorithm   TEXT   NOT NULL,       -- RFC 7518: 'RS256'
    public_key  BLOB   NOT NULL,       -- PKIX
    private_key BLOB   NOT NULL,       -- sealed, PKCS #8
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE mails (
    tenant_id  TEXT    NOT NULL REFERENCES tenants (tenant_id),
    mail_id    TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,
    template   TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    body       BLOB    NOT NULL,       -- sealed: it may hold a code or a link
    state      TEXT    NOT NULL,       -- 'queued', 'sent', 'failed', 'kept'
    attempts   INTEGER NOT NULL,
    last_error TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    sent_at    BIGINT  NOT NULL,       -- 0: it was not
    expires_at BIGINT  NOT NULL,       -- when what it holds is good for nothing any more; 0: never
    PRIMARY KEY (tenant_id, mail_id)
);
CREATE INDEX mails_created ON mails (tenant_id, created_at, mail_id);

CREATE TABLE namespace_groups (
    tenant_id          TEXT   NOT NULL REFERENCES tenants (tenant_id),
    namespace_group_id TEXT   NOT NULL,
    name               TEXT   NOT NULL,
    name_key           TEXT   NOT NULL,
    attributes         TEXT   NOT NULL,
    created_by         TEXT   NOT NULL,
    updated_by         TEXT   NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, namespace_group_id)
);
CREATE UNIQUE INDEX namespace_groups_name ON namespace_groups (tenant_id, name_key);

CREATE TABLE namespace_group_members (
    tenant_id          TEXT NOT NULL,
    namespace_group_id TEXT NOT NULL,
    namespace_id       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, namespace_group_id, namespace_id),
    FOREIGN KEY (tenant_id, namespace_group_id) REFERENCES namespace_groups (tenant_id, namespace_group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, namespace_id) REFERENCES namespaces (tenant_id, namespace_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX namespace_group_members_namespace ON namespace_group_members (tenant_id, namespace_id);

-- A binding ends with the namespace, or the group of namespaces, that is its
-- scope. SQLite adds no foreign key of two columns to a table: it is made anew.
CREATE TABLE bindings_new (
    tenant_id          TEXT   NOT NULL,
    binding_id         TEXT   NOT NULL,
    user_id            TEXT,                    -- exactly one of user and group
    group_id           TEXT,
    role_id            TEXT   NOT NULL,
    scope              TEXT   NOT NULL,         -- '' the tenant, '*' applications, 'group:' and an id, else a namespace
    created_by         TEXT   NOT NULL,
    created_at         BIGINT NOT NULL,
    namespace_id       TEXT,                    -- of a scope that is one
    namespace_group_id TEXT,                    -- of a scope that is one
    PRIMARY KEY (tenant_id, binding_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, group_id) REFERENCES user_groups (tenant_id, group_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, role_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, namespace_id) REFERENCES namespaces (tenant_id, namespace_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, namespace_group_id) REFERENCES namespace_groups (tenant_id, namespace_group_id) ON DELETE CASCADE,
    CHECK ((user_id IS NULL) <> (group_id IS NULL))
);
INSERT INTO bindings_new SELECT b.tenant_id, b.binding_id, b.user_id, b.group_id, b.role_id, b.scope, b.created_by, b.created_at,
    n.namespace_id, NULL FROM bindings b LEFT JOIN namespaces n ON n.tenant_id = b.tenant_id AND n.name = b.scope;
DROP TABLE bindings;
ALTER TABLE bindings_new RENAME TO bindings;
CREATE UNIQUE INDEX bindings_user ON bindings (tenant_id, user_id, role_id, scope);
CREATE UNIQUE INDEX bindings_group ON bindings (tenant_id, group_id, role_id, scope);
CREATE INDEX bindings_role ON bindings (tenant_id, role_id);
CREATE INDEX bindings_namespace ON bindings (tenant_id, namespace_id);
CREATE INDEX bindings_namespace_group ON bindings (tenant_id, namespace_group_id);
