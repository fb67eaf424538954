-- The number of a parcel as a keyed digest, by which the post's lists find it.
ALTER TABLE delivery_attempt ADD COLUMN find TEXT NOT NULL DEFAULT '';
CREATE INDEX delivery_attempt_find ON delivery_attempt (find) WHERE find <> ''
