package postgres

import "database/sql"

// countPushes are the webhooks of a task and of an owner, and the size of the one named.
const countPushes = `SELECT count(*) FILTER (WHERE task = $2), count(*), max(size) FILTER (WHERE task = $2 AND id = $3) FROM pushes WHERE owner = $1`

// putPush leaves of one that it replaces what it was told. If the task rests, which is
// $8, nothing is due unless that was not all.
const putPush = `INSERT INTO pushes (owner, task, id, body, size, after, due) VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN NOT $8::boolean THEN $7::bigint END)
	ON CONFLICT (task, id) DO UPDATE SET body = excluded.body, size = excluded.size, tries = 0,
		due = CASE WHEN NOT ($8::boolean AND pushes.after >= $6) THEN $7::bigint END, given_up = FALSE`

const lockPushing = `SELECT count(*) FROM (SELECT 1 FROM tasks WHERE n IN (
	SELECT p.task FROM pushes p WHERE p.owner = ` + ours + `) ORDER BY n FOR UPDATE) AS locked`

const ownedPushes = `SELECT o.n, count(p.n), coalesce(sum(p.size), 0)::bigint FROM owners o LEFT JOIN pushes p ON p.owner = o.n WHERE o.owner = $1 GROUP BY o.n`

// freePushes gives the room of an owner's webhooks back to its tasks.
const freePushes = `UPDATE tasks SET bytes = bytes - (SELECT sum(size) FROM pushes WHERE task = tasks.n)::bigint WHERE n IN (SELECT task FROM pushes WHERE owner = $1)`

// duePushes are those of a task, anyDuePushes those of everybody: of each owner the ones
// that wait for longest.
const duePushes = `SELECT $1::text, t.id, p.id FROM tasks t JOIN pushes p ON p.task = t.n
	WHERE t.owner = ` + ours + ` AND t.id = $2 AND p.due <= $3 AND p.after < t.seq ORDER BY p.due LIMIT $4`

const anyDuePushes = `SELECT owner, task, id FROM (
		SELECT o.owner AS owner, t.id AS task, p.id AS id, p.due AS due, row_number() OVER (PARTITION BY p.owner ORDER BY p.due, p.n) AS place
		FROM pushes p JOIN tasks t ON t.n = p.task JOIN owners o ON o.n = p.owner
		WHERE p.due <= $1 AND p.after < t.seq) AS waiting
	WHERE place <= $2 ORDER BY place, due LIMIT $3`

const takePush = `UPDATE pushes SET due = $5 FROM tasks t WHERE t.owner = ` + ours + ` AND t.id = $2 AND pushes.task = t.n AND pushes.id = $3
	AND pushes.due <= $4 AND pushes.after < t.seq
	RETURNING pushes.n, pushes.body, pushes.after, pushes.tries, t.context_id`

// settlePush leaves nothing due where the task rests and all was told.
const settlePush = `UPDATE pushes SET after = $3, tries = $4, given_up = $6, due = CASE
	WHEN $6 THEN NULL
	WHEN EXISTS (SELECT 1 FROM tasks t WHERE t.n = pushes.task AND (t.seq > $3 OR t.state IN ` + unfinished + `)) THEN $5::bigint END
	WHERE n = $1 AND due = $2`

func (s *statements) pushing() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&s.LockPushed:   `SELECT t.n FROM tasks t JOIN pushes p ON p.task = t.n WHERE p.n = $1 FOR UPDATE OF t`,
		&s.LockPushing:  lockPushing,
		&s.CountPushes:  countPushes,
		&s.PutPush:      putPush,
		&s.ArmPushes:    `UPDATE pushes SET due = 0 WHERE task = $1 AND due IS NULL AND NOT given_up`,
		&s.DeletePush:   `DELETE FROM pushes WHERE task = $1 AND id = $2 RETURNING size`,
		&s.OwnedPushes:  ownedPushes,
		&s.FreePushes:   freePushes,
		&s.DeletePushes: `DELETE FROM pushes WHERE owner = $1`,
		&s.TakePush:     takePush,
		&s.SettlePush:   settlePush,
	}
}
