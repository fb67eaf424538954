-- Roots of seals and of time stamps that are not the test authority's.
ALTER TABLE signing_root RENAME TO signing_root_1;
CREATE TABLE signing_root (
    id   TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('persons', 'seals', 'stamps')),
    pem  TEXT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (id, role)
);
INSERT INTO signing_root (id, role, pem, at) SELECT id, role, pem, at FROM signing_root_1;
DROP TABLE signing_root_1;
-- Since when whoever holds the keys of seals, or the time-stamp service, does not
-- answer, and what there is to say of it. Papers wait meanwhile.
CREATE TABLE signing_wait (
    id    TEXT PRIMARY KEY CHECK (id = 'seals'),
    says  TEXT NOT NULL,
    since BIGINT NOT NULL
)
