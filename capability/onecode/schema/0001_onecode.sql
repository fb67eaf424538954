-- A case code: opens one case for one recipient, after an identity check.
CREATE TABLE onecode_code (
    id         TEXT PRIMARY KEY,
    case_id    TEXT NOT NULL,
    party_id   TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    code       TEXT NOT NULL,
    code_find  TEXT NOT NULL UNIQUE,
    short      TEXT NOT NULL,
    short_find TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX onecode_code_active ON onecode_code (case_id, person_id) WHERE state = 'active';
-- What is said between a party and the court.
CREATE TABLE onecode_message (
    id         TEXT PRIMARY KEY,
    case_id    TEXT NOT NULL,
    court_id   TEXT NOT NULL,
    party_id   TEXT NOT NULL,
    author_id  TEXT NOT NULL,
    author     TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('question', 'answer', 'contact')),
    way        TEXT NOT NULL,
    text       TEXT NOT NULL,
    files      TEXT NOT NULL,
    reply_to   TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'said')),
    handler_id TEXT NOT NULL,
    due_on     TEXT NOT NULL,
    clock      TEXT NOT NULL,
    reminded   BIGINT NOT NULL,
    escalated  BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX onecode_message_case ON onecode_message (case_id, at, id);
CREATE INDEX onecode_message_waiting ON onecode_message (handler_id, due_on, id) WHERE state = 'waiting';
CREATE INDEX onecode_message_court ON onecode_message (court_id, due_on, id) WHERE state = 'waiting';
-- What the assistant proposes; the judge sends it or changes it.
CREATE TABLE onecode_draft (
    message_id TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    by_id      TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    at         BIGINT NOT NULL
);
-- While the judge is away a colleague answers.
CREATE TABLE onecode_delegation (
    id       TEXT PRIMARY KEY,
    from_id  TEXT NOT NULL,
    to_id    TEXT NOT NULL,
    from_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason   TEXT NOT NULL
);
CREATE INDEX onecode_delegation_from ON onecode_delegation (from_id, from_at, id);
CREATE TABLE onecode_standard (
    id       TEXT PRIMARY KEY,
    court_id TEXT NOT NULL,
    title    TEXT NOT NULL,
    text     TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX onecode_standard_court ON onecode_standard (court_id, at)
