-- What a person bound so that the court reaches him besides by short message:
-- a browser, while it is signed in, or his WeChat.
CREATE TABLE account_way (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('push', 'wechat')),
    session_id TEXT NOT NULL,
    device     TEXT NOT NULL,
    target     TEXT NOT NULL,
    find       TEXT NOT NULL,
    ticket     TEXT NOT NULL,
    until_at   BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX account_way_account ON account_way (account_id);
CREATE INDEX account_way_find ON account_way (find);
CREATE INDEX account_way_ticket ON account_way (ticket)
