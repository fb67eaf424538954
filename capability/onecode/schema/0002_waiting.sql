-- The case page shows the question that is due first.
CREATE INDEX onecode_message_next ON onecode_message (case_id, due_on, id) WHERE state = 'waiting';
