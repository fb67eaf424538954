-- The day on which it reached its addressee with effect, and by which way; and
-- the day on which somebody appealed from it.
ALTER TABLE paper_paper ADD COLUMN served_on TEXT NOT NULL DEFAULT '';
ALTER TABLE paper_paper ADD COLUMN served_by TEXT NOT NULL DEFAULT '';
ALTER TABLE paper_paper ADD COLUMN appealed_on TEXT NOT NULL DEFAULT ''
