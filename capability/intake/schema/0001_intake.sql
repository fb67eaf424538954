-- A list that was uploaded, and how far it has come.
CREATE TABLE intake_batch (
    id        TEXT PRIMARY KEY,
    court_id  TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    digest    TEXT NOT NULL,
    lines     BIGINT NOT NULL,
    unused    TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('reading', 'trying', 'tried', 'running', 'done', 'undoing', 'undone', 'spent')),
    at        BIGINT NOT NULL,
    began_at  BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    erased_at BIGINT NOT NULL
);
CREATE INDEX intake_batch_court ON intake_batch (court_id, id);
-- A case in it: what its lines say, sealed until it is taken, and what was
-- found or became of it.
CREATE TABLE intake_item (
    batch_id TEXT NOT NULL REFERENCES intake_batch (id),
    n        BIGINT NOT NULL,
    lines    TEXT NOT NULL,
    number   TEXT NOT NULL,
    record   TEXT NOT NULL,
    places   TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'new', 'change', 'same', 'wrong', 'created', 'changed', 'failed', 'withdrawn', 'kept')),
    said     TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    PRIMARY KEY (batch_id, n)
);
CREATE INDEX intake_item_state ON intake_item (batch_id, state, n);
