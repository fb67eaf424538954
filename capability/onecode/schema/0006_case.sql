-- Of the messages of a case the one that waits and is due first is found in the
-- index: their texts are long, and few of them wait.
DROP INDEX onecode_message_case;
CREATE INDEX onecode_message_case ON onecode_message (case_id, at, id, state, due_on)
