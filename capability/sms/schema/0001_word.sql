-- What a word on a short message stands for. find is its keyed digest.
CREATE TABLE sms_word (
    find  TEXT PRIMARY KEY,
    at    BIGINT NOT NULL,
    tail  TEXT NOT NULL,
    about TEXT NOT NULL
);
CREATE INDEX sms_word_at ON sms_word (at)
