package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// statements are prepared once for each connection. Every one that reads or
// changes tasks names the owner; the exceptions are of administrators, recovery
// and retention and have "any" in their names.
type statements struct {
	// for writing
	byMessage, taskForUpdate, insertTask, continueTask, insertMessage,
	charge, transition, taskState, insertArtifact, addBytes,
	contextSize, contextBatch, deleteTask, insertFeedback, headForUpdate, number,
	insertEvent, advance, tell, runChunks, dropPassing, dropChunks, hold, release, anyLost, anyLostNotTaken, takeTask, chunkBytes, forgetLeases,
	anyAtRest, oldestEnded, forgetOwner, insertProbe, deleteProbe *sql.Stmt
	// for reading
	head, events, unnumbered, chunks, anyLeaseOver,
	task, history, artifacts, list, count, contexts, contextTasks, anyTaskOwners, anyContextOwners *sql.Stmt

	all []*sql.Stmt
}

const unfinished = `('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')`

const ended = `('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED', 'ANSWERED')`

// listed are the states of what its owner knows as a task.
const listed = `state <> 'ANSWERED'`

// anyLost are tasks whose run is lost.
const anyLost = `SELECT owner, id FROM tasks WHERE (owner, id) > (?1, ?2) AND state IN ` + unfinished + ` AND holder <> ?3
	AND (?4 OR (holder <> '' AND holder NOT IN (SELECT holder FROM leases WHERE until > ?5)))`

// numbered are the events of a task that a version without events wrote.
const numbered = `
	SELECT owner, task_id, seq + 1 AS seq, 'message' AS kind, '' AS run, 0 AS at, NULL AS state, seq AS ref, NULL AS body
		FROM messages WHERE owner = ?1 AND task_id = ?2
	UNION ALL SELECT a.owner, a.task_id, t.messages + a.seq + 1, 'artifact', '', t.updated_at, NULL, a.seq, NULL
		FROM artifacts a JOIN tasks t ON t.owner = a.owner AND t.id = a.task_id WHERE a.owner = ?1 AND a.task_id = ?2`

// bodies and bodiesOf read events with what stands elsewhere, and the state that
// the task rests in, which is always its last event.
const bodies = `SELECT e.seq, e.kind, e.run, e.at, e.state, e.ref, coalesce(e.body, m.body, a.body) FROM `

const bodiesOf = `
	LEFT JOIN messages m ON e.kind = 'message' AND m.owner = e.owner AND m.task_id = e.task_id AND m.seq = e.ref
	LEFT JOIN artifacts a ON e.kind = 'artifact' AND a.owner = e.owner AND a.task_id = e.task_id AND a.seq = e.ref`

const restsIn = `
	UNION ALL SELECT CASE seq WHEN 0 THEN messages + artifacts + 1 ELSE seq END AS last, 'state', run, updated_at, state, NULL, message
		FROM tasks WHERE owner = ?1 AND id = ?2 AND last > ?3 AND (seq = 0 OR state NOT IN ` + unfinished + `) ORDER BY 1 LIMIT ?4`

func (s *statements) prepare(ctx context.Context, write, read *sql.DB) error {
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		text string
	}{
		{write, &s.byMessage, `SELECT task_id FROM messages WHERE owner = ? AND message_id = ? AND digest = ? AND digest IS NOT NULL`},
		{write, &s.taskForUpdate, `SELECT run, fence, seq, artifacts, context_id, state, message, messages, bytes FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertTask, `INSERT INTO tasks (owner, id, context_id, state, run, fence, holder, told, seq, messages, artifacts, bytes, updated_at)
			VALUES (?, ?, ?, ?, ?, 1, ?, ?, 1, 1, 0, ?, ?)`},
		{write, &s.continueTask, `UPDATE tasks SET state = ?, run = ?, fence = ?, holder = ?, told = max(told, ?), seq = ?,
			message = NULL, messages = ?, bytes = bytes + ?, updated_at = ? WHERE owner = ? AND id = ?`},
		{write, &s.insertMessage, `INSERT INTO messages (owner, task_id, seq, message_id, digest, body) VALUES (?, ?, ?, ?, ?, ?)`},
		{write, &s.charge, `INSERT INTO owners (owner, tasks, bytes) VALUES (?, ?, ?)
			ON CONFLICT (owner) DO UPDATE SET tasks = tasks + excluded.tasks, bytes = bytes + excluded.bytes RETURNING tasks, bytes`},
		{write, &s.transition, `UPDATE tasks SET state = ?, message = ?, artifacts = ?, bytes = bytes + ?, updated_at = ?, seq = ? WHERE owner = ? AND id = ?`},
		{write, &s.headForUpdate, `SELECT run, fence, seq, told, context_id, state, messages, artifacts FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.number, `INSERT INTO events (owner, task_id, seq, kind, run, at, state, ref, body) ` + numbered},
		{write, &s.insertEvent, `INSERT INTO events (owner, task_id, seq, kind, run, at, state, ref, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{write, &s.advance, `UPDATE tasks SET seq = ?, bytes = bytes + ? WHERE owner = ? AND id = ?`},
		{write, &s.tell, `UPDATE tasks SET told = 1 WHERE owner = ? AND id = ? AND state IN ` + unfinished},
		{write, &s.runChunks, `SELECT seq, run, body FROM events WHERE owner = ? AND task_id = ? AND kind = 'chunk' ORDER BY seq`},
		{write, &s.dropPassing, `DELETE FROM events WHERE owner = ? AND task_id = ? AND kind IN ('chunk', 'state')`},
		{write, &s.dropChunks, `DELETE FROM events WHERE owner = ? AND task_id = ? AND kind = 'chunk'`},
		{write, &s.taskState, `SELECT state IN ` + ended + ` FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertArtifact, `INSERT INTO artifacts (owner, task_id, seq, body) VALUES (?, ?, ?, ?)`},
		{write, &s.contextSize, `SELECT count(*) FROM tasks WHERE owner = ? AND context_id = ?`},
		{write, &s.contextBatch, `SELECT owner, id, bytes FROM tasks WHERE owner = ? AND context_id = ? ORDER BY id LIMIT ?`},
		{write, &s.deleteTask, `DELETE FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertFeedback, `INSERT INTO feedback (owner, task_id, at, rating, text, metadata) VALUES (?, ?, ?, ?, ?, ?)`},
		{write, &s.addBytes, `UPDATE tasks SET bytes = bytes + ? WHERE owner = ? AND id = ?`},
		{write, &s.hold, `INSERT INTO leases (holder, until) VALUES (?, ?) ON CONFLICT (holder) DO UPDATE SET until = excluded.until`},
		{write, &s.release, `UPDATE leases SET until = 0 WHERE holder = ?`},
		{write, &s.anyLost, anyLost + ` ORDER BY owner, id LIMIT ?6`},
		{write, &s.anyLostNotTaken, anyLost + ` AND NOT EXISTS (SELECT 1 FROM events e WHERE e.owner = tasks.owner AND e.task_id = tasks.id
			AND e.kind = 'state' AND e.state = 'TASK_STATE_SUBMITTED') ORDER BY owner, id LIMIT ?6`},
		{write, &s.takeTask, `UPDATE tasks SET state = 'TASK_STATE_SUBMITTED', message = NULL, run = ?, fence = fence + 1, holder = ?, bytes = bytes - ?, updated_at = ?, seq = ?
			WHERE owner = ? AND id = ?`},
		{write, &s.chunkBytes, `SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM events WHERE owner = ? AND task_id = ? AND kind = 'chunk'`},
		{write, &s.forgetLeases, `DELETE FROM leases WHERE holder <> ? AND (? OR until <= ?)`},
		{write, &s.anyAtRest, `SELECT owner, id, bytes FROM tasks INDEXED BY tasks_at_rest WHERE updated_at < ? AND state NOT IN ` + unfinished + `
			ORDER BY updated_at LIMIT ?`},
		{write, &s.oldestEnded, `SELECT owner, id, bytes FROM (SELECT owner, id, bytes, state FROM tasks WHERE owner = ? ORDER BY updated_at, id LIMIT 1000)
			WHERE id <> ? AND state IN ` + ended + ` LIMIT ?`},
		{write, &s.forgetOwner, `DELETE FROM owners WHERE owner = ? AND tasks = 0 AND bytes = 0`},
		{write, &s.insertProbe, `INSERT INTO probe (content) VALUES (randomblob(?))`},
		{write, &s.deleteProbe, `DELETE FROM probe`},

		{read, &s.task, `SELECT id, context_id, state, message, messages, bytes, updated_at FROM tasks WHERE owner = ? AND id = ?`},
		{read, &s.head, `SELECT seq, state, run, fence, messages, artifacts, bytes FROM tasks WHERE owner = ? AND id = ?`},
		{read, &s.events, bodies + `events e` + bodiesOf + ` WHERE e.owner = ?1 AND e.task_id = ?2 AND e.seq > ?3` + restsIn},
		{read, &s.unnumbered, bodies + `(` + numbered + `) e` + bodiesOf + ` WHERE e.seq > ?3` + restsIn},
		{read, &s.chunks, `SELECT body FROM events WHERE owner = ? AND task_id = ? AND kind = 'chunk' ORDER BY seq`},
		{read, &s.anyLeaseOver, `SELECT EXISTS (SELECT 1 FROM leases WHERE until <= ? AND holder <> ?)`},
		{read, &s.history, `SELECT body FROM messages WHERE owner = ? AND task_id = ? AND seq >= ? ORDER BY seq`},
		{read, &s.artifacts, `SELECT body FROM artifacts WHERE owner = ? AND task_id = ? ORDER BY seq`},
		{read, &s.list, `SELECT id, context_id, state, message, messages, bytes, updated_at FROM tasks
			WHERE owner = ?1 AND ` + listed + ` AND (?2 = '' OR context_id = ?2) AND (?3 = '' OR state = ?3) AND updated_at >= ?4
			AND (updated_at, id) < (?5, ?6) ORDER BY updated_at DESC, id DESC LIMIT ?7`},
		{read, &s.count, `SELECT count(*) FROM tasks WHERE owner = ?1 AND ` + listed + ` AND (?2 = '' OR context_id = ?2) AND (?3 = '' OR state = ?3) AND updated_at >= ?4`},
		{read, &s.contexts, `SELECT context_id, count(*) FILTER (WHERE ` + listed + `), max(updated_at) AS latest FROM tasks WHERE owner = ? GROUP BY context_id ORDER BY latest DESC, context_id LIMIT ?`},
		{read, &s.contextTasks, `SELECT id FROM tasks WHERE owner = ? AND context_id = ? AND ` + listed + ` ORDER BY updated_at DESC, id DESC LIMIT ?`},
		{read, &s.anyTaskOwners, `SELECT owner FROM tasks WHERE id = ? LIMIT 2`},
		{read, &s.anyContextOwners, `SELECT DISTINCT owner FROM tasks WHERE context_id = ? LIMIT 2`},
	} {
		stmt, err := p.db.PrepareContext(ctx, p.text)
		if err != nil {
			return err
		}
		*p.stmt = stmt
		s.all = append(s.all, stmt)
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
