-- +goose Up

-- Owners, tasks and events have numbers, and rows stand in the order in which they
-- came: what is added is added at an end. Before, each stood where its owner's name and
-- its id put it, both were in every row and index, and a body of more than a
-- thousand bytes took pages of its own. No earlier version reads what this makes.

CREATE TABLE numbered_owners (
    n     INTEGER PRIMARY KEY,
    owner TEXT    NOT NULL UNIQUE,
    tasks INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE numbered_tasks (
    n          INTEGER PRIMARY KEY,
    owner      INTEGER NOT NULL,
    id         TEXT    NOT NULL,
    context_id TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    fence      INTEGER NOT NULL,
    holder     TEXT    NOT NULL,
    told       INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    messages   INTEGER NOT NULL,
    artifacts  INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    message    TEXT
) STRICT;

-- What a task consists of, with its body; place is that among its messages or its
-- artifacts. owner, message_id and digest are those of messages that clients sent. The
-- state that a task rests in stands in its row, and is its last event.
CREATE TABLE numbered_events (
    n          INTEGER PRIMARY KEY,
    task       INTEGER NOT NULL REFERENCES numbered_tasks (n) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    state      TEXT,
    place      INTEGER,
    owner      INTEGER,
    message_id TEXT,
    digest     BLOB,
    body       TEXT
) STRICT;

-- Events that are kept until their task comes to rest. edges is 1 for the first of its
-- artifact, 2 for the last, and 3 for both.
CREATE TABLE chunks (
    n     INTEGER PRIMARY KEY,
    task  INTEGER NOT NULL REFERENCES numbered_tasks (n) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    run   TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    edges INTEGER NOT NULL DEFAULT 0,
    body  TEXT    NOT NULL
) STRICT;

CREATE TABLE numbered_feedback (
    n        INTEGER PRIMARY KEY,
    task     INTEGER NOT NULL REFERENCES numbered_tasks (n) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    rating   INTEGER,
    text     TEXT    NOT NULL,
    metadata TEXT
) STRICT;

INSERT INTO numbered_owners (owner, tasks, bytes) SELECT owner, count(*), sum(bytes) FROM tasks GROUP BY owner;

INSERT INTO numbered_tasks (owner, id, context_id, state, run, fence, holder, told, seq, messages, artifacts, bytes, updated_at, message)
    SELECT o.n, t.id, t.context_id, t.state, t.run, t.fence, t.holder, t.told,
        CASE WHEN t.seq > 0 THEN t.seq ELSE t.messages + t.artifacts + (t.state <> 'TASK_STATE_SUBMITTED') END, t.messages, t.artifacts, t.bytes, t.updated_at, t.message
    FROM tasks t JOIN numbered_owners o ON o.owner = t.owner ORDER BY t.updated_at;

CREATE UNIQUE INDEX tasks_id ON numbered_tasks (owner, id);

-- Events of a task that a version without events wrote are its messages and artifacts.
INSERT INTO numbered_events (task, seq, kind, run, at, place, owner, message_id, digest, body)
    SELECT t.n, coalesce(e.seq, m.seq + 1), 'message', coalesce(e.run, ''),
        coalesce(e.at, iif(t.state = 'TASK_STATE_SUBMITTED', t.updated_at, 0)), m.seq,
        iif(m.digest IS NULL, NULL, t.owner), iif(m.digest IS NULL, NULL, m.message_id), m.digest, m.body
    FROM numbered_tasks t JOIN numbered_owners o ON o.n = t.owner
        JOIN messages m ON m.owner = o.owner AND m.task_id = t.id
        LEFT JOIN events e ON e.owner = m.owner AND e.task_id = m.task_id AND e.kind = 'message' AND e.ref = m.seq
    ORDER BY t.n, m.seq;

INSERT INTO numbered_events (task, seq, kind, run, at, place, body)
    SELECT t.n, coalesce(e.seq, t.messages + a.seq + 1), 'artifact', coalesce(e.run, ''), coalesce(e.at, t.updated_at), a.seq, a.body
    FROM numbered_tasks t JOIN numbered_owners o ON o.n = t.owner
        JOIN artifacts a ON a.owner = o.owner AND a.task_id = t.id
        LEFT JOIN events e ON e.owner = a.owner AND e.task_id = a.task_id AND e.kind = 'artifact' AND e.ref = a.seq
    ORDER BY t.n, a.seq;

INSERT INTO numbered_events (task, seq, kind, run, at, state, body)
    SELECT t.n, e.seq, 'state', e.run, e.at, e.state, e.body
    FROM events e JOIN numbered_owners o ON o.owner = e.owner JOIN numbered_tasks t ON t.owner = o.n AND t.id = e.task_id
    WHERE e.kind = 'state'
    UNION ALL SELECT t.n, t.seq, 'state', '', t.updated_at, t.state, t.message
    FROM tasks old JOIN numbered_owners o ON o.owner = old.owner JOIN numbered_tasks t ON t.owner = o.n AND t.id = old.id
    WHERE old.seq = 0 AND old.state = 'TASK_STATE_WORKING';

INSERT INTO chunks (task, seq, run, at, body)
    SELECT t.n, e.seq, e.run, e.at, e.body
    FROM events e JOIN numbered_owners o ON o.owner = e.owner JOIN numbered_tasks t ON t.owner = o.n AND t.id = e.task_id
    WHERE e.kind = 'chunk' ORDER BY t.n, e.seq;

INSERT INTO numbered_feedback (task, at, rating, text, metadata)
    SELECT t.n, f.at, f.rating, f.text, f.metadata
    FROM feedback f JOIN numbered_owners o ON o.owner = f.owner JOIN numbered_tasks t ON t.owner = o.n AND t.id = f.task_id ORDER BY f.rowid;

DROP TABLE feedback;
DROP TABLE events;
DROP TABLE artifacts;
DROP TABLE messages;
DROP TABLE tasks;
DROP TABLE owners;

ALTER TABLE numbered_owners RENAME TO owners;
ALTER TABLE numbered_tasks RENAME TO tasks;
ALTER TABLE numbered_events RENAME TO events;
ALTER TABLE numbered_feedback RENAME TO feedback;

-- Every index is a page more to write for each change of state.
CREATE INDEX tasks_updated ON tasks (owner, updated_at DESC, id DESC);

-- The context of a task never changes, so a change of state does not write to this one.
CREATE INDEX tasks_context ON tasks (owner, context_id);

-- What no execution works on, the oldest first, whoever owns it: what retention
-- deletes. A task comes into it once, when an execution ends.
CREATE INDEX tasks_at_rest ON tasks (updated_at) WHERE state NOT IN ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING');

-- What is worked on, whoever owns it: what a start looks through.
CREATE INDEX tasks_unfinished ON tasks (n) WHERE state IN ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING');

CREATE UNIQUE INDEX events_task ON events (task, seq);

-- The messages that clients sent: their ids are idempotent.
CREATE INDEX events_digest ON events (owner, digest) WHERE digest IS NOT NULL;

CREATE UNIQUE INDEX chunks_task ON chunks (task, seq);

CREATE INDEX feedback_task ON feedback (task);
