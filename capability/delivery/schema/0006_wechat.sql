-- What he bound in WeChat is an address too. Who receives for him, and that he
-- wants his addresses kept from the others, stand in the same list.
ALTER TABLE delivery_address RENAME TO delivery_address_1;
DROP INDEX delivery_address_now;
DROP INDEX delivery_address_case;
CREATE TABLE delivery_address (
    id       TEXT PRIMARY KEY,
    case_id  TEXT NOT NULL,
    party_id TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('post', 'sms', 'email', 'inapp', 'wechat', 'receiver', 'secret')),
    value    TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('confirmed', 'sure', 'alleged')),
    shown_by TEXT NOT NULL,
    scan     TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    at       BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
INSERT INTO delivery_address (id, case_id, party_id, kind, value, standing, shown_by, scan, actor_id, at, ended_at)
    SELECT id, case_id, party_id, kind, value, standing, shown_by, scan, actor_id, at, ended_at FROM delivery_address_1;
DROP TABLE delivery_address_1;
CREATE UNIQUE INDEX delivery_address_now ON delivery_address (party_id, kind) WHERE ended_at = 0;
CREATE INDEX delivery_address_case ON delivery_address (case_id, at)
