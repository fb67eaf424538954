-- What a party writes is a question, an opinion, or asks after judgment why; an
-- opinion that was handled badly is opened once more.
ALTER TABLE onecode_message RENAME TO onecode_message_1;
CREATE TABLE onecode_message (
    id         TEXT PRIMARY KEY,
    case_id    TEXT NOT NULL,
    court_id   TEXT NOT NULL,
    party_id   TEXT NOT NULL,
    author_id  TEXT NOT NULL,
    author     TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('question', 'opinion', 'explain', 'answer', 'contact')),
    way        TEXT NOT NULL,
    text       TEXT NOT NULL,
    files      TEXT NOT NULL,
    reply_to   TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'said')),
    handler_id TEXT NOT NULL,
    due_on     TEXT NOT NULL,
    clock      TEXT NOT NULL,
    reminded   BIGINT NOT NULL,
    escalated  BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    reopened   BIGINT NOT NULL,
    at         BIGINT NOT NULL
);
INSERT INTO onecode_message (id, case_id, court_id, party_id, author_id, author, kind, way, text, files, reply_to, state, handler_id, due_on, clock, reminded, escalated, answered_at, reopened, at)
    SELECT id, case_id, court_id, party_id, author_id, author, kind, way, text, files, reply_to, state, handler_id, due_on, clock, reminded, escalated, answered_at, 0, at FROM onecode_message_1;
DROP TABLE onecode_message_1;
CREATE INDEX onecode_message_case ON onecode_message (case_id, at, id);
CREATE INDEX onecode_message_waiting ON onecode_message (handler_id, due_on, id) WHERE state = 'waiting';
CREATE INDEX onecode_message_court ON onecode_message (court_id, due_on, id) WHERE state = 'waiting';
-- What people think of it: of how a message was handled (step is the message),
-- and, apart from that, of the court's service at a step of the case. One for
-- each person and step. Whoever handles the case sees none of them; person is
-- a keyed digest, text is sealed.
CREATE TABLE onecode_rating (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL,
    court_id  TEXT NOT NULL,
    person    TEXT NOT NULL,
    about     TEXT NOT NULL CHECK (about IN ('message', 'service')),
    step      TEXT NOT NULL,
    grade     TEXT NOT NULL,
    text      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    UNIQUE (person, case_id, step)
);
-- A bad rating is followed up by the office that supervises, once.
CREATE TABLE onecode_follow (
    rating_id TEXT PRIMARY KEY,
    court_id  TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'done')),
    text      TEXT NOT NULL,
    by_id     TEXT NOT NULL,
    at        BIGINT NOT NULL,
    done_at   BIGINT NOT NULL
);
CREATE INDEX onecode_follow_waiting ON onecode_follow (court_id, at, rating_id) WHERE state = 'waiting'
