package sqlite_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/pressly/goose/v3"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// beforeEvents is the last migration of the version before events, and withEvents that
// of the version with them, before numbers.
const (
	beforeEvents = 4
	withEvents   = 5
)

// earlier is a process of an earlier version: the statements are its own, of before events.
type earlier struct {
	t  *testing.T
	db *sql.DB
}

const (
	earlierInsertTask = `INSERT INTO tasks (owner, id, context_id, state, run, messages, artifacts, bytes, updated_at) VALUES (?, ?, ?, ?, ?, 1, 0, ?, ?)`
	earlierContinue   = `UPDATE tasks SET state = ?, run = ?, message = NULL, messages = ?, bytes = bytes + ?, updated_at = ? WHERE owner = ? AND id = ?`
	earlierMessage    = `INSERT INTO messages (owner, task_id, seq, message_id, digest, body) VALUES (?, ?, ?, ?, ?, ?)`
	earlierArtifact   = `INSERT INTO artifacts (owner, task_id, seq, body) VALUES (?, ?, ?, ?)`
	earlierCharge     = `INSERT INTO owners (owner, tasks, bytes) VALUES (?, ?, ?)
		ON CONFLICT (owner) DO UPDATE SET tasks = tasks + excluded.tasks, bytes = bytes + excluded.bytes RETURNING tasks, bytes`
	earlierTransition = `UPDATE tasks SET state = ?, message = ?, artifacts = artifacts + ?, bytes = bytes + ?, updated_at = ?
		WHERE owner = ? AND id = ? AND (? = '' OR run = ?) AND state NOT IN
		('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED', 'ANSWERED') RETURNING context_id, artifacts`
)

// openEarlier makes the database in path as the version with so many migrations did.
func openEarlier(t *testing.T, path string, version int) *earlier {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteFile(sqlite.FileName, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(path, sqlite.FileName)+
		"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, earlierFiles(t, version), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil { // as it does at each start
		t.Fatal(err)
	}
	return &earlier{t: t, db: db}
}

// earlierFiles are the migrations that it knew.
func earlierFiles(t *testing.T, version int) fs.FS {
	t.Helper()
	names, err := fs.Glob(sqlite.Migrations, fmt.Sprintf("migrations/0000[1-%d]_*.sql", version))
	if err != nil || len(names) != version {
		t.Fatal(names, err)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		data, err := fs.ReadFile(sqlite.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	return files
}

func (e *earlier) exec(statement string, args ...any) {
	e.t.Helper()
	if _, err := e.db.Exec(statement, args...); err != nil {
		e.t.Fatalf("%s: %v", statement, err)
	}
}

func (e *earlier) json(v any) string {
	e.t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(raw)
}

func (e *earlier) message(id, text string, role a2a.MessageRole) string {
	return e.json(&a2a.Message{ID: "m-" + id + text, Role: role, TaskID: a2a.TaskID(id), ContextID: "c", Parts: a2a.ContentParts{a2a.NewTextPart(text)}})
}

// submit stores a message that creates a task.
func (e *earlier) submit(id string) { e.submitOf(owner(0), id) }

func (e *earlier) submitOf(owner, id string) {
	e.t.Helper()
	body := e.message(id, "hello", a2a.MessageRoleUser)
	e.exec(earlierCharge, owner, 1, len(body))
	e.exec(earlierInsertTask, owner, id, "c", a2a.TaskStateSubmitted, "run-"+id, len(body), 1)
	e.exec(earlierMessage, owner, id, 0, "m-"+id, []byte(id), body)
}

// transition ends a run, with an artifact and a message beside the state.
func (e *earlier) transition(id string, to a2a.TaskState, place int) {
	e.t.Helper()
	said := e.message(id, "said", a2a.MessageRoleAgent)
	made := e.json(&a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(fmt.Sprint("made ", place))}})
	e.exec(earlierCharge, owner(0), 0, len(said)+len(made))
	e.exec(earlierTransition, to, said, 1, len(said)+len(made), 2, owner(0), id, "", "")
	e.exec(earlierArtifact, owner(0), id, place, made)
}

// answer continues a task that waits for input, whose question becomes history.
func (e *earlier) answer(id string, messages int) {
	e.t.Helper()
	body := e.message(id, "answer", a2a.MessageRoleUser)
	e.exec(earlierCharge, owner(0), 0, len(body))
	e.exec(earlierMessage, owner(0), id, messages, "q-"+id, nil, e.message(id, "said", a2a.MessageRoleAgent))
	e.exec(earlierMessage, owner(0), id, messages+1, "a-"+id, []byte("answer"), body)
	e.exec(earlierContinue, a2a.TaskStateSubmitted, "run2-"+id, messages+2, len(body), 3, owner(0), id)
}

// wantFold reads the events of a task two at a time, and compares what they make
// with the task.
func wantFold(t *testing.T, store *sqlite.Store, id string) *a2a.Task {
	t.Helper()
	var fold task.Fold
	for after := int64(0); ; {
		page, head, err := store.Events(t.Context(), owner(0), id, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			fold.Add(e)
			after = e.Seq
		}
		if len(page) == 0 {
			if after != head.Seq {
				t.Errorf("%s: the events end with %d, the head is %d", id, after, head.Seq)
			}
			break
		}
	}
	got, err := store.Get(t.Context(), owner(0), id, -1)
	if err != nil {
		t.Fatal(err)
	}
	if made, is := asJSON(t, fold.Task()), asJSON(t, got); made != is {
		t.Errorf("%s: the events make\n%s\nthe task is\n%s", id, made, is)
	}
	return got
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
