-- +goose Up

-- Times are milliseconds since 1970, keys the 32 bytes of Ed25519. Texts that are
-- sorted are so byte by byte, whatever the database's language.

-- document is what the authorization server has by our hand, NULL while that is nothing.
CREATE TABLE clients (
    did      text   COLLATE "C" NOT NULL PRIMARY KEY,
    document text,
    revision bigint NOT NULL,
    address  text   NOT NULL,
    voucher  text   NOT NULL,
    bound_at bigint NOT NULL
);

CREATE INDEX clients_address ON clients (address);

-- A key counts from valid_from until before valid_until, where that is set.
CREATE TABLE keys (
    did         text   COLLATE "C" NOT NULL REFERENCES clients (did) ON DELETE CASCADE,
    key         bytea  NOT NULL,
    valid_from  bigint NOT NULL,
    valid_until bigint,
    PRIMARY KEY (did, key)
);

-- What the operator grants a DID by name, known or not.
CREATE TABLE scopes (
    did   text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    PRIMARY KEY (did, scope)
);

-- One row per DID, with the number of its last change: who reads on from any
-- number learns the state of each DID that changed since.
CREATE TABLE tombstones (
    did     text    COLLATE "C" NOT NULL PRIMARY KEY,
    revoked boolean NOT NULL,
    seq     bigint  NOT NULL UNIQUE,
    at      bigint  NOT NULL,
    note    text    NOT NULL
);

-- Exactly one row, made with the database. Who advances has it until the transaction
-- ends, so that numbers become visible in order.
CREATE TABLE head (
    epoch text   NOT NULL,
    seq   bigint NOT NULL
);

CREATE UNIQUE INDEX head_once ON head ((true));

-- By key and not by DID: who signs in another's name uses up nothing of the other.
CREATE TABLE nonces (
    key   bytea  NOT NULL,
    nonce text   COLLATE "C" NOT NULL,
    until bigint NOT NULL,
    PRIMARY KEY (key, nonce)
);

CREATE INDEX nonces_until ON nonces (until);

CREATE TABLE tokens (
    hash       bytea  NOT NULL PRIMARY KEY,
    id         text   COLLATE "C" NOT NULL UNIQUE,
    author     text   NOT NULL,
    name       text   NOT NULL,
    uses       bigint NOT NULL,
    max_uses   bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);

CREATE TABLE pending (
    did     text   COLLATE "C" NOT NULL PRIMARY KEY,
    key     bytea  NOT NULL,
    address text   NOT NULL,
    at      bigint NOT NULL,
    until   bigint NOT NULL
);

-- The SHA-256 of the TLS key for which the agent of a DID is about to have a certificate.
CREATE TABLE announcements (
    did     text   COLLATE "C" NOT NULL,
    tls_key bytea  NOT NULL,
    until   bigint NOT NULL,
    PRIMARY KEY (did, tls_key)
);

CREATE INDEX announcements_until ON announcements (until);

-- At most one change of a DID at a time. holder alone may write the client at the
-- authorization server until then.
CREATE TABLE intents (
    did      text    COLLATE "C" NOT NULL PRIMARY KEY,
    revision bigint  NOT NULL,
    remove   boolean NOT NULL,
    document text,
    holder   text    NOT NULL,
    until    bigint  NOT NULL
);

CREATE INDEX intents_until ON intents (until);
