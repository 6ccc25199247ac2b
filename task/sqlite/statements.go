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
	contextSize, contextBatch, deleteTask, insertFeedback, anyUnfinished, failAnyUnfinished,
	anyAtRest, oldestEnded, forgetOwner, insertProbe, deleteProbe *sql.Stmt
	// for reading
	task, history, artifacts, list, count, contexts, contextTasks, anyTaskOwners, anyContextOwners *sql.Stmt

	all []*sql.Stmt
}

const unfinished = `('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')`

const ended = `('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED', 'ANSWERED')`

// listed are the states of what its owner knows as a task.
const listed = `state <> 'ANSWERED'`

func (s *statements) prepare(ctx context.Context, write, read *sql.DB) error {
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		text string
	}{
		{write, &s.byMessage, `SELECT task_id FROM messages WHERE owner = ? AND message_id = ? AND digest = ? AND digest IS NOT NULL`},
		{write, &s.taskForUpdate, `SELECT context_id, state, message, messages, bytes FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertTask, `INSERT INTO tasks (owner, id, context_id, state, run, messages, artifacts, bytes, updated_at) VALUES (?, ?, ?, ?, ?, 1, 0, ?, ?)`},
		{write, &s.continueTask, `UPDATE tasks SET state = ?, run = ?, message = NULL, messages = ?, bytes = bytes + ?, updated_at = ? WHERE owner = ? AND id = ?`},
		{write, &s.insertMessage, `INSERT INTO messages (owner, task_id, seq, message_id, digest, body) VALUES (?, ?, ?, ?, ?, ?)`},
		{write, &s.charge, `INSERT INTO owners (owner, tasks, bytes) VALUES (?, ?, ?)
			ON CONFLICT (owner) DO UPDATE SET tasks = tasks + excluded.tasks, bytes = bytes + excluded.bytes RETURNING tasks, bytes`},
		{write, &s.transition, `UPDATE tasks SET state = ?, message = ?, artifacts = artifacts + ?, bytes = bytes + ?, updated_at = ?
			WHERE owner = ? AND id = ? AND (? = '' OR run = ?) AND state NOT IN ` + ended + ` RETURNING context_id, artifacts`},
		{write, &s.taskState, `SELECT state IN ` + ended + ` FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertArtifact, `INSERT INTO artifacts (owner, task_id, seq, body) VALUES (?, ?, ?, ?)`},
		{write, &s.contextSize, `SELECT count(*) FROM tasks WHERE owner = ? AND context_id = ?`},
		{write, &s.contextBatch, `SELECT owner, id, bytes FROM tasks WHERE owner = ? AND context_id = ? ORDER BY id LIMIT ?`},
		{write, &s.deleteTask, `DELETE FROM tasks WHERE owner = ? AND id = ?`},
		{write, &s.insertFeedback, `INSERT INTO feedback (owner, task_id, at, rating, text, metadata) VALUES (?, ?, ?, ?, ?, ?)`},
		{write, &s.addBytes, `UPDATE tasks SET bytes = bytes + ? WHERE owner = ? AND id = ?`},
		{write, &s.anyUnfinished, `SELECT owner, id FROM (SELECT owner, id FROM tasks WHERE (owner, id) > (?, ?) AND state IN ` + unfinished + `
			ORDER BY owner, id LIMIT ?) ORDER BY owner DESC, id DESC LIMIT 1`},
		{write, &s.failAnyUnfinished, `UPDATE tasks SET state = ?, message = ?, updated_at = ?
			WHERE (owner, id) > (?, ?) AND (owner, id) <= (?, ?) AND state IN ` + unfinished},
		{write, &s.anyAtRest, `SELECT owner, id, bytes FROM tasks INDEXED BY tasks_at_rest WHERE updated_at < ? AND state NOT IN ` + unfinished + `
			ORDER BY updated_at LIMIT ?`},
		{write, &s.oldestEnded, `SELECT owner, id, bytes FROM (SELECT owner, id, bytes, state FROM tasks WHERE owner = ? ORDER BY updated_at, id LIMIT 1000)
			WHERE id <> ? AND state IN ` + ended + ` LIMIT ?`},
		{write, &s.forgetOwner, `DELETE FROM owners WHERE owner = ? AND tasks = 0 AND bytes = 0`},
		{write, &s.insertProbe, `INSERT INTO probe (content) VALUES (randomblob(?))`},
		{write, &s.deleteProbe, `DELETE FROM probe`},

		{read, &s.task, `SELECT id, context_id, state, message, messages, bytes, updated_at FROM tasks WHERE owner = ? AND id = ?`},
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
