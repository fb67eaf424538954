-- A system that the court works with: what it may do, its token as a keyed
-- digest, the secret of its signatures sealed, its key for letters.
CREATE TABLE connect_system (
    id         TEXT PRIMARY KEY,
    court_id   TEXT NOT NULL,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    token_find TEXT NOT NULL UNIQUE,
    secret     TEXT NOT NULL,
    public_key TEXT NOT NULL,
    until_at   BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX connect_system_court ON connect_system (court_id, id);

-- A way on which events go to a system, and come from it.
CREATE TABLE connect_way (
    id        TEXT PRIMARY KEY,
    system_id TEXT NOT NULL REFERENCES connect_system (id),
    court_id  TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('webhook', 'folder', 'bus')),
    url       TEXT NOT NULL,
    intranet  BIGINT NOT NULL CHECK (intranet IN (0, 1)),
    ended_at  BIGINT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX connect_way_court ON connect_way (court_id, id);
CREATE UNIQUE INDEX connect_way_once ON connect_way (system_id, kind, url) WHERE ended_at = 0;

-- How far a way has come: number of the last letter written and of the last
-- taken. Of a system: when its token was last used.
CREATE TABLE connect_mark (
    id      TEXT PRIMARY KEY,
    sent    BIGINT NOT NULL,
    taken   BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

-- What happened in a case, as it is told outside; told_by is the system that
-- told the court, which does not hear it back.
CREATE TABLE connect_event (
    id       TEXT PRIMARY KEY,
    court_id TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    type     TEXT NOT NULL,
    told_by  TEXT NOT NULL,
    body     TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX connect_event_court ON connect_event (court_id, id);
CREATE INDEX connect_event_at ON connect_event (at);

-- An event on its way to one system.
CREATE TABLE connect_letter (
    id        TEXT PRIMARY KEY,
    event_id  TEXT NOT NULL REFERENCES connect_event (id),
    way_id    TEXT NOT NULL REFERENCES connect_way (id),
    court_id  TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'taken', 'dead', 'dropped')),
    tries     BIGINT NOT NULL,
    reason    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    moved_at  BIGINT NOT NULL
);
CREATE INDEX connect_letter_court ON connect_letter (court_id, id);
CREATE INDEX connect_letter_event ON connect_letter (event_id);
CREATE INDEX connect_letter_way ON connect_letter (way_id, seq);
CREATE INDEX connect_letter_dead ON connect_letter (court_id, id) WHERE state = 'dead';

-- What a system told the court: each message once, however often it comes.
CREATE TABLE connect_received (
    id        TEXT PRIMARY KEY,
    system_id TEXT NOT NULL REFERENCES connect_system (id),
    court_id  TEXT NOT NULL,
    key       TEXT NOT NULL,
    type      TEXT NOT NULL,
    way       TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('created', 'changed', 'same', 'listed', 'refused')),
    reason    TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX connect_received_key ON connect_received (system_id, key);
CREATE INDEX connect_received_court ON connect_received (court_id, id);
CREATE INDEX connect_received_at ON connect_received (at)
