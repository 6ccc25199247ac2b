package registrartest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/getbindu/bindu-go/registrar"
)

var errGivenUp = errors.New("given up")

func testRollback(_ *testing.T, f *rows) {
	alice := f.client("alice")
	err := f.store.Change(f.Context(), func(tx registrar.Tx) error {
		_, err := tx.Advance()
		return errors.Join(err, tx.SaveClient(alice), tx.SaveToken(registrar.Token{ID: "t", Created: begin, Expires: begin}), errGivenUp)
	})
	if !errors.Is(err, errGivenUp) || errors.Is(err, registrar.ErrStorage) {
		f.Errorf("%v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				f.Error("a panic was swallowed")
			}
		}()
		_ = f.store.Change(f.Context(), func(tx registrar.Tx) error {
			_ = tx.SaveClient(alice)
			panic("a fault")
		})
	}()
	f.view(func(read registrar.Reader) error {
		same(f, (*registrar.Client)(nil))(read.Client(alice.DID))
		same(f, []registrar.Token(nil))(read.Tokens())
		head, err := read.Head()
		if head.Seq != 0 {
			f.Errorf("the sequence stands at %d", head.Seq)
		}
		return err
	})
}

func testNothing(_ *testing.T, f *rows) {
	d := f.did("nobody")
	f.view(func(read registrar.Reader) error {
		same(f, (*registrar.Client)(nil))(read.Client(d))
		same(f, []registrar.Key(nil))(read.Keys(d))
		same(f, (*registrar.Tombstone)(nil))(read.Tombstone(d))
		same(f, (*registrar.Pending)(nil))(read.Pending(d))
		same(f, (*registrar.Intent)(nil))(read.Intent(d))
		same(f, 0)(read.CountClients(""))
		return nil
	})
}

// While somebody writes, a reader sees what was before, from beginning to end.
func testView(_ *testing.T, f *rows) {
	alice := f.client("alice")
	f.view(func(read registrar.Reader) error {
		same(f, (*registrar.Client)(nil))(read.Client(alice.DID))
		f.change(func(tx registrar.Tx) error { return tx.SaveClient(alice) })
		same(f, (*registrar.Client)(nil))(read.Client(alice.DID))
		return nil
	})
	f.view(func(read registrar.Reader) error {
		same(f, alice)(read.Client(alice.DID))
		return nil
	})
}

// Two processes add to one sequence, and no number is given twice.
func testTurns(_ *testing.T, f *rows) {
	const each = 20
	numbers := make(chan int64, 2*each)
	done := make(chan error, 2)
	for _, store := range []registrar.Store{f.store, f.again()} {
		go func() {
			var all error
			for range each {
				all = errors.Join(all, store.Change(f.Context(), func(tx registrar.Tx) error {
					head, err := tx.Advance()
					numbers <- head.Seq
					return err
				}))
			}
			done <- all
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		f.Fatal(err)
	}
	close(numbers)
	seen := map[int64]bool{}
	for n := range numbers {
		seen[n] = true
	}
	if len(seen) != 2*each {
		f.Errorf("%d numbers for %d changes", len(seen), 2*each)
	}
}

func testCancelled(_ *testing.T, f *rows) {
	alice := f.client("alice")
	ctx, cancel := context.WithCancel(f.Context())
	err := f.store.Change(ctx, func(tx registrar.Tx) error {
		cancel()
		return tx.SaveClient(alice)
	})
	if err != nil {
		f.Errorf("a change that had begun was given up: %v", err)
	}
	if err := f.store.Change(ctx, func(registrar.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		f.Errorf("a change began after its request had ended: %v", err)
	}
}

func testAgain(_ *testing.T, f *rows) {
	alice := f.client("alice")
	var heads [2]registrar.Head
	f.change(func(tx registrar.Tx) (err error) {
		heads[0], err = tx.Advance()
		return errors.Join(err, tx.SaveClient(alice))
	})
	f.store = f.again()
	f.view(func(read registrar.Reader) (err error) {
		same(f, alice)(read.Client(alice.DID))
		heads[1], err = read.Head()
		return err
	})
	if !reflect.DeepEqual(heads[0], heads[1]) {
		f.Errorf("another epoch or number: %+v", heads)
	}
}
