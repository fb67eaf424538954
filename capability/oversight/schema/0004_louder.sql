-- Somebody waits for one number once.
DELETE FROM oversight_open WHERE state = 'waiting' AND id NOT IN (SELECT MAX(id) FROM oversight_open WHERE state = 'waiting' GROUP BY person_id, number);
CREATE UNIQUE INDEX oversight_open_once ON oversight_open (person_id, number) WHERE state = 'waiting'
