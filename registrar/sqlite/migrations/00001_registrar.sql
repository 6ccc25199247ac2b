-- +goose Up

-- Times are milliseconds since 1970, keys the 32 bytes of Ed25519.

-- document is what the authorization server has by our hand, NULL while that is nothing.
CREATE TABLE clients (
    did      TEXT    NOT NULL PRIMARY KEY,
    document TEXT,
    revision INTEGER NOT NULL,
    address  TEXT    NOT NULL,
    voucher  TEXT    NOT NULL,
    bound_at INTEGER NOT NULL
) STRICT;

CREATE INDEX clients_address ON clients (address);

-- A key counts from valid_from until before valid_until, where that is set.
CREATE TABLE keys (
    did         TEXT    NOT NULL REFERENCES clients (did) ON DELETE CASCADE,
    key         BLOB    NOT NULL,
    valid_from  INTEGER NOT NULL,
    valid_until INTEGER,
    PRIMARY KEY (did, key)
) STRICT, WITHOUT ROWID;

-- What the operator grants a DID by name, known or not.
CREATE TABLE scopes (
    did   TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (did, scope)
) STRICT, WITHOUT ROWID;

-- One row per DID, with the number of its last change: who reads on from any
-- number learns the state of each DID that changed since.
CREATE TABLE tombstones (
    did     TEXT    NOT NULL PRIMARY KEY,
    revoked INTEGER NOT NULL,
    seq     INTEGER NOT NULL UNIQUE,
    at      INTEGER NOT NULL,
    note    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Exactly one row, made with the database.
CREATE TABLE head (
    epoch TEXT    NOT NULL,
    seq   INTEGER NOT NULL
) STRICT;

-- By key and not by DID: who signs in another's name uses up nothing of the other.
CREATE TABLE nonces (
    key   BLOB    NOT NULL,
    nonce TEXT    NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (key, nonce)
) STRICT, WITHOUT ROWID;

CREATE INDEX nonces_until ON nonces (until);

CREATE TABLE tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    author     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    uses       INTEGER NOT NULL,
    max_uses   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
    did     TEXT    NOT NULL PRIMARY KEY,
    key     BLOB    NOT NULL,
    address TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- At most one change of a DID at a time. holder alone may write the client at the
-- authorization server until then.
CREATE TABLE intents (
    did      TEXT    NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    remove   INTEGER NOT NULL,
    document TEXT,
    holder   TEXT    NOT NULL,
    until    INTEGER NOT NULL
) STRICT;

CREATE INDEX intents_until ON intents (until);
