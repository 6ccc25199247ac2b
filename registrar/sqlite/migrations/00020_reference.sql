-- +goose Up

-- The DID whose agent of the reference has the token as its credential, NULL for none.
ALTER TABLE tokens ADD COLUMN reference TEXT;

-- 1 where the client's secret was ended, until its agent registers with another.
ALTER TABLE clients ADD COLUMN secret_ended INTEGER NOT NULL DEFAULT 0;
