-- Few papers are ordered and not drawn yet; a desk asks for those that wait.
CREATE INDEX paper_paper_ordered ON paper_paper (at) WHERE state = 'ordered'
