-- Roots of those who certify people: what was signed under one stays signed.
CREATE TABLE signing_root (
    id   TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('persons')),
    pem  TEXT NOT NULL,
    at   BIGINT NOT NULL
);
-- A paper that waits for signatures, and each of them. html is what was shown,
-- sealed; digest names the file as it is now.
CREATE TABLE signing_round (
    id       TEXT PRIMARY KEY,
    paper_id TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    court_id TEXT NOT NULL,
    title    TEXT NOT NULL,
    record   BIGINT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('open', 'complete', 'declined', 'expired', 'cancelled')),
    digest   TEXT NOT NULL,
    first    TEXT NOT NULL,
    html     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX signing_round_paper ON signing_round (paper_id);
CREATE INDEX signing_round_case ON signing_round (case_id, at);
CREATE INDEX signing_round_open ON signing_round (until_at) WHERE state = 'open';
CREATE TABLE signing_slot (
    id        TEXT PRIMARY KEY,
    round_id  TEXT NOT NULL,
    step      BIGINT NOT NULL,
    ord       BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    party_id  TEXT NOT NULL,
    name      TEXT NOT NULL,
    capacity  TEXT NOT NULL,
    page      BIGINT NOT NULL,
    box       TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('waiting', 'signed', 'declined', 'refused')),
    cause     TEXT NOT NULL,
    serial    TEXT NOT NULL,
    signed    TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX signing_slot_round ON signing_slot (round_id, step, ord);
CREATE INDEX signing_slot_waiting ON signing_slot (person_id) WHERE state = 'waiting';
-- Somebody signing: his certificates, and the strokes that he drew, sealed; it
-- is gone with the minutes for which they hold.
CREATE TABLE signing_sitting (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    rounds    TEXT NOT NULL,
    chains    TEXT NOT NULL,
    strokes   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    until_at  BIGINT NOT NULL
)
