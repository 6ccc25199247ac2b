-- +goose Up

-- The DID whose agent of the reference has the token as its credential, NULL for none.
ALTER TABLE tokens ADD COLUMN reference text COLLATE "C";

-- True where the client's secret was ended, until its agent registers with another.
ALTER TABLE clients ADD COLUMN secret_ended boolean NOT NULL DEFAULT false;
