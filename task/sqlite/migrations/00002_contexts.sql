-- +goose Up

-- The context of a task never changes, so a change of state does not write to
-- this index. Without it whoever has many tasks could make each look at one of
-- their contexts a look at all of them.
CREATE INDEX tasks_context ON tasks (owner, context_id);

-- +goose Down
DROP INDEX tasks_context;
