-- Who asks once more writes it: a message of its own, in reply to his first one.
ALTER TABLE onecode_message DROP COLUMN reopened
