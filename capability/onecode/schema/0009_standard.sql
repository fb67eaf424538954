-- A prepared answer is its writer's own, or one that the whole court has.
ALTER TABLE onecode_standard ADD COLUMN owner_id TEXT NOT NULL DEFAULT '';
ALTER TABLE onecode_standard ADD COLUMN shared BIGINT NOT NULL DEFAULT 1
