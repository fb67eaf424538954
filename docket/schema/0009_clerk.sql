-- The desk asks for the cases of which somebody is the clerk; most are of none.
CREATE INDEX docket_access_clerk ON docket_access (person_id, case_id) WHERE capacity = 'clerk'
