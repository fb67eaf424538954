-- When the administrator looked at what was refused, or it came mended; and
-- the place in the folder of a file that is no letter.
ALTER TABLE connect_received ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connect_received ADD COLUMN place TEXT NOT NULL DEFAULT '';
CREATE INDEX connect_received_refused ON connect_received (court_id, id) WHERE state = 'refused' AND settled_at = 0
