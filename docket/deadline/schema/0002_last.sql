CREATE INDEX deadline_deadline_last ON deadline_deadline (last_on, id) WHERE state = 'running' AND party_id <> ''
