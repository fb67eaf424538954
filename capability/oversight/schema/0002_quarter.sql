-- Who reported a quarter, once. What he said, that nobody asked or that so many
-- records are all, is in sealed, as long for none as for many.
CREATE TABLE oversight_quarter (
    court_id  TEXT NOT NULL,
    period    TEXT NOT NULL,
    person_id TEXT NOT NULL,
    sealed    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (court_id, period, person_id)
);
CREATE INDEX oversight_quarter_person ON oversight_quarter (person_id, period)
