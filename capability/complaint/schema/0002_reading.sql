-- When someone of the office that reads opened a paper or a file of it; sealed
-- says who and which.
CREATE TABLE complaint_reading (
    id           TEXT PRIMARY KEY,
    complaint_id TEXT NOT NULL,
    sealed       TEXT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX complaint_reading_paper ON complaint_reading (complaint_id, at)
