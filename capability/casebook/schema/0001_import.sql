-- Cases that came from another system, with what it said of them last, sealed:
-- what differs from that, the court did itself.
CREATE TABLE casebook_import (
    case_id   TEXT PRIMARY KEY,
    said      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL
);
