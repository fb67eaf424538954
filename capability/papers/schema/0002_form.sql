-- The text of each form by which a paper was ever made, so that it can be read
-- for ever; and the wordings of courts, which are in force from when they were
-- saved. Of what comes with the program court_id is empty.
CREATE TABLE papers_form (
    court_id  TEXT NOT NULL,
    kind      TEXT NOT NULL,
    version   TEXT NOT NULL,
    text      TEXT NOT NULL,
    why       TEXT NOT NULL,
    author_id TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (court_id, kind, version)
);
