-- Where in a paper that people sign first the seal will stand.
ALTER TABLE paper_paper ADD COLUMN seal_at TEXT NOT NULL DEFAULT '[]'
