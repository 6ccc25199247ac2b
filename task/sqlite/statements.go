package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/getbindu/bindu-go/task/sqlrows"
)

// statements are prepared once for each connection.
type statements struct {
	sqlrows.Statements
	savepoint, rollbackPart, releasePart *sql.Stmt

	all []*sql.Stmt
}

const unfinished = `('TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING')`

const ended = `('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED', 'ANSWERED')`

// listed are the states of what its owner knows as a task.
const listed = `state <> 'ANSWERED'`

// ours is the number of the owner that a statement names first.
const ours = `(SELECT n FROM owners WHERE owner = ?1)`

// anyLost are tasks whose run is lost, behind the one that is named.
const anyLost = `SELECT o.owner, t.id FROM tasks t INDEXED BY tasks_unfinished JOIN owners o ON o.n = t.owner
	WHERE t.n > coalesce((SELECT n FROM tasks WHERE owner = ` + ours + ` AND id = ?2), 0) AND t.state IN ` + unfinished + ` AND t.holder <> ?3
	AND (?4 OR (t.holder <> '' AND t.holder NOT IN (SELECT holder FROM leases WHERE until > ?5)))`

// eventsOf are what stands in the rows of events, of chunks, and of the task itself: the
// state that it rests in, which is always its last event.
const eventsOf = `SELECT seq, kind, run, at, state, place, body FROM events WHERE task = ?1 AND seq > ?2
	UNION ALL SELECT seq, 'chunk', run, at, NULL, edges, body FROM chunks WHERE task = ?1 AND seq > ?2
	UNION ALL SELECT seq, 'state', run, updated_at, state, NULL, message FROM tasks WHERE n = ?1 AND seq > ?2 AND state NOT IN ` + unfinished + `
	ORDER BY 1 LIMIT ?3`

func (s *statements) prepare(ctx context.Context, write, read *sql.DB) error {
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		text string
	}{
		{write, &s.ByMessage, `SELECT t.id FROM events e JOIN tasks t ON t.n = e.task
			WHERE e.owner = ` + ours + ` AND e.message_id = ?2 AND e.digest = ?3 AND e.digest IS NOT NULL`},
		{write, &s.TaskForUpdate, `SELECT n, owner, run, fence, seq, artifacts, context_id, state, message, messages, bytes FROM tasks WHERE owner = ` + ours + ` AND id = ?2`},
		{write, &s.InsertTask, `INSERT INTO tasks (owner, id, context_id, state, run, fence, holder, told, seq, messages, artifacts, bytes, updated_at, message)
			VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, 1, ?, ?, ?, ?) RETURNING n`},
		{write, &s.ContinueTask, `UPDATE tasks SET state = ?, run = ?, fence = ?, holder = ?, told = max(told, ?), seq = ?,
			message = NULL, messages = ?, bytes = bytes + ?, updated_at = ? WHERE n = ?`},
		{write, &s.ChargeOwner, `INSERT INTO owners (owner, tasks, bytes) VALUES (?1, ?2, ?3)
			ON CONFLICT (owner) DO UPDATE SET tasks = tasks + ?2, bytes = bytes + ?3 RETURNING n, tasks, bytes,
			(SELECT t.id FROM events e JOIN tasks t ON t.n = e.task WHERE e.owner = owners.n AND e.message_id = ?4 AND e.digest = ?5 AND e.digest IS NOT NULL)`},
		{write, &s.Charge, `UPDATE owners SET tasks = tasks + ?, bytes = bytes + ? WHERE n = ? RETURNING tasks, bytes`},
		{write, &s.Transition, `UPDATE tasks SET state = ?, message = ?, artifacts = ?, bytes = bytes + ?, updated_at = ?, seq = ? WHERE n = ?`},
		{write, &s.HeadForUpdate, `SELECT n, owner, run, fence, seq, told, context_id, state, messages, artifacts FROM tasks WHERE owner = ` + ours + ` AND id = ?2`},
		{write, &s.InsertEvent, `INSERT INTO events (task, seq, kind, run, at, state, place, owner, message_id, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{write, &s.InsertChunk, `INSERT INTO chunks (task, seq, run, at, edges, body) VALUES (?, ?, ?, ?, ?, ?)`},
		{write, &s.Advance, `UPDATE tasks SET seq = ?, bytes = bytes + ? WHERE n = ?`},
		{write, &s.Tell, `UPDATE tasks SET told = 1 WHERE owner = ` + ours + ` AND id = ?2 AND state IN ` + unfinished},
		{write, &s.RunChunks, `SELECT seq, run, body FROM chunks WHERE task = ? ORDER BY seq`},
		{write, &s.DropStates, `DELETE FROM events WHERE task = ? AND kind = 'state'`},
		{write, &s.DropChunks, `DELETE FROM chunks WHERE task = ?`},
		{write, &s.TaskForFeedback, `SELECT n, owner FROM tasks WHERE owner = ` + ours + ` AND id = ?2`},
		{write, &s.ContextSize, `SELECT count(*) FROM tasks WHERE owner = ` + ours + ` AND context_id = ?2`},
		{write, &s.ContextBatch, `SELECT n, owner, bytes FROM tasks WHERE owner = ` + ours + ` AND context_id = ?2 ORDER BY n LIMIT ?3`},
		{write, &s.DeleteTask, `DELETE FROM tasks WHERE n = ?`},
		{write, &s.InsertFeedback, `INSERT INTO feedback (task, at, rating, text, metadata) VALUES (?, ?, ?, ?, ?)`},
		{write, &s.AddBytes, `UPDATE tasks SET bytes = bytes + ? WHERE n = ?`},
		{write, &s.Hold, `INSERT INTO leases (holder, until) VALUES (?, ?) ON CONFLICT (holder) DO UPDATE SET until = excluded.until`},
		{write, &s.Release, `UPDATE leases SET until = 0 WHERE holder = ?`},
		{write, &s.AnyLost, anyLost + ` ORDER BY t.n LIMIT ?6`},
		{write, &s.AnyLostNotTaken, anyLost + ` AND NOT EXISTS (SELECT 1 FROM events e WHERE e.task = t.n
			AND e.kind = 'state' AND e.state = 'TASK_STATE_SUBMITTED') ORDER BY t.n LIMIT ?6`},
		{write, &s.TakeTask, `UPDATE tasks SET state = 'TASK_STATE_SUBMITTED', message = NULL, run = ?, fence = fence + 1, holder = ?, bytes = bytes - ?, updated_at = ?, seq = ?
			WHERE n = ?`},
		{write, &s.ChunkBytes, `SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM chunks WHERE task = ?`},
		{write, &s.ForgetLeases, `DELETE FROM leases WHERE holder <> ? AND (? OR until <= ?)`},
		{write, &s.AnyAtRest, `SELECT n, owner, bytes FROM tasks INDEXED BY tasks_at_rest WHERE updated_at < ? AND state NOT IN ` + unfinished + `
			ORDER BY updated_at LIMIT ?`},
		{write, &s.OldestEnded, `SELECT n, owner, bytes FROM (SELECT n, owner, id, bytes, state FROM tasks WHERE owner = ` + ours + ` ORDER BY updated_at, id LIMIT 1000)
			WHERE id <> ?2 AND state IN ` + ended + ` LIMIT ?3`},
		{write, &s.ForgetOwner, `DELETE FROM owners WHERE n = ? AND tasks = 0 AND bytes = 0`},
		{write, &s.InsertProbe, `INSERT INTO probe (content) VALUES (randomblob(?))`},
		{write, &s.DeleteProbe, `DELETE FROM probe`},
		{write, &s.CountPushes, countPushes},
		{write, &s.PutPush, putPush},
		{write, &s.ArmPushes, armPushes},
		{write, &s.DeletePush, `DELETE FROM pushes WHERE task = ? AND id = ? RETURNING size`},
		{write, &s.OwnedPushes, ownedPushes},
		{write, &s.FreePushes, freePushes},
		{write, &s.DeletePushes, `DELETE FROM pushes WHERE owner = ?`},
		{write, &s.TakePush, takePush},
		{write, &s.SettlePush, settlePush},
		{write, &s.savepoint, `SAVEPOINT part`},
		{write, &s.rollbackPart, `ROLLBACK TO part`},
		{write, &s.releasePart, `RELEASE part`},

		{read, &s.Task, `SELECT n, id, context_id, state, message, messages, bytes, updated_at FROM tasks WHERE owner = ` + ours + ` AND id = ?2`},
		{read, &s.Head, `SELECT n, seq, state, run, fence, bytes FROM tasks WHERE owner = ` + ours + ` AND id = ?2`},
		{read, &s.Events, eventsOf},
		{read, &s.Chunks, `SELECT body FROM chunks WHERE task = ? ORDER BY seq`},
		{read, &s.AnyLeaseOver, `SELECT EXISTS (SELECT 1 FROM leases WHERE until <= ? AND holder <> ?)`},
		{read, &s.Pushes, `SELECT id, body FROM pushes WHERE task = ? ORDER BY n`},
		{read, &s.DuePushes, duePushes},
		{read, &s.AnyDuePushes, anyDuePushes},
		{read, &s.AnyArmedPushes, `SELECT EXISTS (SELECT 1 FROM pushes WHERE due IS NOT NULL)`},
		{read, &s.History, `SELECT body FROM events WHERE task = ? AND kind = 'message' AND place >= ? ORDER BY seq`},
		{read, &s.Artifacts, `SELECT body FROM events WHERE task = ? AND kind = 'artifact' ORDER BY place`},
		{read, &s.List, `SELECT n, id, context_id, state, message, messages, bytes, updated_at FROM tasks
			WHERE owner = ` + ours + ` AND ` + listed + ` AND (?2 = '' OR context_id = ?2) AND (?3 = '' OR state = ?3) AND updated_at >= ?4
			AND (updated_at, id) < (?5, ?6) ORDER BY updated_at DESC, id DESC LIMIT ?7`},
		{read, &s.Count, `SELECT count(*) FROM tasks WHERE owner = ` + ours + ` AND ` + listed + ` AND (?2 = '' OR context_id = ?2) AND (?3 = '' OR state = ?3) AND updated_at >= ?4`},
		{read, &s.Contexts, `SELECT context_id, shown, latest, (SELECT at FROM events WHERE task = first ORDER BY seq LIMIT 1) FROM
			(SELECT context_id, count(*) FILTER (WHERE ` + listed + `) AS shown, max(updated_at) AS latest, min(n) AS first FROM tasks
			WHERE owner = ` + ours + ` GROUP BY context_id ORDER BY latest DESC, context_id LIMIT ?2)`},
		// Asked once per context of a page: by the order in time, each would read all tasks of the owner.
		{read, &s.ContextTasks, `SELECT id FROM tasks INDEXED BY tasks_context WHERE owner = ` + ours + ` AND context_id = ?2 AND ` + listed + ` ORDER BY updated_at DESC, id DESC LIMIT ?3`},
		{read, &s.AnyTaskOwners, `SELECT owner FROM owners o WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.owner = o.n AND t.id = ?) LIMIT 2`},
		{read, &s.AnyContextOwners, `SELECT owner FROM owners o WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.owner = o.n AND t.context_id = ?) LIMIT 2`},
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
