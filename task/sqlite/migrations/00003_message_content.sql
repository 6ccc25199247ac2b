-- +goose Up

-- A message is a repeat if its content is the same too: some clients number
-- their messages anew in each conversation.
DROP INDEX messages_idempotent;
CREATE UNIQUE INDEX messages_content ON messages (owner, message_id, digest) WHERE digest IS NOT NULL;

-- +goose Down
-- This fails while an id is used for two messages.
DROP INDEX messages_content;
CREATE UNIQUE INDEX messages_idempotent ON messages (owner, message_id) WHERE digest IS NOT NULL;
