-- Between ordered and issued a paper may wait for people's signatures.
ALTER TABLE paper_paper RENAME TO paper_paper_1;
CREATE TABLE paper_paper (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    case_id    TEXT NOT NULL,
    court_id   TEXT NOT NULL,
    party_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    version    TEXT NOT NULL,
    title      TEXT NOT NULL,
    number     TEXT NOT NULL,
    dated      TEXT NOT NULL,
    pages      BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    data       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('ordered', 'signing', 'issued', 'served', 'effective', 'superseded', 'withdrawn')),
    superseded TEXT NOT NULL,
    demo       BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
INSERT INTO paper_paper (id, code, case_id, court_id, party_id, kind, version, title, number, dated, pages, digest, data, state, superseded, demo, at)
    SELECT id, code, case_id, court_id, party_id, kind, version, title, number, dated, pages, digest, data, state, superseded, demo, at FROM paper_paper_1;
DROP TABLE paper_paper_1;
CREATE INDEX paper_paper_case ON paper_paper (case_id, at);
CREATE INDEX paper_paper_ordered ON paper_paper (at) WHERE state = 'ordered';
CREATE INDEX paper_paper_digest ON paper_paper (digest)
