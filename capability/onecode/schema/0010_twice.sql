-- A judge names somebody until a day once, however often the form is sent: taken
-- back, it is over.
DELETE FROM onecode_delegation WHERE id NOT IN (SELECT MIN(id) FROM onecode_delegation GROUP BY from_id, to_id, until_at, sealed);
CREATE UNIQUE INDEX onecode_delegation_once ON onecode_delegation (from_id, to_id, until_at, sealed)
