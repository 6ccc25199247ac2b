-- +goose Up

-- When a secret of the client was ended last. NULL for never, and where that was before
-- this was kept.
ALTER TABLE clients ADD COLUMN ended_at bigint;

-- The SHA-256 of secrets, 32 bytes each, one after the other, NULL for none: of those that
-- may be in force, the last one registered first; and of all that were ended. What was
-- registered before this was kept is in neither.
ALTER TABLE clients ADD COLUMN secrets bytea;
ALTER TABLE clients ADD COLUMN secrets_ended bytea;
