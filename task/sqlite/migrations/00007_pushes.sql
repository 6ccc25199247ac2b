-- +goose Up

-- Webhooks of tasks. The events of a task are what is to be sent: after is the number of
-- the last one that was delivered. due is when the next is to be, NULL where nothing is to
-- come: the task rests and all was delivered, or tries ended and given_up is 1. While one is
-- under way it is the time at which another process may take it. The previous version
-- serves beside this one: it deletes these rows with their tasks, whose bytes they count in,
-- and what it appends is found where due is no NULL.
CREATE TABLE pushes (
    n        INTEGER PRIMARY KEY,
    owner    INTEGER NOT NULL,
    task     INTEGER NOT NULL REFERENCES tasks (n) ON DELETE CASCADE,
    id       TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    after    INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    due      INTEGER,
    given_up INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX pushes_task ON pushes (task, id);

-- What one owner has, and what is to be sent, whoever owns it.
CREATE INDEX pushes_owner ON pushes (owner);
CREATE INDEX pushes_due ON pushes (due) WHERE due IS NOT NULL;

-- +goose Down
DROP TABLE pushes;
