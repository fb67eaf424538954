-- Who has a paper electronically and wants it on paper too.
CREATE TABLE delivery_wish (
    paper_id TEXT PRIMARY KEY,
    case_id  TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX delivery_wish_case ON delivery_wish (case_id, at)
