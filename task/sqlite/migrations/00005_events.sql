-- +goose Up

-- A task is its events, numbered without end: seq is the number of the last one,
-- fence that of the last run, holder the process whose lease keeps that run
-- alive. told: the owner knows the task although it has not ended. The previous
-- version serves beside this one: it names the columns it writes, and the new
-- ones have defaults. seq is 0 until this version first changes such a task.
ALTER TABLE tasks ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- ref is the seq of a message or an artifact, whose body stands there. The state
-- that a task rests in stands in its row, and is its last event. When it comes to
-- rest, chunks become artifacts and the states before go.
CREATE TABLE events (
    owner   TEXT    NOT NULL,
    task_id TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    run     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    state   TEXT,
    ref     INTEGER,
    body    TEXT,
    PRIMARY KEY (owner, task_id, seq),
    FOREIGN KEY (owner, task_id) REFERENCES tasks (owner, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- One lease of a process for all its runs: renewing it is one small write.
CREATE TABLE leases (
    holder TEXT    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE leases;
DROP TABLE events;
ALTER TABLE tasks DROP COLUMN told;
ALTER TABLE tasks DROP COLUMN holder;
ALTER TABLE tasks DROP COLUMN fence;
ALTER TABLE tasks DROP COLUMN seq;
