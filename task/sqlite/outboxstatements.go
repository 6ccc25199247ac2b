package sqlite

// countPushes are the webhooks of a task and of an owner, and the size of the one named.
const countPushes = `SELECT count(*) FILTER (WHERE task = ?2), count(*), max(size) FILTER (WHERE task = ?2 AND id = ?3) FROM pushes WHERE owner = ?1`

// putPush leaves of one that it replaces what it was told. If the task rests, which is
// ?8, nothing is due unless that was not all.
const putPush = `INSERT INTO pushes (owner, task, id, body, size, after, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?8, NULL, ?7))
	ON CONFLICT (task, id) DO UPDATE SET body = excluded.body, size = excluded.size, tries = 0, due = iif(?8 AND pushes.after >= ?6, NULL, ?7), given_up = 0`

// armPushes are those of a task that rested: there is something to come again.
const armPushes = `UPDATE pushes SET due = 0 WHERE task = ? AND due IS NULL AND given_up = 0`

const ownedPushes = `SELECT o.n, count(p.n), coalesce(sum(p.size), 0) FROM owners o LEFT JOIN pushes p ON p.owner = o.n WHERE o.owner = ? GROUP BY o.n`

// freePushes gives the room of an owner's webhooks back to its tasks.
const freePushes = `UPDATE tasks SET bytes = bytes - (SELECT sum(size) FROM pushes WHERE task = tasks.n) WHERE n IN (SELECT task FROM pushes WHERE owner = ?)`

// duePushes are those of a task, anyDuePushes those of everybody: of each owner the ones
// that wait for longest.
const duePushes = `SELECT ?1, t.id, p.id FROM tasks t JOIN pushes p ON p.task = t.n
	WHERE t.owner = ` + ours + ` AND t.id = ?2 AND p.due <= ?3 AND p.after < t.seq ORDER BY p.due LIMIT ?4`

const anyDuePushes = `SELECT owner, task, id FROM (
		SELECT o.owner AS owner, t.id AS task, p.id AS id, p.due AS due, row_number() OVER (PARTITION BY p.owner ORDER BY p.due, p.n) AS place
		FROM pushes p INDEXED BY pushes_due JOIN tasks t ON t.n = p.task JOIN owners o ON o.n = p.owner
		WHERE p.due <= ?1 AND p.after < t.seq)
	WHERE place <= ?2 ORDER BY place, due LIMIT ?3`

const takePush = `UPDATE pushes SET due = ?5 FROM tasks t WHERE t.owner = ` + ours + ` AND t.id = ?2 AND pushes.task = t.n AND pushes.id = ?3
	AND pushes.due <= ?4 AND pushes.after < t.seq
	RETURNING pushes.n, pushes.body, pushes.after, pushes.tries, (SELECT context_id FROM tasks WHERE tasks.n = pushes.task)`

// settlePush leaves nothing due where the task rests and all was told.
const settlePush = `UPDATE pushes SET after = ?3, tries = ?4, given_up = ?6, due = CASE
	WHEN ?6 THEN NULL
	WHEN EXISTS (SELECT 1 FROM tasks t WHERE t.n = pushes.task AND (t.seq > ?3 OR t.state IN ` + unfinished + `)) THEN ?5 END
	WHERE n = ?1 AND due = ?2`
