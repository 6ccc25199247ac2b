-- +goose Up

-- Times are milliseconds since 1970. JSON is that of the A2A 1.0 data model.

CREATE TABLE owners (
    owner TEXT    NOT NULL PRIMARY KEY,
    tasks INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
    owner      TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    context_id TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    message    TEXT,
    messages   INTEGER NOT NULL,
    artifacts  INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

-- Every index is a page more to write for each change of state. An owner's
-- tasks are bounded by a quota, so what is asked rarely scans them.
CREATE INDEX tasks_updated ON tasks (owner, updated_at DESC, id DESC);

-- digest is set for the messages that clients sent; their ids are idempotent.
CREATE TABLE messages (
    owner      TEXT    NOT NULL,
    task_id    TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    message_id TEXT    NOT NULL,
    digest     BLOB,
    body       TEXT    NOT NULL,
    PRIMARY KEY (owner, task_id, seq),
    FOREIGN KEY (owner, task_id) REFERENCES tasks (owner, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX messages_idempotent ON messages (owner, message_id) WHERE digest IS NOT NULL;

CREATE TABLE artifacts (
    owner   TEXT    NOT NULL,
    task_id TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (owner, task_id, seq),
    FOREIGN KEY (owner, task_id) REFERENCES tasks (owner, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE feedback (
    owner    TEXT    NOT NULL,
    task_id  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    rating   INTEGER,
    text     TEXT    NOT NULL,
    metadata TEXT,
    FOREIGN KEY (owner, task_id) REFERENCES tasks (owner, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX feedback_task ON feedback (owner, task_id);

-- +goose Down
DROP TABLE feedback;
DROP TABLE artifacts;
DROP TABLE messages;
DROP TABLE tasks;
DROP TABLE owners;
