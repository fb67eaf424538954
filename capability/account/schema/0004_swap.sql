-- A phone that one officer at the counter would put in place of the one that a
-- person signs in with, until a second officer has looked at his paper ID too.
CREATE TABLE account_swap (
    id         TEXT PRIMARY KEY,
    court_id   TEXT NOT NULL,
    account_id TEXT NOT NULL UNIQUE,
    person_id  TEXT NOT NULL,
    phone      TEXT NOT NULL,
    lost       BIGINT NOT NULL,
    keep       BIGINT NOT NULL,
    by_id      TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX account_swap_court ON account_swap (court_id, at)
