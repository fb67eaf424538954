-- Where a party wants papers, and whether he agrees to electronic service. A
-- change is a new row; the old one is ended and kept. Values are sealed.
CREATE TABLE delivery_address (
    id       TEXT PRIMARY KEY,
    case_id  TEXT NOT NULL,
    party_id TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('post', 'sms', 'email', 'inapp')),
    value    TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('confirmed', 'sure', 'alleged')),
    shown_by TEXT NOT NULL,
    scan     TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    at       BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_address_now ON delivery_address (party_id, kind) WHERE ended_at = 0;
CREATE INDEX delivery_address_case ON delivery_address (case_id, at);
CREATE TABLE delivery_consent (
    id       TEXT PRIMARY KEY,
    case_id  TEXT NOT NULL,
    party_id TEXT NOT NULL,
    ground   TEXT NOT NULL,
    refused  BIGINT NOT NULL,
    shown_by TEXT NOT NULL,
    scan     TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    at       BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_consent_now ON delivery_consent (party_id) WHERE ended_at = 0;
CREATE INDEX delivery_consent_case ON delivery_consent (case_id, at);
-- A paper on its way to its recipient: the service, its attempts, its effect.
ALTER TABLE delivery_service RENAME TO delivery_service_1;
CREATE TABLE delivery_service (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL,
    paper_id  TEXT NOT NULL,
    party_id  TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'delivered', 'read', 'acked', 'failed', 'next', 'effective')),
    ways      TEXT NOT NULL,
    server_id TEXT NOT NULL,
    at        BIGINT NOT NULL,
    UNIQUE (paper_id, party_id)
);
CREATE INDEX delivery_service_of ON delivery_service (case_id, at);
CREATE INDEX delivery_service_next ON delivery_service (server_id) WHERE state = 'next';
CREATE TABLE delivery_attempt (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL,
    way        TEXT NOT NULL,
    address_id TEXT NOT NULL,
    standing   TEXT NOT NULL,
    sent_at    BIGINT NOT NULL,
    success_at BIGINT NOT NULL,
    failed_at  BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    read_at    BIGINT NOT NULL,
    replied_at BIGINT NOT NULL,
    rebutted_at BIGINT NOT NULL,
    signer     TEXT NOT NULL,
    note       TEXT NOT NULL,
    posted     TEXT NOT NULL,
    made_on    TEXT NOT NULL,
    presumed   BIGINT NOT NULL,
    basis      TEXT NOT NULL,
    steps      TEXT NOT NULL,
    files      TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX delivery_attempt_service ON delivery_attempt (service_id, at, id);
CREATE INDEX delivery_attempt_notice ON delivery_attempt (at) WHERE way = 'notice' AND made_on = '';
-- What the law makes of it: one effect at a time for a service; one that was
-- rebutted is ended and kept.
CREATE TABLE delivery_effect (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL,
    way        TEXT NOT NULL,
    made_on    TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    presumed   BIGINT NOT NULL,
    basis      TEXT NOT NULL,
    steps      TEXT NOT NULL,
    at         BIGINT NOT NULL,
    undone_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_effect_now ON delivery_effect (service_id) WHERE undone_at = 0;
INSERT INTO delivery_service (id, case_id, paper_id, party_id, state, ways, server_id, at)
    SELECT id, case_id, paper_id, party_id, 'effective', '[]', server_id, at FROM delivery_service_1;
INSERT INTO delivery_attempt (id, service_id, way, address_id, standing, sent_at, success_at, failed_at, reason, read_at, replied_at, rebutted_at, signer, note, posted, made_on, presumed, basis, steps, files, actor_id, at)
    SELECT id, id, 'direct', '', '', at, 0, 0, '', 0, 0, 0, signer, 'plain:' || relation, '[]', signed_on, 0, '["' || rule || '"]', '[]', '[{"name":"","digest":"' || scan || '","size":0,"type":"' || scan_type || '"}]', server_id, at FROM delivery_service_1;
INSERT INTO delivery_effect (id, service_id, way, made_on, made_at, presumed, basis, steps, at, undone_at)
    SELECT id, id, 'direct', signed_on, 0, 0, '["' || rule || '"]', '[]', at, 0 FROM delivery_service_1;
DROP TABLE delivery_service_1
