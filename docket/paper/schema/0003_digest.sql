CREATE INDEX paper_paper_digest ON paper_paper (digest)
