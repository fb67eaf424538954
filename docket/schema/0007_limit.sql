-- Which cases of a court come to their limit next, or are past it.
CREATE INDEX docket_case_limit ON docket_case (court_id, limit_on, id) WHERE state = 'open'
