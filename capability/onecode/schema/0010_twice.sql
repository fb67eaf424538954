-- A judge names somebody until a day once, however often the form is sent: taken
-- back, it is over.
CREATE UNIQUE INDEX onecode_delegation_once ON onecode_delegation (from_id, to_id, until_at, sealed)
