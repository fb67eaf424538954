-- What the post said of a parcel that a clerk must look at, once for a line.
CREATE TABLE post_event (
    id         TEXT PRIMARY KEY,
    court_id   TEXT NOT NULL,
    case_id    TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    line       TEXT NOT NULL,
    said       TEXT NOT NULL,
    why        TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    at         BIGINT NOT NULL,
    UNIQUE (attempt_id, line)
);
CREATE INDEX post_event_case ON post_event (case_id, at)
