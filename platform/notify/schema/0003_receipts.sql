-- A gateway's answer is no receipt: what was 'sent' is 'handed', and only a
-- receipt makes it 'delivered'. 'unknown' is written before a message is handed
-- over, and stays when nobody can say whether it was taken.
DROP INDEX notify_message_at;
DROP INDEX notify_message_find;
ALTER TABLE notify_message RENAME TO notify_old;
CREATE TABLE notify_message (
    id       TEXT PRIMARY KEY,
    channel  TEXT NOT NULL CHECK (channel IN ('sms', 'email', 'push', 'wechat')),
    target   TEXT NOT NULL,
    find     TEXT NOT NULL,
    text     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'unknown', 'handed', 'delivered', 'failed')),
    provider TEXT NOT NULL,
    said     TEXT NOT NULL,
    tracked  BIGINT NOT NULL,
    twice    BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    sent_at  BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
INSERT INTO notify_message (id, channel, target, find, text, subject, state, provider, said, tracked, twice, at, sent_at, ended_at)
    SELECT id, channel, target, find, text, subject, CASE WHEN state = 'sent' THEN 'handed' ELSE state END, provider, '', 0, 0, at, sent_at, 0 FROM notify_old;
DROP TABLE notify_old;
CREATE INDEX notify_message_at ON notify_message (at, id);
CREATE INDEX notify_message_find ON notify_message (find, at);
CREATE INDEX notify_message_bad ON notify_message (at) WHERE state IN ('unknown', 'failed');
-- The parts in which a carrier numbers a message; a receipt that came before
-- its message was written down waits here, of no message.
CREATE TABLE notify_part (
    provider   TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    said       TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX notify_part_message ON notify_part (message_id);
CREATE INDEX notify_part_at ON notify_part (at)
