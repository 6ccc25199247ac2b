package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/getbindu/bindu-go/task/sqlrows"
)

// statements are prepared once for each connection.
type statements struct {
	sqlrows.Statements

	all []*sql.Stmt
}

// clock is the time of the server, in the middle of a transaction too.
const clock = `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`

const unfinished = `('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')`

const ended = `('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED', 'ANSWERED')`

// listed are the states of what its owner knows as a task.
const listed = `state <> 'ANSWERED'`

// ours is the number of the owner that a statement names first.
const ours = `(SELECT n FROM owners WHERE owner = $1)`

// anyLost are tasks whose run is lost, behind the one that is named.
const anyLost = `SELECT o.owner, t.id FROM tasks t JOIN owners o ON o.n = t.owner
	WHERE t.n > coalesce((SELECT n FROM tasks WHERE owner = ` + ours + ` AND id = $2), 0) AND t.state IN ` + unfinished + ` AND t.holder <> $3
	AND ($4::boolean OR t.holder <> '' AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.holder = t.holder AND l.until > $5))`

const isLost = `SELECT state IN ` + unfinished + ` AND holder <> $2
	AND ($3::boolean OR holder <> '' AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.holder = tasks.holder AND l.until > $4)) FROM tasks WHERE n = $1`

// anyLeaseOver looks for holders without a lease too: what one of them began late, after
// somebody failed what it had, is lost as well.
const anyLeaseOver = `SELECT EXISTS (SELECT 1 FROM leases WHERE until <= $1 AND holder <> $2)
	OR EXISTS (SELECT 1 FROM tasks t WHERE t.state IN ` + unfinished + ` AND t.holder <> '' AND t.holder <> $2
		AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.holder = t.holder))`

// eventsOf are what stands in the rows of events, of chunks, and of the task itself: the
// state that it rests in, which is always its last event.
const eventsOf = `SELECT seq, kind, run, at, state, place, body FROM events WHERE task = $1 AND seq > $2
	UNION ALL SELECT seq, 'chunk', run, at, NULL, edges, body FROM chunks WHERE task = $1 AND seq > $2
	UNION ALL SELECT seq, 'state', run, updated_at, state, NULL, message FROM tasks WHERE n = $1 AND seq > $2 AND state NOT IN ` + unfinished + `
	ORDER BY 1 LIMIT $3`

// known is the task that has a message with an id and a content.
const known = `SELECT t.id FROM events e JOIN tasks t ON t.n = e.task WHERE e.owner = `

// lockNewOwner makes no row of one that is there.
const lockNewOwner = `WITH there AS (SELECT n FROM owners WHERE owner = $1 FOR UPDATE), made AS (
		INSERT INTO owners (owner, tasks, bytes) SELECT $1, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM there)
		ON CONFLICT (owner) DO UPDATE SET owner = excluded.owner RETURNING n)
	SELECT n FROM there UNION ALL SELECT n FROM made`

// prepare prepares those that write in one pool and those that read in the other.
func (s *statements) prepare(ctx context.Context, write, read *sql.DB) error {
	for _, pool := range []struct {
		db    *sql.DB
		texts map[**sql.Stmt]string
	}{{write, s.writing()}, {write, s.pushing()}, {read, s.reading()}} {
		for stmt, text := range pool.texts {
			prepared, err := pool.db.PrepareContext(ctx, text)
			if err != nil {
				return err
			}
			*stmt = prepared
			s.all = append(s.all, prepared)
		}
	}
	return nil
}

func (s *statements) close() error {
	var errs []error
	for _, stmt := range s.all {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}

func (s *statements) writing() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&s.LockOwner:    `SELECT n FROM owners WHERE owner = $1 FOR UPDATE`,
		&s.LockNewOwner: lockNewOwner,
		&s.IsLost:       isLost,
		&s.ByMessage:    known + ours + ` AND e.message_id = $2 AND e.digest = $3 LIMIT 1`,
		&s.TaskForUpdate: `SELECT n, owner, run, fence, seq, artifacts, context_id, state, message, messages, bytes FROM tasks
			WHERE owner = ` + ours + ` AND id = $2 FOR UPDATE`,
		&s.InsertTask: `INSERT INTO tasks (owner, id, context_id, state, run, fence, holder, told, seq, messages, artifacts, bytes, updated_at, message)
			VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, 1, $9, $10, $11, $12) RETURNING n`,
		&s.ContinueTask: `UPDATE tasks SET state = $1, run = $2, fence = $3, holder = $4, told = told OR $5, seq = $6,
			message = NULL, messages = $7, bytes = bytes + $8, updated_at = $9 WHERE n = $10`,
		&s.ChargeOwner: `INSERT INTO owners (owner, tasks, bytes) VALUES ($1, $2, $3)
			ON CONFLICT (owner) DO UPDATE SET tasks = owners.tasks + excluded.tasks, bytes = owners.bytes + excluded.bytes
			RETURNING n, tasks, bytes, (` + known + `owners.n AND e.message_id = $4 AND e.digest = $5 LIMIT 1)`,
		&s.Charge:     `UPDATE owners SET tasks = tasks + $1, bytes = bytes + $2 WHERE n = $3 RETURNING tasks, bytes`,
		&s.Transition: `UPDATE tasks SET state = $1, message = $2, artifacts = $3, bytes = bytes + $4, updated_at = $5, seq = $6 WHERE n = $7`,
		&s.HeadForUpdate: `SELECT n, owner, run, fence, seq, told, context_id, state, messages, artifacts FROM tasks
			WHERE owner = ` + ours + ` AND id = $2 FOR UPDATE`,
		&s.InsertEvent: `INSERT INTO events (task, seq, kind, run, at, state, place, owner, message_id, digest, body)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		&s.InsertChunk:     `INSERT INTO chunks (task, seq, run, at, edges, body) VALUES ($1, $2, $3, $4, $5, $6)`,
		&s.Advance:         `UPDATE tasks SET seq = $1, bytes = bytes + $2 WHERE n = $3`,
		&s.Tell:            `UPDATE tasks SET told = TRUE WHERE owner = ` + ours + ` AND id = $2 AND state IN ` + unfinished,
		&s.RunChunks:       `SELECT seq, run, body FROM chunks WHERE task = $1 ORDER BY seq`,
		&s.DropStates:      `DELETE FROM events WHERE task = $1 AND kind = 'state'`,
		&s.DropChunks:      `DELETE FROM chunks WHERE task = $1`,
		&s.TaskForFeedback: `SELECT n, owner FROM tasks WHERE owner = ` + ours + ` AND id = $2 FOR UPDATE`,
		&s.ContextSize:     `SELECT count(*) FROM tasks WHERE owner = ` + ours + ` AND context_id = $2`,
		&s.ContextBatch:    `SELECT n, owner, bytes FROM tasks WHERE owner = ` + ours + ` AND context_id = $2 ORDER BY n LIMIT $3 FOR UPDATE`,
		&s.DeleteTask:      `DELETE FROM tasks WHERE n = $1`,
		&s.InsertFeedback:  `INSERT INTO feedback (task, at, rating, text, metadata) VALUES ($1, $2, $3, $4, $5)`,
		&s.AddBytes:        `UPDATE tasks SET bytes = bytes + $1 WHERE n = $2`,
		&s.Hold:            `INSERT INTO leases (holder, until) VALUES ($1, $2) ON CONFLICT (holder) DO UPDATE SET until = excluded.until`,
		&s.Release:         `UPDATE leases SET until = 0 WHERE holder = $1`,
		&s.AnyLost:         anyLost + ` ORDER BY t.n LIMIT $6`,
		&s.AnyLostNotTaken: anyLost + ` AND NOT EXISTS (SELECT 1 FROM events e WHERE e.task = t.n
			AND e.kind = 'state' AND e.state = 'TASK_STATE_SUBMITTED') ORDER BY t.n LIMIT $6 FOR UPDATE OF t SKIP LOCKED`,
		&s.TakeTask: `UPDATE tasks SET state = 'TASK_STATE_SUBMITTED', message = NULL, run = $1, fence = fence + 1, holder = $2, bytes = bytes - $3, updated_at = $4, seq = $5
			WHERE n = $6`,
		&s.ChunkBytes:   `SELECT coalesce(sum(octet_length(body)), 0) FROM chunks WHERE task = $1`,
		&s.ForgetLeases: `DELETE FROM leases WHERE holder <> $1 AND ($2::boolean OR until <= $3)`,
		&s.AnyAtRest: `SELECT n, owner, bytes FROM tasks WHERE updated_at < $1 AND state NOT IN ` + unfinished + `
			ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
		&s.OldestEnded: `SELECT n, owner, bytes FROM tasks WHERE n IN (
				SELECT n FROM (SELECT n, id, state FROM tasks WHERE owner = ` + ours + ` ORDER BY updated_at, id LIMIT 1000) AS oldest
				WHERE id <> $2 AND state IN ` + ended + `)
			AND state IN ` + ended + ` ORDER BY updated_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
		&s.ForgetOwner: `DELETE FROM owners WHERE n = $1 AND tasks = 0 AND bytes = 0`,
		&s.InsertProbe: `INSERT INTO probe (content) VALUES (repeat('x', $1))`,
		&s.DeleteProbe: `DELETE FROM probe`,
	}
}

func (s *statements) reading() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&s.Task:           `SELECT n, id, context_id, state, message, messages, bytes, updated_at FROM tasks WHERE owner = ` + ours + ` AND id = $2`,
		&s.Head:           `SELECT n, seq, state, run, fence, bytes FROM tasks WHERE owner = ` + ours + ` AND id = $2`,
		&s.Events:         eventsOf,
		&s.Chunks:         `SELECT body FROM chunks WHERE task = $1 ORDER BY seq`,
		&s.AnyLeaseOver:   anyLeaseOver,
		&s.Pushes:         `SELECT id, body FROM pushes WHERE task = $1 ORDER BY n`,
		&s.DuePushes:      duePushes,
		&s.AnyDuePushes:   anyDuePushes,
		&s.AnyArmedPushes: `SELECT EXISTS (SELECT 1 FROM pushes WHERE due IS NOT NULL)`,
		&s.History:        `SELECT body FROM events WHERE task = $1 AND kind = 'message' AND place >= $2 ORDER BY seq`,
		&s.Artifacts:      `SELECT body FROM events WHERE task = $1 AND kind = 'artifact' ORDER BY place`,
		&s.List: `SELECT n, id, context_id, state, message, messages, bytes, updated_at FROM tasks
			WHERE owner = ` + ours + ` AND ` + listed + ` AND ($2 = '' OR context_id = $2) AND ($3 = '' OR state = $3) AND updated_at >= $4
			AND (updated_at, id) < ($5, $6) ORDER BY updated_at DESC, id DESC LIMIT $7`,
		&s.Count: `SELECT count(*) FROM tasks
			WHERE owner = ` + ours + ` AND ` + listed + ` AND ($2 = '' OR context_id = $2) AND ($3 = '' OR state = $3) AND updated_at >= $4`,
		&s.Contexts: `SELECT context_id, shown, latest, (SELECT at FROM events WHERE task = began ORDER BY seq LIMIT 1) FROM
			(SELECT context_id, count(*) FILTER (WHERE ` + listed + `) AS shown, max(updated_at) AS latest, min(n) AS began FROM tasks
			WHERE owner = ` + ours + ` GROUP BY context_id ORDER BY latest DESC, context_id LIMIT $2) AS page ORDER BY latest DESC, context_id`,
		&s.ContextTasks: `SELECT id FROM tasks WHERE owner = ` + ours + ` AND context_id = $2 AND ` + listed + `
			ORDER BY updated_at DESC, id DESC LIMIT $3`,
		&s.AnyTaskOwners:    `SELECT owner FROM owners o WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.owner = o.n AND t.id = $1) LIMIT 2`,
		&s.AnyContextOwners: `SELECT owner FROM owners o WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.owner = o.n AND t.context_id = $1) LIMIT 2`,
	}
}
