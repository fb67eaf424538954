-- When a node last wrote that it lives: one row for each machine.
CREATE TABLE outage_beat (
    node TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);
-- Maintenance that was announced beforehand.
CREATE TABLE outage_plan (
    id      TEXT PRIMARY KEY,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL,
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL
);
-- A span in which the court could not be reached, and who saw it.
CREATE TABLE outage_outage (
    id      TEXT PRIMARY KEY,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL,
    heart   BIGINT NOT NULL,
    probe   BIGINT NOT NULL,
    lines   BIGINT NOT NULL,
    digest  TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX outage_outage_from ON outage_outage (from_at);
-- An application to prolong one deadline, from its draft to the decision.
CREATE TABLE outage_application (
    id          TEXT PRIMARY KEY,
    outage_id   TEXT NOT NULL,
    deadline_id TEXT NOT NULL UNIQUE,
    case_id     TEXT NOT NULL,
    party_id    TEXT NOT NULL,
    rule        TEXT NOT NULL,
    title       TEXT NOT NULL,
    last_on     TEXT NOT NULL,
    fixed       BIGINT NOT NULL,
    until_on    TEXT NOT NULL,
    steps       TEXT NOT NULL,
    basis       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('draft', 'left', 'filed', 'granted', 'refused')),
    filed_at    BIGINT NOT NULL,
    decision    TEXT NOT NULL,
    new_on      TEXT NOT NULL,
    decided_at  BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX outage_application_case ON outage_application (case_id, state)
