CREATE TABLE docket_court (
    code    TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    short   TEXT NOT NULL,
    level   TEXT NOT NULL CHECK (level IN ('high', 'intermediate', 'basic')),
    parent  TEXT NOT NULL,
    title   TEXT NOT NULL,
    logo    TEXT NOT NULL,
    phone   TEXT NOT NULL,
    address TEXT NOT NULL,
    numbers TEXT NOT NULL
);
CREATE TABLE docket_division (
    id       TEXT PRIMARY KEY,
    court_id TEXT NOT NULL REFERENCES docket_court (code),
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('filing', 'trial', 'tribunal', 'enforcement', 'supervision', 'discipline', 'office')),
    closed   BIGINT NOT NULL,
    UNIQUE (court_id, name)
);
-- A person or organisation, once, whatever cases it stands in.
CREATE TABLE docket_person (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('natural', 'org')),
    name       TEXT NOT NULL,
    id_type    TEXT NOT NULL,
    id_sealed  TEXT NOT NULL,
    id_find    TEXT NOT NULL,
    born_on    TEXT NOT NULL,
    sex        TEXT NOT NULL,
    merged_to  TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX docket_person_id ON docket_person (id_find) WHERE id_find <> '';
-- What a person does in a court, from a day to a day.
CREATE TABLE docket_post (
    id          TEXT PRIMARY KEY,
    person_id   TEXT NOT NULL REFERENCES docket_person (id),
    court_id    TEXT NOT NULL REFERENCES docket_court (code),
    division_id TEXT NOT NULL,
    role        TEXT NOT NULL,
    from_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL
);
CREATE INDEX docket_post_person ON docket_post (person_id);
CREATE INDEX docket_post_court ON docket_post (court_id, role);
CREATE TABLE docket_case (
    id            TEXT PRIMARY KEY,
    court_id      TEXT NOT NULL REFERENCES docket_court (code),
    division_id   TEXT NOT NULL,
    number        TEXT NOT NULL,
    type          TEXT NOT NULL,
    special       TEXT NOT NULL,
    cause         TEXT NOT NULL,
    closing_cause TEXT NOT NULL,
    claim         TEXT NOT NULL,
    amount        BIGINT NOT NULL,
    procedure     TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('entered', 'refused', 'open', 'suspended', 'closed')),
    secrecy       TEXT NOT NULL CHECK (secrecy IN ('public', 'private', 'sealed')),
    judge_id      TEXT NOT NULL,
    received_on   TEXT NOT NULL,
    filed_on      TEXT NOT NULL,
    heard         BIGINT NOT NULL,
    limit_on      TEXT NOT NULL,
    suspended_on  TEXT NOT NULL,
    excluded_days BIGINT NOT NULL,
    extended      BIGINT NOT NULL,
    closed_on     TEXT NOT NULL,
    closing_way   TEXT NOT NULL,
    names         TEXT NOT NULL,
    moved_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX docket_case_number ON docket_case (number) WHERE number <> '';
CREATE INDEX docket_case_court ON docket_case (court_id, id);
CREATE INDEX docket_case_state ON docket_case (court_id, state, id);
CREATE INDEX docket_case_division ON docket_case (division_id, id);
CREATE INDEX docket_case_judge ON docket_case (judge_id, state, limit_on, id);
-- The last number used; a number is taken in the act that registers the case.
CREATE TABLE docket_sequence (
    court_id TEXT NOT NULL,
    type     TEXT NOT NULL,
    special  TEXT NOT NULL,
    year     BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    PRIMARY KEY (court_id, type, special, year)
);
CREATE TABLE docket_party (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL REFERENCES docket_case (id),
    person_id TEXT NOT NULL REFERENCES docket_person (id),
    role      TEXT NOT NULL,
    ord       BIGINT NOT NULL,
    address   TEXT NOT NULL,
    phone     TEXT NOT NULL,
    phone_find TEXT NOT NULL,
    rep_name  TEXT NOT NULL,
    rep_title TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    left_at   BIGINT NOT NULL
);
CREATE INDEX docket_party_case ON docket_party (case_id, ord);
CREATE INDEX docket_party_person ON docket_party (person_id);
CREATE TABLE docket_agent (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL REFERENCES docket_case (id),
    party_id  TEXT NOT NULL REFERENCES docket_party (id),
    person_id TEXT NOT NULL REFERENCES docket_person (id),
    class     TEXT NOT NULL,
    firm      TEXT NOT NULL,
    special   BIGINT NOT NULL,
    powers    TEXT NOT NULL,
    phone     TEXT NOT NULL,
    phone_find TEXT NOT NULL,
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL
);
CREATE INDEX docket_agent_case ON docket_agent (case_id);
CREATE TABLE docket_seat (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL REFERENCES docket_case (id),
    person_id TEXT NOT NULL REFERENCES docket_person (id),
    seat      TEXT NOT NULL CHECK (seat IN ('sole', 'presiding', 'member', 'juror', 'assistant', 'clerk')),
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL
);
CREATE INDEX docket_seat_case ON docket_seat (case_id);
CREATE INDEX docket_seat_person ON docket_seat (person_id);
CREATE TABLE docket_link (
    case_id  TEXT NOT NULL,
    other_id TEXT NOT NULL,
    kind     TEXT NOT NULL,
    note     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (case_id, other_id, kind)
);
-- Who stands to a case how: the one source of sight (docket/access).
CREATE TABLE docket_access (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    case_id   TEXT NOT NULL,
    capacity  TEXT NOT NULL,
    scope     TEXT NOT NULL,
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL,
    basis     TEXT NOT NULL
);
CREATE INDEX docket_access_person ON docket_access (person_id, case_id);
CREATE INDEX docket_access_case ON docket_access (case_id, person_id);
-- Seals that stand on papers: the court's, or one for a purpose (lower words).
CREATE TABLE docket_seal (
    id       TEXT PRIMARY KEY,
    court_id TEXT NOT NULL REFERENCES docket_court (code),
    ring     TEXT NOT NULL,
    lower    TEXT NOT NULL,
    basis    TEXT NOT NULL,
    from_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX docket_seal_court ON docket_seal (court_id, from_at);
-- The calendar of rest days, a year at a time, with its notice.
CREATE TABLE docket_calendar (
    year   BIGINT PRIMARY KEY,
    data   TEXT NOT NULL,
    source TEXT NOT NULL
)
