-- Roots of seals and of time stamps that are not the test authority's.
ALTER TABLE signing_root RENAME TO signing_root_1;
CREATE TABLE signing_root (
    id   TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('persons', 'seals', 'stamps', 'sm')),
    pem  TEXT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (id, role)
);
INSERT INTO signing_root (id, role, pem, at) SELECT id, role, pem, at FROM signing_root_1;
DROP TABLE signing_root_1;
-- Since when the seal of a court can't be had from whoever holds its key, or a
-- time stamp, and what there is to say of it. Papers wait meanwhile.
CREATE TABLE signing_wait (
    court_id TEXT PRIMARY KEY,
    says     TEXT NOT NULL,
    since    BIGINT NOT NULL
);
-- SM2 keys of the test authority: its own ('root') and those of seals, sealed.
CREATE TABLE signing_sm (
    id  TEXT PRIMARY KEY,
    pem TEXT NOT NULL,
    at  BIGINT NOT NULL
);
-- Second proofs of issued papers, by the digest of the file; base64.
CREATE TABLE signing_proof (
    file     TEXT PRIMARY KEY,
    paper_id TEXT NOT NULL,
    court_id TEXT NOT NULL,
    proof    TEXT NOT NULL,
    at       BIGINT NOT NULL
)
