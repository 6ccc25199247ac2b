package task_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// slow is a store whose pieces are held up: gate is asked before each.
type slow struct {
	*sqlite.Store
	gate func() error
}

func (s *slow) Append(ctx context.Context, owner, id string, c task.Chunk) error {
	if err := s.gate(); err != nil {
		return err
	}
	return s.Store.Append(ctx, owner, id, c)
}

// newSlow returns a service over such a store, and what ends both.
func newSlow(t *testing.T, gate func() error, e task.Executor) (*task.Service, func()) {
	t.Helper()
	store := &slow{openStore(t, t.TempDir()+"/dir"), gate}
	s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: e}))
	if err != nil {
		t.Fatal(err)
	}
	return s, func() {
		if err := errors.Join(s.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	}
}

// What is made while an earlier piece is being stored is stored behind it, in few
// pieces, and before the task rests.
func TestPiecesThatAreMadeFasterThanTheyAreStored(t *testing.T) {
	for name, result := range map[string]task.Result{"completed": {}, "input_required": {InputRequired: true, Text: "more?"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, end := newSlow(t, func() error { time.Sleep(time.Second); return nil }, executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
					for i := range 9 {
						if err := emit(text("a", fmt.Sprint(i)), i < 8); err != nil {
							return task.Result{}, err
						}
						time.Sleep(time.Millisecond)
					}
					return result, emit(text("b", "x"), false)
				}))
				defer end()
				ctx := as(t, "alice")
				all, err := read(s.SendStream(ctx, send("m1", "hi"), task.StreamOptions{}))
				all = slices.DeleteFunc(all, func(s string) bool { return s == "working" })
				if want := "task submitted \"\", whole 0 …, more 1+2+3+4+5+6+7+8, whole x, " + name; err != nil || !strings.HasPrefix(strings.Join(all, ", "), want) {
					t.Errorf("%q, %v; want %s", all, err, want)
				}
			})
		})
	}
}

// A piece that cannot be stored is tried again, and none is lost or told twice.
func TestPiecesOutlastAStoreThatFails(t *testing.T) {
	for name, until := range map[string]time.Duration{"and recovers": 5 * time.Second, "until after the end": 20 * time.Second, "for long": time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s, end := newSlow(t, func() error {
					if since := time.Since(began); since > time.Second && since < until {
						return task.ErrStorage
					}
					return nil
				}, pieces(400*time.Millisecond, strings.Split("abcdefghijklmnopqrst", "")...))
				defer end()
				all, err := read(s.SendStream(as(t, "alice"), send("m1", "hi"), task.StreamOptions{}))
				letters := func(r rune) rune {
					if r < 'a' || r > 'z' {
						return -1
					}
					return r
				}
				var got strings.Builder
				for _, s := range all {
					for _, prefix := range []string{"whole ", "more "} {
						if piece, is := strings.CutPrefix(s, prefix); is {
							got.WriteString(strings.Map(letters, piece))
						}
					}
				}
				if got.String() != "abcdefghijklmnopqrst" || err != nil {
					t.Errorf("%q of %q, %v", got.String(), all, err)
				}
			})
		})
	}
}

// What could not be stored at first is told soon after it can be, whether or not more
// is made.
func TestAPieceThatCouldNotBeStoredIsToldSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s, end := newSlow(t, func() error {
			if time.Since(began) < 300*time.Millisecond {
				return task.ErrStorage
			}
			return nil
		}, pieces(time.Minute, "a", "b"))
		defer end()
		for u, err := range s.SendStream(as(t, "alice"), send("m1", "hi"), task.StreamOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if told(u) == "whole a …" {
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("told after %s", took)
				}
				return
			}
		}
		t.Error("never told")
	})
}
