-- One row per form or request that was carried out, so that sending it twice
-- does it once.
CREATE TABLE web_idempotency (
    key    TEXT PRIMARY KEY,
    at     BIGINT NOT NULL,
    target TEXT NOT NULL
);
CREATE INDEX web_idempotency_at ON web_idempotency (at)
