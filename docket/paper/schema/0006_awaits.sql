-- Of which kind a paper has to follow this one, until it was ordered.
ALTER TABLE paper_paper ADD COLUMN awaits TEXT NOT NULL DEFAULT '';
CREATE INDEX paper_paper_awaits ON paper_paper (at) WHERE awaits <> ''
