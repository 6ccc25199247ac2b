package sqlrows

import (
	"database/sql"
	"time"
)

// Usage is what one owner has in the store.
type Usage struct {
	Owner string
	// Tasks counts them all; AtRest those that no execution works on.
	Tasks, AtRest int64
	// Bytes of messages, artifacts and feedback.
	Bytes int64
	// Oldest and Newest are when the one that was unchanged for longest, and the
	// one that changed last, changed.
	Oldest, Newest time.Time
}

// Usages reads rows of an owner, its tasks and bytes as they are charged, its tasks as
// they are counted, those at rest, and the first and the last change.
func Usages(rows *sql.Rows) (all []Usage, err error) {
	for rows.Next() {
		var u Usage
		var counted, oldest, newest int64
		if err := rows.Scan(&u.Owner, &u.Tasks, &u.Bytes, &counted, &u.AtRest, &oldest, &newest); err != nil {
			return nil, err
		}
		if counted > 0 {
			u.Oldest, u.Newest = fromMillis(oldest), fromMillis(newest)
		}
		all = append(all, u)
	}
	return all, rows.Err()
}
