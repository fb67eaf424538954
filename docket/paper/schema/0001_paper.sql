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
    state      TEXT NOT NULL CHECK (state IN ('ordered', 'issued', 'served', 'effective', 'superseded', 'withdrawn')),
    superseded TEXT NOT NULL,
    demo       BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX paper_paper_case ON paper_paper (case_id, at)
