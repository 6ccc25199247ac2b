-- +goose Up

-- Times are milliseconds since 1970. JSON is that of the A2A 1.0 data model. What comes
-- after this file must leave the version before it able to serve: it names the columns
-- that it writes, so that new ones need defaults.

-- The one agent whose tasks these are.
CREATE TABLE agent (
    single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single),
    did    TEXT    NOT NULL
);

CREATE TABLE owners (
    n     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner TEXT   COLLATE "C" NOT NULL UNIQUE,
    tasks BIGINT NOT NULL,
    bytes BIGINT NOT NULL
) WITH (fillfactor = 70);

-- seq is the number of the last event, fence that of the last run, holder the process
-- whose lease keeps that run alive. told: the owner knows the task although it has not
-- ended. message is that of the state.
CREATE TABLE tasks (
    n          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner      BIGINT  NOT NULL,
    id         TEXT    COLLATE "C" NOT NULL,
    context_id TEXT    COLLATE "C" NOT NULL,
    state      TEXT    COLLATE "C" NOT NULL,
    run        TEXT    COLLATE "C" NOT NULL,
    fence      BIGINT  NOT NULL,
    holder     TEXT    COLLATE "C" NOT NULL,
    told       BOOLEAN NOT NULL,
    seq        BIGINT  NOT NULL,
    messages   BIGINT  NOT NULL,
    artifacts  BIGINT  NOT NULL,
    bytes      BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    message    TEXT
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX tasks_id ON tasks (owner, id);
CREATE INDEX tasks_updated ON tasks (owner, updated_at DESC, id DESC);
CREATE INDEX tasks_context ON tasks (owner, context_id);

-- What no execution works on, the oldest first, whoever owns it: what retention deletes.
CREATE INDEX tasks_at_rest ON tasks (updated_at) WHERE state NOT IN ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING');

-- What is worked on, whoever owns it: what is looked through when a lease has ended.
CREATE INDEX tasks_unfinished ON tasks (n) WHERE state IN ('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING');

-- What a task consists of, with its body; place is that among its messages or its
-- artifacts. owner, message_id and digest are those of messages that clients sent. The
-- state that a task rests in stands in its row, and is its last event.
CREATE TABLE events (
    task       BIGINT NOT NULL REFERENCES tasks (n) ON DELETE CASCADE,
    seq        BIGINT NOT NULL,
    kind       TEXT   COLLATE "C" NOT NULL,
    run        TEXT   COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    state      TEXT   COLLATE "C",
    place      BIGINT,
    owner      BIGINT,
    message_id TEXT   COLLATE "C",
    digest     BYTEA,
    body       TEXT,
    PRIMARY KEY (task, seq)
);

-- The messages that clients sent: their ids are idempotent.
CREATE INDEX events_digest ON events (owner, digest) WHERE digest IS NOT NULL;

-- Events that are kept until their task comes to rest. edges is 1 for the first of its
-- artifact, 2 for the last, and 3 for both.
CREATE TABLE chunks (
    task  BIGINT NOT NULL REFERENCES tasks (n) ON DELETE CASCADE,
    seq   BIGINT NOT NULL,
    run   TEXT   COLLATE "C" NOT NULL,
    at    BIGINT NOT NULL,
    edges BIGINT NOT NULL,
    body  TEXT   NOT NULL,
    PRIMARY KEY (task, seq)
);

CREATE TABLE feedback (
    n        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task     BIGINT NOT NULL REFERENCES tasks (n) ON DELETE CASCADE,
    at       BIGINT NOT NULL,
    rating   BIGINT,
    text     TEXT   NOT NULL,
    metadata TEXT
);

CREATE INDEX feedback_task ON feedback (task);

-- One lease of a process for all its runs, in the time of this server.
CREATE TABLE leases (
    holder TEXT   COLLATE "C" PRIMARY KEY,
    until  BIGINT NOT NULL
);

-- Webhooks of tasks. The events of a task are what is to be sent: after is the number of
-- the last one that was delivered. due is when the next is to be, NULL where nothing is to
-- come: the task rests and all was delivered, or tries ended and given_up is true. While
-- one is under way it is the time at which another process may take it.
CREATE TABLE pushes (
    n        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner    BIGINT  NOT NULL,
    task     BIGINT  NOT NULL REFERENCES tasks (n) ON DELETE CASCADE,
    id       TEXT    COLLATE "C" NOT NULL,
    body     TEXT    NOT NULL,
    size     BIGINT  NOT NULL,
    after    BIGINT  NOT NULL,
    tries    BIGINT  NOT NULL DEFAULT 0,
    due      BIGINT,
    given_up BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE UNIQUE INDEX pushes_task ON pushes (task, id);
CREATE INDEX pushes_owner ON pushes (owner);
CREATE INDEX pushes_due ON pushes (due) WHERE due IS NOT NULL;

-- Holds something only in the moment in which somebody tries whether the database can be
-- written. What is not compressed takes the room that it seems to.
CREATE TABLE probe (
    content TEXT NOT NULL
);
ALTER TABLE probe ALTER COLUMN content SET STORAGE EXTERNAL;

-- +goose Down
DROP TABLE probe, pushes, leases, feedback, chunks, events, tasks, owners, agent;
