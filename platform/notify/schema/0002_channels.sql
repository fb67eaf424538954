-- Messages also leave by web push and WeChat.
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
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    provider TEXT NOT NULL,
    at       BIGINT NOT NULL,
    sent_at  BIGINT NOT NULL
);
INSERT INTO notify_message SELECT * FROM notify_old;
DROP TABLE notify_old;
CREATE INDEX notify_message_at ON notify_message (at, id);
CREATE INDEX notify_message_find ON notify_message (find, at)
