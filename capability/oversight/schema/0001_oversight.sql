-- What someone of the court wrote down under 人民法院组织法 52, and his answers
-- that nobody asked. Append-only: a correction is a new row. Everything that
-- was written, who wrote it and about which case, is in sealed; author is a
-- keyed digest of the writer, reader the court whose discipline office reads.
CREATE TABLE oversight_record (
    id     TEXT PRIMARY KEY,
    reader TEXT NOT NULL,
    author TEXT NOT NULL,
    sealed TEXT NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX oversight_record_author ON oversight_record (author, id);
CREATE INDEX oversight_record_reader ON oversight_record (reader, at, id);
-- When the discipline office opened a record; sealed says who.
CREATE TABLE oversight_reading (
    id        TEXT PRIMARY KEY,
    record_id TEXT NOT NULL,
    sealed    TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX oversight_reading_record ON oversight_reading (record_id, at);
-- A closed case whose judge says whether anyone asked about it. That he
-- answered stands here; what, only in a record.
CREATE TABLE oversight_closing (
    case_id     TEXT PRIMARY KEY,
    court_id    TEXT NOT NULL,
    division_id TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    closed_on   TEXT NOT NULL,
    answered_at BIGINT NOT NULL
);
CREATE INDEX oversight_closing_person ON oversight_closing (person_id, answered_at);
CREATE INDEX oversight_closing_court ON oversight_closing (court_id, closed_on);
-- How often a court's discipline office sums up.
CREATE TABLE oversight_setting (
    court_id TEXT PRIMARY KEY,
    cadence  TEXT NOT NULL CHECK (cadence IN ('month', 'quarter'))
);
-- Who wanted to open a case that is not his, why, and what came of it. case_id
-- is empty when there is no such case; he is not told.
CREATE TABLE oversight_open (
    id        TEXT PRIMARY KEY,
    court_id  TEXT NOT NULL,
    case_id   TEXT NOT NULL,
    number    TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    words     TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'refused')),
    at        BIGINT NOT NULL,
    decider   TEXT NOT NULL,
    until_at  BIGINT NOT NULL
);
CREATE INDEX oversight_open_case ON oversight_open (case_id, state);
CREATE INDEX oversight_open_person ON oversight_open (person_id, at);
-- Readings that the discipline office is asked to look at; sealed says whose
-- and why, person is a keyed digest.
CREATE TABLE oversight_finding (
    id     TEXT PRIMARY KEY,
    reader TEXT NOT NULL,
    person TEXT NOT NULL,
    sealed TEXT NOT NULL,
    at     BIGINT NOT NULL,
    looked BIGINT NOT NULL
);
CREATE INDEX oversight_finding_reader ON oversight_finding (reader, looked, id);
CREATE INDEX oversight_finding_person ON oversight_finding (person, at)
