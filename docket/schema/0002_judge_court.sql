-- What a judge handles is counted within the courts that he serves, from the
-- index alone.
DROP INDEX docket_case_judge;
CREATE INDEX docket_case_judge ON docket_case (judge_id, state, limit_on, id, court_id);
