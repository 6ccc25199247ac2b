-- +goose Up

-- The SHA-256 of the TLS key for which the agent of a DID is about to have a certificate.
CREATE TABLE announcements (
    did     TEXT    NOT NULL,
    tls_key BLOB    NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (did, tls_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX announcements_until ON announcements (until);
