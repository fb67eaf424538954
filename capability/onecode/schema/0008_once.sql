-- One answer to a question, and one more question to an answer.
CREATE UNIQUE INDEX onecode_message_once ON onecode_message (reply_to, kind) WHERE reply_to <> ''
