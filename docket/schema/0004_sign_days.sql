-- How many days a paper waits for people's signatures; 0 is what the system
-- takes without being told.
ALTER TABLE docket_court ADD COLUMN sign_days BIGINT NOT NULL DEFAULT 0
