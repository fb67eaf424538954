-- One row per change of state. leaf is the canonical encoding that is hashed;
-- the other columns repeat parts of it for finding.
CREATE TABLE ledger_entry (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    court_id TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    actor    TEXT NOT NULL,
    leaf     TEXT NOT NULL,
    seq      BIGINT
);
CREATE UNIQUE INDEX ledger_entry_seq ON ledger_entry (seq) WHERE seq IS NOT NULL;
CREATE INDEX ledger_entry_pending ON ledger_entry (at, id) WHERE seq IS NULL;
CREATE INDEX ledger_entry_case ON ledger_entry (case_id, at, id);
-- How far each holder's chain in a case has come.
CREATE TABLE ledger_chain (
    holder  TEXT NOT NULL,
    case_id TEXT NOT NULL,
    n       BIGINT NOT NULL,
    head    TEXT NOT NULL,
    PRIMARY KEY (case_id, holder)
) /* clustered */;
-- The n-th entry of a holder in a case; salt opens the commitment in the leaf.
-- Keyed by the entry, whose id grows with time: a holder's chain is found by
-- way of his case's entries, and writing touches the end of one tree only.
CREATE TABLE ledger_link (
    holder   TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    n        BIGINT NOT NULL,
    entry_id TEXT NOT NULL,
    prev     TEXT NOT NULL,
    salt     TEXT NOT NULL,
    PRIMARY KEY (entry_id, holder)
) /* clustered */;
-- What a digest in a leaf stands for. Erasing a row erases the person's data
-- and leaves the tree whole. holder '' opens it to every holder of the entry.
CREATE TABLE ledger_secret (
    entry_id TEXT NOT NULL,
    name     TEXT NOT NULL,
    holder   TEXT NOT NULL,
    salt     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (entry_id, name)
);
-- Stored hashes of golang.org/x/mod/sumdb/tlog.
CREATE TABLE ledger_hash (idx BIGINT PRIMARY KEY, hash TEXT NOT NULL) /* clustered */;
CREATE TABLE ledger_checkpoint (size BIGINT PRIMARY KEY, at BIGINT NOT NULL, note TEXT NOT NULL);
CREATE TABLE ledger_cosignature (size BIGINT NOT NULL, witness TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, witness))
;
-- Checkpoints that went into receipts: a later receipt proves that it extends them.
CREATE TABLE ledger_export (holder TEXT NOT NULL, case_id TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (holder, case_id, size))
