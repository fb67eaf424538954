CREATE TABLE signing_authority (
    id  TEXT PRIMARY KEY CHECK (id = 'test'),
    pem TEXT NOT NULL,
    at  BIGINT NOT NULL
);
CREATE TABLE signing_key (
    id       TEXT PRIMARY KEY,
    seal_id  TEXT NOT NULL,
    court_id TEXT NOT NULL,
    chain    TEXT NOT NULL,
    secret   TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX signing_key_seal ON signing_key (seal_id, until_at)
