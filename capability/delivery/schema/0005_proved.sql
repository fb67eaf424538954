-- The day on which, as he proved, a message reached his system.
ALTER TABLE delivery_attempt ADD COLUMN proved_on TEXT NOT NULL DEFAULT ''
