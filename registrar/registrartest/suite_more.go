package registrartest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

func testTokens(_ *testing.T, f *rows) {
	first := registrar.Token{ID: "first", Hash: [32]byte{1}, Author: "a*", Name: "*", MaxUses: 2, Created: begin, Expires: begin.Add(time.Hour)}
	second := registrar.Token{ID: "second", Hash: [32]byte{2}, Author: "*", Name: "b", MaxUses: 1, Created: begin.Add(time.Second), Expires: begin.Add(time.Hour)}
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveToken(second), tx.SaveToken(first)) })
	first.Uses = 1
	f.change(func(tx registrar.Tx) error { return tx.SaveToken(first) })
	f.view(func(read registrar.Reader) error {
		same(f, &first)(read.Token(first.Hash))
		same(f, (*registrar.Token)(nil))(read.Token([32]byte{3}))
		same(f, []registrar.Token{first, second})(read.Tokens())
		return nil
	})
	f.change(func(tx registrar.Tx) error {
		same(f, true)(tx.DeleteToken("first"))
		same(f, false)(tx.DeleteToken("first"))
		same(f, []registrar.Token{second})(tx.Tokens())
		return nil
	})
}

func testPending(t *testing.T, f *rows) {
	wish := func(name string, at time.Time) registrar.Pending {
		return registrar.Pending{DID: f.did(name), Key: NewKey(t, name).PublicKey(), Address: "192.0.2.1", At: at, Until: at.Add(time.Minute)}
	}
	first, second := wish("bob", begin), wish("alice", begin.Add(time.Second))
	f.change(func(tx registrar.Tx) error {
		return errors.Join(tx.SavePending(second, begin), tx.SavePending(first, begin))
	})
	f.view(func(read registrar.Reader) error {
		same(f, &first)(read.Pending(first.DID))
		same(f, []registrar.Pending{first, second})(read.AllPending(begin))
		same(f, []registrar.Pending{second})(read.AllPending(first.Until))
		same(f, &first)(read.Pending(first.DID))
		return nil
	})
	third := wish("carol", first.Until)
	f.change(func(tx registrar.Tx) error { return tx.SavePending(third, first.Until) })
	f.change(func(tx registrar.Tx) error {
		same(f, (*registrar.Pending)(nil))(tx.Pending(first.DID))
		same(f, []registrar.Pending{second, third})(tx.AllPending(begin))
		return tx.DeletePending(second.DID)
	})
	f.view(func(read registrar.Reader) error {
		same(f, []registrar.Pending{third})(read.AllPending(begin))
		return nil
	})
}

func testIntents(_ *testing.T, f *rows) {
	write := registrar.Intent{DID: f.did("alice"), Revision: 3, Document: []byte(`{}`), Holder: "a", Until: begin.Add(time.Minute)}
	remove := registrar.Intent{DID: f.did("bob"), Revision: 1, Remove: true, Holder: "b", Until: begin}
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveIntent(write), tx.SaveIntent(remove)) })
	f.view(func(read registrar.Reader) error {
		same(f, &write)(read.Intent(write.DID))
		same(f, &remove)(read.Intent(remove.DID))
		same(f, []did.DID(nil))(read.Lost(begin.Add(-time.Millisecond), 10))
		same(f, []did.DID{remove.DID})(read.Lost(begin, 10))
		same(f, []did.DID{remove.DID, write.DID})(read.Lost(write.Until, 10))
		same(f, []did.DID{remove.DID})(read.Lost(write.Until, 1))
		return nil
	})
	write.Remove, write.Document, write.Holder = true, nil, "c"
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveIntent(write), tx.DeleteIntent(remove.DID)) })
	f.view(func(read registrar.Reader) error {
		same(f, &write)(read.Intent(write.DID))
		same(f, (*registrar.Intent)(nil))(read.Intent(remove.DID))
		return nil
	})
}

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
