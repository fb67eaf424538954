-- Who asked that his address is kept from the other parties.
ALTER TABLE docket_party ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0
