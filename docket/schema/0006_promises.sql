-- In how many working days a court answers a question, and an opinion or why
-- it was judged so; 0 is what the system takes without being told. Which
-- grades count as satisfied in its figures; empty: 基本满意 too.
ALTER TABLE docket_court ADD COLUMN reply_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE docket_court ADD COLUMN opinion_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE docket_court ADD COLUMN satisfied TEXT NOT NULL DEFAULT ''
