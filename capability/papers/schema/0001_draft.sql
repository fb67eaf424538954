CREATE TABLE papers_draft (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL,
    court_id  TEXT NOT NULL,
    kind      TEXT NOT NULL,
    version   TEXT NOT NULL,
    data      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('draft', 'checked', 'approved', 'dropped')),
    author_id TEXT NOT NULL,
    note      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    moved_at  BIGINT NOT NULL
);
CREATE INDEX papers_draft_case ON papers_draft (case_id, moved_at);
CREATE INDEX papers_draft_checked ON papers_draft (court_id, moved_at) WHERE state = 'checked'
