CREATE INDEX docket_agent_person ON docket_agent (person_id);
