CREATE TABLE deadline_deadline (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    party_id    TEXT NOT NULL,
    rule        TEXT NOT NULL,
    title       TEXT NOT NULL,
    start_on    TEXT NOT NULL,
    start_event TEXT NOT NULL,
    last_on     TEXT NOT NULL,
    provisional BIGINT NOT NULL,
    steps       TEXT NOT NULL,
    basis       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('running', 'met', 'stopped', 'replaced')),
    at          BIGINT NOT NULL
);
CREATE INDEX deadline_deadline_case ON deadline_deadline (case_id, state, last_on);
CREATE INDEX deadline_deadline_provisional ON deadline_deadline (id) WHERE provisional = 1 AND state = 'running'
