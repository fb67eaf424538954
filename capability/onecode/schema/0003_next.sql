-- The messages of one case are few: what waits is found among them, and a
-- message dirties one page less when it is written.
DROP INDEX onecode_message_next
