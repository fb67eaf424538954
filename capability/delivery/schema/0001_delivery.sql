CREATE TABLE delivery_service (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL,
    paper_id  TEXT NOT NULL UNIQUE,
    party_id  TEXT NOT NULL,
    way       TEXT NOT NULL CHECK (way IN ('counter')),
    signer    TEXT NOT NULL,
    relation  TEXT NOT NULL,
    signed_on TEXT NOT NULL,
    rule      TEXT NOT NULL,
    scan      TEXT NOT NULL,
    scan_type TEXT NOT NULL,
    server_id TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX delivery_service_case ON delivery_service (case_id, at)
