-- In how many working days a court answers a complaint, and a report; 0 is what
-- the system takes without being told.
ALTER TABLE docket_court ADD COLUMN complaint_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE docket_court ADD COLUMN report_days BIGINT NOT NULL DEFAULT 0
