CREATE TABLE account_account (
    id         TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL,
    staff      BIGINT NOT NULL,
    name       TEXT NOT NULL,
    id_type    TEXT NOT NULL,
    id_sealed  TEXT NOT NULL,
    id_find    TEXT NOT NULL,
    phone      TEXT NOT NULL,
    phone_find TEXT NOT NULL,
    login      TEXT NOT NULL,
    level      BIGINT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('invited', 'active', 'locked', 'merged')),
    password   TEXT NOT NULL,
    totp       TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX account_account_phone ON account_account (phone_find);
CREATE INDEX account_account_idfind ON account_account (id_find);
CREATE UNIQUE INDEX account_account_person ON account_account (person_id, staff) WHERE person_id <> '' AND state <> 'merged';
CREATE UNIQUE INDEX account_account_login ON account_account (login) WHERE login <> '';
CREATE TABLE account_session (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    device     TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    until_at   BIGINT NOT NULL,
    proved_at  BIGINT NOT NULL
);
CREATE INDEX account_session_account ON account_session (account_id);
-- A one-time code on its way. Nobody can pass an unarmed challenge.
CREATE TABLE account_challenge (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    account_id TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    phone      TEXT NOT NULL,
    phone_find TEXT NOT NULL,
    code       TEXT NOT NULL,
    next       TEXT NOT NULL,
    tries      BIGINT NOT NULL,
    until_at   BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    claim      TEXT NOT NULL
);
CREATE INDEX account_challenge_phone ON account_challenge (phone_find, until_at);
CREATE TABLE account_passkey (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    data       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX account_passkey_account ON account_passkey (account_id);
-- A passkey ceremony under way.
CREATE TABLE account_ceremony (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    data       TEXT NOT NULL,
    until_at   BIGINT NOT NULL
);
-- Failures of a password or second factor.
CREATE TABLE account_failure (
    account_id TEXT PRIMARY KEY,
    n          BIGINT NOT NULL,
    until_at   BIGINT NOT NULL
);
CREATE TABLE account_invite (
    digest     TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    until_at   BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
)
