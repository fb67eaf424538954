-- How far the ledger was read for who read what.
CREATE TABLE oversight_place (
    id  BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    at  BIGINT NOT NULL
);
-- What the ledger says of who read which case that is not his, of the days
-- that are weighed. Filled from the ledger, and again when it is dropped.
CREATE TABLE oversight_visit (
    person_id TEXT NOT NULL,
    case_id   TEXT NOT NULL,
    days      BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    PRIMARY KEY (person_id, case_id)
) /* clustered */;
CREATE INDEX oversight_visit_last ON oversight_visit (last_at)
