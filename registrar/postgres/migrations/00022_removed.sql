-- +goose Up

-- When the client was deleted last because its secret was ended, or its DID revoked. NULL
-- for never, and where that was before this was kept.
ALTER TABLE clients ADD COLUMN removed_at bigint;

-- Keys with which DIDs waited for approval when they were revoked.
CREATE TABLE buried_keys (
    did text NOT NULL,
    key bytea NOT NULL,
    PRIMARY KEY (key, did)
);
