CREATE TABLE jobs_job (
    id     TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    lane   TEXT NOT NULL,
    body   TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('ready', 'dead', 'done')),
    lease  BIGINT NOT NULL,
    tries  BIGINT NOT NULL,
    error  TEXT NOT NULL,
    once   TEXT
);
CREATE INDEX jobs_job_ready ON jobs_job (run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_job_lane ON jobs_job (lane, id) WHERE state = 'ready' AND lane <> '';
CREATE INDEX jobs_job_dead ON jobs_job (run_at) WHERE state = 'dead';
CREATE UNIQUE INDEX jobs_job_once ON jobs_job (once) WHERE once IS NOT NULL
