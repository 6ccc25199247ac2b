package registrartest

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// Run tests a store implementation.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, *rows){
		"clients and their keys":                  testClients,
		"scopes are replaced":                     testScopes,
		"tombstones are numbered in order":        testTombstones,
		"many may be asked for":                   testTombstonesOf,
		"an epoch begins once":                    testEpochs,
		"keys of those that are revoked":          testRevokedKeys,
		"keys of those that waited":               testBuriedKeys,
		"nonces count once per key":               testNonces,
		"enrolment tokens":                        testTokens,
		"who waits":                               testPending,
		"announcements":                           testAnnouncements,
		"announcements at many replicas":          testAnnounced,
		"intents and lost ones":                   testIntents,
		"what fails changes nothing":              testRollback,
		"what is not there is nil":                testNothing,
		"readers see one state":                   testView,
		"changes of two processes follow another": testTurns,
		"a change outlives its request":           testCancelled,
		"a database that is opened again":         testAgain,
		"a change dies at every step":             testKilled,
		"many replicas at one DID":                testReplicas,
		"a revocation beside a change":            testRevokedMeanwhile,
		"a write after a revocation":              testAsleep,
		"an ended secret beside changes":          testEndedMeanwhile,
		"a token is used by one of many":          testTokenRace,
		"an address binds what it may at many":    testAddressRace,
		"as many wait as may at many replicas":    testPendingRace,
		"numbers become visible in order":         testOrder,
		"a note of any bytes":                     testNote,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := open(t)
			test(t, &rows{T: t, again: again, store: again()})
		})
	}
}

// rows is a database that is looked at row by row.
type rows struct {
	*testing.T
	again func() registrar.Store
	store registrar.Store
}

// begin is when the tests take place.
var begin = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func (f *rows) did(name string) did.DID { return NewAgent(f, name).DID }

func (f *rows) change(fn func(registrar.Tx) error) {
	f.Helper()
	if err := f.store.Change(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

func (f *rows) view(fn func(registrar.Reader) error) {
	f.Helper()
	if err := f.store.View(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

// same fails the test unless a method returned a value and no error.
func same[T any](f *rows, want T) func(T, error) {
	return func(got T, err error) {
		f.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			f.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
}

func (f *rows) client(name string) *registrar.Client {
	return &registrar.Client{DID: f.did(name), Revision: 1, Address: "192.0.2.1", Voucher: "open", BoundAt: begin}
}

func testClients(t *testing.T, f *rows) {
	alice, bob := f.client("alice"), f.client("bob")
	bob.Document, bob.Address = []byte(`{"a":"b"}`), "192.0.2.2"
	old := registrar.Key{Public: NewKey(t, "old").PublicKey(), From: begin.Add(-time.Hour), Until: begin}
	next := registrar.Key{Public: NewKey(t, "next").PublicKey(), From: begin}
	f.change(func(tx registrar.Tx) error {
		return errors.Join(tx.Lock(alice.DID), tx.SaveClient(alice), tx.SaveClient(bob),
			tx.SaveKey(alice.DID, next), tx.SaveKey(alice.DID, registrar.Key{Public: old.Public, From: old.From}), tx.SaveKey(alice.DID, old))
	})
	alice.Document, alice.Revision, alice.Address, alice.SecretEnded = []byte(`{}`), 2, "192.0.2.2", true
	alice.EndedAt, alice.Secrets, alice.Ended = begin.Add(time.Millisecond), []registrar.SecretHash{{1}}, []registrar.SecretHash{{2}, {0, 3}}
	alice.RemovedAt = begin.Add(2 * time.Millisecond)
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.Lock(alice.DID), tx.SaveClient(alice)) })
	f.view(func(read registrar.Reader) error {
		same(f, alice)(read.Client(alice.DID))
		same(f, bob)(read.Client(bob.DID))
		same(f, 0)(read.CountClients("192.0.2.1"))
		same(f, []did.DID{alice.DID, bob.DID})(read.Clients(did.DID{}, 10))
		same(f, []did.DID{alice.DID})(read.Clients(did.DID{}, 1))
		same(f, []did.DID{bob.DID})(read.Clients(alice.DID, 10))
		same(f, []did.DID(nil))(read.Clients(bob.DID, 10))
		same(f, 2)(read.CountClients("192.0.2.2"))
		same(f, []registrar.Key{old, next})(read.Keys(alice.DID))
		same(f, []registrar.Key(nil))(read.Keys(bob.DID))
		return nil
	})
	revoked := registrar.Tombstone{DID: bob.DID, Revoked: true, Seq: 1, At: begin}
	f.change(func(tx registrar.Tx) error { return tx.SaveTombstone(revoked) })
	f.view(func(read registrar.Reader) error {
		same(f, 1)(read.CountClients("192.0.2.2"))
		return nil
	})
	restored := registrar.Tombstone{DID: bob.DID, Seq: 2, At: begin}
	f.change(func(tx registrar.Tx) error { return tx.SaveTombstone(restored) })
	f.view(func(read registrar.Reader) error {
		same(f, 2)(read.CountClients("192.0.2.2"))
		return nil
	})
	alice.Document, alice.SecretEnded = nil, false
	alice.EndedAt, alice.Secrets, alice.Ended = begin.Add(time.Hour), []registrar.SecretHash{{4}, {5}}, nil
	alice.RemovedAt = begin.Add(2 * time.Hour)
	f.change(func(tx registrar.Tx) error { return tx.SaveClient(alice) })
	f.view(func(read registrar.Reader) error {
		same(f, alice)(read.Client(alice.DID))
		return nil
	})
}

func testScopes(_ *testing.T, f *rows) {
	alice, bob := f.did("alice"), f.did("bob") // known or not
	for _, scopes := range [][]string{{"b", "a", "b"}, {"c"}, nil} {
		f.change(func(tx registrar.Tx) error { return tx.SetScopes(alice, scopes) })
		wanted := map[int][]string{3: {"a", "b"}, 1: {"c"}, 0: nil}[len(scopes)]
		f.view(func(read registrar.Reader) error {
			same(f, wanted)(read.Scopes(alice))
			same(f, []string(nil))(read.Scopes(bob))
			return nil
		})
	}
}

func testTombstones(_ *testing.T, f *rows) {
	alice, bob := f.did("alice"), f.did("bob")
	var epoch string
	save := func(d did.DID, revoked bool) (t registrar.Tombstone) {
		f.change(func(tx registrar.Tx) error {
			head, err := tx.Advance()
			epoch = head.Epoch
			t = registrar.Tombstone{DID: d, Revoked: revoked, Seq: head.Seq, At: begin, Note: "a note"}
			return errors.Join(err, tx.SaveTombstone(t))
		})
		return t
	}
	save(alice, true)
	second, third := save(bob, true), save(alice, false)
	if second.Seq != 2 || third.Seq != 3 || epoch == "" {
		f.Errorf("%+v %+v %q", second, third, epoch)
	}
	carol := f.client("carol")
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.Lock(carol.DID), tx.SaveClient(carol)) })
	f.view(func(read registrar.Reader) error {
		same(f, []did.DID{bob, carol.DID})(read.Listed(did.DID{}, 10)) // who is restored and was never bound is not
		same(f, []did.DID{bob})(read.Listed(did.DID{}, 1))
		same(f, []did.DID{carol.DID})(read.Listed(bob, 10))
		same(f, registrar.Head{Epoch: epoch, Seq: 3})(read.Head())
		same(f, &third)(read.Tombstone(alice))
		same(f, []registrar.Tombstone{second, third})(read.Tombstones(0, 10))
		same(f, []registrar.Tombstone{second})(read.Tombstones(1, 1))
		same(f, []registrar.Tombstone{third})(read.Tombstones(2, 10))
		same(f, []registrar.Tombstone(nil))(read.Tombstones(3, 10))
		same(f, []registrar.Tombstone{third, second})(read.TombstonesOf([]did.DID{bob, carol.DID, alice}))
		same(f, []registrar.Tombstone(nil))(read.TombstonesOf([]did.DID{carol.DID}))
		same(f, []registrar.Tombstone(nil))(read.TombstonesOf(nil))
		return nil
	})
}

// testTombstonesOf asks for as many as a stream may follow, for some less, and for none.
func testTombstonesOf(_ *testing.T, f *rows) {
	dids := make([]did.DID, registrar.MaxFollowed)
	for i := range dids {
		dids[i] = f.did(fmt.Sprintf("agent-%04d", i))
	}
	tombstone := func(i int) registrar.Tombstone {
		return registrar.Tombstone{DID: dids[i], Revoked: true, Seq: int64(i + 1), At: begin}
	}
	revoked := []int{0, 127, 128, 500, len(dids) - 1}
	for _, i := range revoked {
		f.change(func(tx registrar.Tx) error { return tx.SaveTombstone(tombstone(i)) })
	}
	f.view(func(read registrar.Reader) error {
		for _, n := range []int{0, 1, 127, 128, 129, 501, len(dids)} {
			var wanted []registrar.Tombstone
			for _, i := range revoked {
				if i < n {
					wanted = append(wanted, tombstone(i))
				}
			}
			same(f, wanted)(read.TombstonesOf(dids[:n]))
		}
		return nil
	})
}

// testEpochs: whoever saw the sequence where it does not stand any more begins nothing, and
// numbers go on where the epoch began.
func testEpochs(_ *testing.T, f *rows) {
	head := func() (h registrar.Head) {
		f.view(func(read registrar.Reader) (err error) {
			h, err = read.Head()
			return err
		})
		return h
	}
	begin := func(was, next registrar.Head) (ok bool) {
		f.change(func(tx registrar.Tx) (err error) {
			ok, err = tx.BeginEpoch(was, next)
			return err
		})
		return ok
	}
	was := head()
	next := registrar.Head{Epoch: "1.NEXT", Seq: 1_000_000}
	if begin(registrar.Head{Epoch: was.Epoch, Seq: was.Seq + 1}, next) || begin(registrar.Head{Epoch: "other", Seq: was.Seq}, next) || head() != was {
		f.Errorf("begun from elsewhere: %+v", head())
	}
	if !begin(was, next) || begin(was, registrar.Head{Epoch: "1.OTHER"}) || head() != next {
		f.Errorf("the epoch is %+v, want %+v", head(), next)
	}
	f.change(func(tx registrar.Tx) error {
		same(f, registrar.Head{Epoch: next.Epoch, Seq: next.Seq + 1})(tx.Advance())
		return nil
	})
	f.store = f.again() // a database has an epoch already
	if at := head(); at.Epoch != next.Epoch {
		f.Errorf("opened again, it is %+v", at)
	}
}

func testRevokedKeys(_ *testing.T, f *rows) {
	alice, bob, key, other := f.client("alice"), f.client("bob"), NewKey(f, "shared").PublicKey(), NewKey(f, "other").PublicKey()
	f.change(func(tx registrar.Tx) error {
		ended := registrar.Key{Public: key, From: begin.Add(-time.Hour), Until: begin}
		return errors.Join(tx.SaveClient(alice), tx.SaveClient(bob), tx.SaveKey(alice.DID, ended), tx.SaveKey(bob.DID, registrar.Key{Public: key, From: begin}))
	})
	for seq, tt := range []struct {
		of      did.DID
		revoked bool
		want    []did.DID
	}{
		{f.did("nobody"), true, nil}, {bob.DID, true, []did.DID{bob.DID}}, {alice.DID, true, []did.DID{alice.DID, bob.DID}},
		{bob.DID, false, []did.DID{alice.DID}}, {alice.DID, false, nil},
	} {
		f.change(func(tx registrar.Tx) error {
			return tx.SaveTombstone(registrar.Tombstone{DID: tt.of, Revoked: tt.revoked, Seq: int64(seq + 1), At: begin})
		})
		f.view(func(read registrar.Reader) error {
			same(f, tt.want)(read.RevokedWith(key, 10))
			same(f, []did.DID(nil))(read.RevokedWith(other, 10))
			return nil
		})
	}
}

// testBuriedKeys: the key of who waited counts as long as it is revoked, beside that which
// it has.
func testBuriedKeys(_ *testing.T, f *rows) {
	waited, bound, key := f.did("waited"), f.client("bound"), NewKey(f, "shared").PublicKey()
	f.change(func(tx registrar.Tx) error {
		return errors.Join(tx.BuryKey(waited, key), tx.BuryKey(waited, key), tx.BuryKey(bound.DID, key), tx.SaveClient(bound), tx.SaveKey(bound.DID, registrar.Key{Public: key, From: begin}))
	})
	for seq, tt := range []struct {
		of      did.DID
		revoked bool
		want    []did.DID
	}{
		{f.did("nobody"), true, nil}, {waited, true, []did.DID{waited}}, {bound.DID, true, []did.DID{bound.DID, waited}},
		{waited, false, []did.DID{bound.DID}}, {bound.DID, false, nil},
	} {
		f.change(func(tx registrar.Tx) error {
			return tx.SaveTombstone(registrar.Tombstone{DID: tt.of, Revoked: tt.revoked, Seq: int64(seq + 1), At: begin})
		})
		f.view(func(read registrar.Reader) error {
			same(f, tt.want)(read.RevokedWith(key, 10))
			return nil
		})
	}
}

func testNonces(_ *testing.T, f *rows) {
	alice, bob := NewKey(f, "alice").PublicKey(), NewKey(f, "bob").PublicKey()
	until := begin.Add(time.Minute)
	for _, tt := range []struct {
		of    ed25519.PublicKey
		nonce string
		now   time.Time
		fresh bool
	}{
		{alice, "n", begin, true}, {alice, "n", begin, false}, {bob, "n", begin, true}, {alice, "m", begin, true},
		{alice, "n", until, false}, {bob, "n", until, false},
	} {
		f.change(func(tx registrar.Tx) error {
			same(f, tt.fresh)(tx.Remember(tt.of, tt.nonce, until, tt.now))
			return nil
		})
	}
}
