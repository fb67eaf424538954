-- A paper that goes to several has a copy for each, under one code; and between
-- ordered and issued one may wait for people's signatures.
ALTER TABLE paper_paper RENAME TO paper_paper_1;
CREATE TABLE paper_paper (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL,
    original   TEXT NOT NULL,
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
    corrects   TEXT NOT NULL,
    demo       BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
INSERT INTO paper_paper (id, code, original, case_id, court_id, party_id, kind, version, title, number, dated, pages, digest, data, state, superseded, corrects, demo, at)
    SELECT id, code, id, case_id, court_id, party_id, kind, version, title, number, dated, pages, digest, data, state, superseded, '', demo, at FROM paper_paper_1;
DROP TABLE paper_paper_1;
CREATE INDEX paper_paper_case ON paper_paper (case_id, at);
CREATE INDEX paper_paper_ordered ON paper_paper (at) WHERE state = 'ordered';
-- What waits to be served is little beside what was served.
CREATE INDEX paper_paper_issued ON paper_paper (case_id, at) WHERE state = 'issued';
CREATE INDEX paper_paper_digest ON paper_paper (digest);
CREATE INDEX paper_paper_corrects ON paper_paper (corrects) WHERE corrects <> '';
CREATE INDEX paper_paper_original ON paper_paper (original);
CREATE UNIQUE INDEX paper_paper_code ON paper_paper (code, party_id);
CREATE UNIQUE INDEX paper_paper_first ON paper_paper (code) WHERE id = original
