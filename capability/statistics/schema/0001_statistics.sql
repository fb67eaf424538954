-- Appeals and applications for retrial, which no noun keeps: the first of each
-- kind in a case.
CREATE TABLE statistics_appeal (
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('appeal', 'retrial')),
    on_day  TEXT NOT NULL,
    PRIMARY KEY (case_id, kind)
) /* clustered */;
-- What is counted, each thing once. The id says what: a case and filed,
-- closed …, a message, a rating, a person's visit to a case on a day. The
-- person is kept for visits only.
CREATE TABLE statistics_event (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    area_id     TEXT NOT NULL,
    court_id    TEXT NOT NULL,
    division_id TEXT NOT NULL,
    judge_id    TEXT NOT NULL,
    on_day      TEXT NOT NULL,
    type        TEXT NOT NULL,
    mark        TEXT NOT NULL,
    person_id   TEXT NOT NULL
);
-- Every place is within one court or a few, so one index serves all lists.
CREATE INDEX statistics_event_court ON statistics_event (court_id, kind, on_day, division_id, judge_id, case_id);
-- How many events there are of a place (an area, a court, a division, a judge
-- in a court), a day or a month, a kind, a type of case and a mark. It holds
-- nothing that statistics_event does not: it can be dropped and summed again.
CREATE TABLE statistics_sum (
    scope TEXT NOT NULL,
    grain TEXT NOT NULL CHECK (grain IN ('day', 'month')),
    at    TEXT NOT NULL,
    kind  TEXT NOT NULL,
    type  TEXT NOT NULL,
    mark  TEXT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (scope, grain, at, kind, type, mark)
) /* clustered */
