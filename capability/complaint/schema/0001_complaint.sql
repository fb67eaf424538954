-- What a party says of a court's people to those who supervise them. Everything
-- that was written, by whom and about which case stands in sealed; author is a
-- keyed digest, reader the court whose office reads. Whoever holds the database
-- alone cannot tell whom it is about.
CREATE TABLE complaint_complaint (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('complaint', 'report')),
    reader  TEXT NOT NULL,
    author  TEXT NOT NULL,
    sealed  TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'answered')),
    due_on  TEXT NOT NULL,
    answer  TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX complaint_complaint_author ON complaint_complaint (author, id);
CREATE INDEX complaint_complaint_reader ON complaint_complaint (reader, kind, state, due_on, id)
