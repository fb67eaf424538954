-- Whether the sealed cases go with a delegation: not when a head names himself.
ALTER TABLE onecode_delegation ADD COLUMN sealed BIGINT NOT NULL DEFAULT 1
