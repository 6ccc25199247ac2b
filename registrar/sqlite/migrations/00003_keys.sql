-- +goose Up

-- Who binds a DID is asked whether a DID that is revoked has that key.
CREATE INDEX keys_key ON keys (key);
