package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

const insertProbe = "INSERT INTO probe (content) VALUES (x'00')"

func nothingMore(*sql.Tx) error { return nil }

// together has changes wait while another is carried out, and returns when all have ended.
func together(t *testing.T, store *sqlite.Store, changes ...func()) {
	t.Helper()
	began, end := make(chan struct{}), make(chan struct{})
	begins := sync.OnceFunc(func() { close(began) }) // it may be run again
	var all sync.WaitGroup
	all.Go(func() {
		if err := store.Changing(t.Context(), owner(0), func() { begins(); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-began
	for i, change := range changes {
		all.Go(change)
		untilWaiting(t, store, i+1)
	}
	close(end)
	all.Wait()
}

func openToCommit(t *testing.T) *sqlite.Store {
	t.Helper()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	store.SetLong(time.Hour)
	return store
}

// TestWhatWaitsTogetherCommitsTogether, up to so many, each with its own result.
func TestWhatWaitsTogetherCommitsTogether(t *testing.T) {
	t.Parallel()
	store := openToCommit(t)
	transactions := make(map[*sql.Tx]int)
	var changes []func()
	for i := range 2 * sqlite.Together {
		changes = append(changes, func() {
			if err := store.Execute(t.Context(), owner(i%5), insertProbe, func(tx *sql.Tx) error { transactions[tx]++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	together(t, store, changes...)
	if n := store.Rows(t, "probe"); n != len(changes) {
		t.Errorf("%d of %d are stored", n, len(changes))
	}
	if len(transactions) != 3 { // the first has the one for which all waited
		t.Errorf("in %d transactions: %v", len(transactions), transactions)
	}
	for _, n := range transactions {
		if n > sqlite.Together {
			t.Errorf("%d in one", n)
		}
	}
}

// TestALongTransactionTakesNoMore: who waits for it does not wait for others, too.
func TestALongTransactionTakesNoMore(t *testing.T) {
	t.Parallel()
	store := openToCommit(t)
	store.SetLong(0)
	transactions := make(map[*sql.Tx]bool)
	var changes []func()
	for range 5 {
		changes = append(changes, func() {
			if err := store.Execute(t.Context(), owner(1), insertProbe, func(tx *sql.Tx) error { transactions[tx] = true; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	together(t, store, changes...)
	if len(transactions) != len(changes) {
		t.Errorf("%d changes in %d transactions", len(changes), len(transactions))
	}
}

var errOwn = errors.New("its own")

// TestAChangeThatFailsIsUndoneAlone: what it wrote is gone, and what others wrote is not,
// whether it says no, the database does, it ends the transaction, or it panics.
func TestAChangeThatFailsIsUndoneAlone(t *testing.T) {
	t.Parallel()
	const refused = "INSERT INTO chunks (task, seq, run, at, body) VALUES (7, 0, '', 0, '')"
	for name, tt := range map[string]struct {
		statement string
		end       func(tx *sql.Tx) error
		panics    bool
	}{
		"it says no":              {insertProbe, func(*sql.Tx) error { return errOwn }, false},
		"the database says no":    {refused, nothingMore, false},
		"it ends the transaction": {insertProbe, func(tx *sql.Tx) error { _, err := tx.Exec("ROLLBACK"); return errors.Join(err, errOwn) }, false},
		"it panics":               {insertProbe, func(*sql.Tx) error { panic(errOwn) }, true},
	} {
		for _, alone := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, alone %v", name, alone), func(t *testing.T) {
				t.Parallel()
				store := openToCommit(t)
				var told error
				var panicked any
				fails := func() {
					defer func() { panicked = recover() }()
					told = store.Execute(t.Context(), owner(9), tt.statement, tt.end)
				}
				stays := func() {
					if err := store.Execute(t.Context(), owner(1), insertProbe, nothingMore); err != nil {
						t.Error(err)
					}
				}
				if alone {
					fails()
					together(t, store, stays, stays)
				} else {
					together(t, store, stays, fails, stays)
				}
				if n := store.Rows(t, "probe"); n != 2 {
					t.Errorf("%d are stored, want the two of the others", n)
				}
				if (panicked == any(errOwn)) != tt.panics || (told == nil) != tt.panics {
					t.Errorf("it is told %v, and panics with %v", told, panicked)
				}
				stays()
			})
		}
	}
}

// TestADiskThatHasRoomForSome: of those that wait together some are stored, and each is
// told what became of it.
func TestADiskThatHasRoomForSome(t *testing.T) {
	t.Parallel()
	store := openToCommit(t)
	if _, err := store.Submit(t.Context(), large("first")); err != nil {
		t.Fatal(err)
	}
	store.SetRoom(t, 120) // pages, for two of them
	told := make([]error, 6)
	var changes []func()
	for i := range told {
		changes = append(changes, func() { _, told[i] = store.Submit(t.Context(), large(fmt.Sprint("t", i))) })
	}
	together(t, store, changes...)
	fit := 0
	for i, err := range told {
		_, read := store.Get(t.Context(), owner(0), fmt.Sprint("t", i), -1)
		switch {
		case err == nil && read == nil:
			fit++
		case !errors.Is(err, task.ErrStorage) || !errors.Is(read, task.ErrNotFound):
			t.Errorf("%d: %v, and read %v", i, err, read)
		}
	}
	if fit != 2 {
		t.Errorf("%d fit", fit)
	}
}

// TestWhoGivesUpChangesNothing: what has not had its turn when its caller goes is not
// carried out.
func TestWhoGivesUpChangesNothing(t *testing.T) {
	t.Parallel()
	store := openToCommit(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told error
	err := store.Changing(t.Context(), owner(0), func() {
		var gone sync.WaitGroup
		gone.Go(func() { told = store.Execute(ctx, owner(1), insertProbe, nothingMore) })
		untilWaiting(t, store, 1)
		cancel()
		gone.Wait()
	})
	if n := store.Rows(t, "probe"); err != nil || n != 0 || !errors.Is(told, context.Canceled) {
		t.Errorf("%d are stored, it is told %v, and the other %v", n, told, err)
	}
}

// TestWhatIsRunAgainTellsOfItsLastRun: a transaction in which a message was known already
// was undone, and with it what made it known.
func TestWhatIsRunAgainTellsOfItsLastRun(t *testing.T) {
	t.Parallel()
	store := openToCommit(t)
	if _, err := store.Submit(t.Context(), large("first")); err != nil {
		t.Fatal(err)
	}
	if err := store.Transition(t.Context(), owner(0), "first", task.Transition{To: a2a.TaskStateInputRequired, Run: "first", Fence: 1, At: time.UnixMilli(2)}); err != nil {
		t.Fatal(err)
	}
	more := large("more")
	more.Message.TaskID = "first"
	runs := 0
	known := "INSERT INTO events (task, seq, kind, run, at, owner, message_id, digest, body) VALUES (1, 7, 'message', '', 0, 1, 'more', CAST('more' AS BLOB), '')"
	var sent task.Submitted
	var err error
	together(t, store, func() {
		if err := store.Execute(t.Context(), owner(0), known, func(*sql.Tx) error {
			if runs++; runs == 1 {
				return nil
			}
			return errOwn
		}); !errors.Is(err, errOwn) {
			t.Errorf("it is told %v", err)
		}
	}, func() {
		sent, err = store.Submit(t.Context(), more)
	}, func() {
		if err := store.Execute(t.Context(), owner(0), "INSERT INTO nowhere VALUES (1)", nothingMore); err == nil {
			t.Error("a wrong statement is right")
		}
	})
	if err != nil || runs != 2 || sent.Duplicate || sent.Fence != 2 || len(sent.Task.History) != 2 {
		t.Errorf("after %d runs: %+v, %v", runs, sent, err)
	}
}
