-- +goose Up

-- What no execution works on, the oldest first, whoever owns it: what retention
-- deletes. A change of state writes to it once, when an execution ends.
CREATE INDEX tasks_at_rest ON tasks (updated_at) WHERE state NOT IN ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING');

-- Holds something only in the moment in which somebody tries whether the
-- database can be written.
CREATE TABLE probe (
    content BLOB NOT NULL
) STRICT;

-- Whoever has no tasks any more is forgotten from here on.
DELETE FROM owners WHERE tasks = 0 AND bytes = 0;

-- +goose Down
DROP TABLE probe;
DROP INDEX tasks_at_rest;
