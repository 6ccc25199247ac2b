-- +goose Up

-- What opened the door at any of the processes, until it expires; that is in seconds since
-- 1970, by the clock of this server.
CREATE TABLE replay (
    key     BYTEA  PRIMARY KEY,
    expires BIGINT NOT NULL
);

CREATE INDEX replay_expires ON replay (expires);

-- What of it may be missing: all that was signed at floor or before. history names what this
-- server has written since, and is another one in a copy, in a backup that was restored and
-- at a standby that was promoted: what they lack was admitted all the same.
CREATE TABLE replay_memory (
    single  BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single),
    history TEXT    NOT NULL,
    floor   BIGINT  NOT NULL
);
INSERT INTO replay_memory (history, floor) VALUES ('', 0);

-- What the agent authenticates with at Hydra, sealed under its key.
CREATE TABLE client (
    single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single),
    sealed BYTEA   NOT NULL
);

-- +goose Down
DROP TABLE client, replay_memory, replay;
