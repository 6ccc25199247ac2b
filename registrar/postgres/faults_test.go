package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/postgres"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlrows"
)

func advance(tx registrar.Tx) error { _, err := tx.Advance(); return err }

// What a start fails for has an error of its own, and none has the password.
func TestWhyADatabaseCannotBeOpened(t *testing.T) {
	server := postgrestest.Shared(t)
	foreign := server.Database(t)
	server.Exec(t, foreign, `CREATE SCHEMA registrar`, `CREATE TABLE registrar.clients (x int)`)
	locked := server.Database(t)
	server.Exec(t, locked, `CREATE ROLE nobody_`+locked+` LOGIN PASSWORD 'pass word'`)
	other := func(text string, change func(*url.URL)) string {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	whole := server.Address(server.Database(t), nil)
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"a wrong password":     {other(whole, func(u *url.URL) { u.User = url.UserPassword("postgres", "pass word") }), postgres.ErrAccess},
		"no such database":     {server.Address("none", nil), postgres.ErrAccess},
		"a role without right": {other(server.Address(locked, nil), func(u *url.URL) { u.User = url.UserPassword("nobody_"+locked, "pass word") }), postgres.ErrAccess},
		"another's tables":     {server.Address(foreign, nil), postgres.ErrForeign},
		"nobody listens":       {other(whole, func(u *url.URL) { u.Host = "127.0.0.1:1" }), postgres.ErrAway},
		"a certificate that nobody vouches for": {
			other(whole, func(u *url.URL) { u.RawQuery = "sslmode=verify-full" }), postgres.ErrTLS,
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := postgres.Open(t.Context(), parse(t, tt.text), nil)
			if !errors.Is(err, tt.want) || !errors.Is(err, registrar.ErrStorage) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err == nil {
				_ = store.Close()
			} else if strings.Contains(err.Error(), "pass word") || strings.Contains(err.Error(), postgrestest.Password) {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}

func TestASchemaOfItsOwnIsEnough(t *testing.T) {
	server := postgrestest.Shared(t)
	name := server.Database(t)
	role := "owner_" + name
	server.Exec(t, name, `CREATE ROLE `+role+` LOGIN PASSWORD 'x'`, `CREATE SCHEMA registrar AUTHORIZATION `+role)
	u, err := url.Parse(server.Address(name, nil))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "x")
	store := open(t, parse(t, u.String()))
	if err := store.Change(t.Context(), advance); err != nil {
		t.Error(err)
	}
}

func TestTheServerProvesItself(t *testing.T) {
	server := postgrestest.Shared(t)
	store := open(t, parse(t, server.Address(server.Database(t), url.Values{"sslmode": {"verify-full"}, "sslrootcert": {server.RootFile}})))
	if err := store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestASocketNeedsNoTLS(t *testing.T) {
	server := postgrestest.Shared(t)
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(postgrestest.Superuser, postgrestest.Password), Host: fmt.Sprintf(":%d", server.Port),
		Path: server.Database(t), RawQuery: url.Values{"host": {server.Socket}}.Encode(),
	}
	if err := open(t, parse(t, u.String())).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// A server that is started anew has lost every connection, and nothing that was
// committed; while it is away all that is asked fails, and nothing waits for ever.
func TestAServerThatIsRestarted(t *testing.T) {
	server := postgrestest.Start(t)
	store := open(t, parse(t, server.Address(server.Database(t), nil)))
	for range 3 {
		if err := store.Change(t.Context(), advance); err != nil {
			t.Fatal(err)
		}
	}
	server.Stop()
	for name, err := range map[string]error{"Change": store.Change(t.Context(), advance), "Ping": store.Ping(t.Context())} {
		if !errors.Is(err, registrar.ErrStorage) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), postgrestest.Password) {
			t.Errorf("the password is told: %v", err)
		}
	}
	server.Restart(t)
	if err := store.Change(t.Context(), advance); err != nil {
		t.Fatal(err)
	}
	err := store.View(t.Context(), func(read registrar.Reader) error {
		head, err := read.Head()
		if head.Seq != 4 {
			t.Errorf("the sequence stands at %d", head.Seq)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Connections that were ended while nobody used them are not the next request's fault.
func TestConnectionsThatDied(t *testing.T) {
	server := postgrestest.Shared(t)
	name := server.Database(t)
	store := open(t, parse(t, server.Address(name, nil)))
	for range 5 {
		if err := errors.Join(store.Change(t.Context(), advance), store.Ping(t.Context())); err != nil {
			t.Fatal(err)
		}
		server.Exec(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`)
	}
	if err := errors.Join(store.Change(t.Context(), advance), store.Ping(t.Context())); err != nil {
		t.Error(err)
	}
}

// A transaction whose connection ends in the middle has changed nothing, and is not
// begun once more.
func TestAConnectionThatEndsInTheMiddle(t *testing.T) {
	server := postgrestest.Shared(t)
	name := server.Database(t)
	store := open(t, parse(t, server.Address(name, nil)))
	runs := 0
	err := store.Change(t.Context(), func(tx registrar.Tx) error {
		runs++
		if err := advance(tx); err != nil {
			return err
		}
		server.Exec(t, "postgres", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`)
		return advance(tx)
	})
	if !errors.Is(err, registrar.ErrStorage) || runs != 1 {
		t.Errorf("%v after %d runs", err, runs)
	}
	err = store.View(t.Context(), func(read registrar.Reader) error {
		head, err := read.Head()
		if head.Seq != 0 {
			t.Errorf("the sequence stands at %d", head.Seq)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What one transaction has for itself others wait for, and are told in time that they
// waited in vain.
func TestWaitingEnds(t *testing.T) {
	server := postgrestest.Shared(t)
	alice := registrartest.NewAgent(t, "alice").DID
	var wishes atomic.Int64
	for name, take := range map[string]func(registrar.Tx) error{
		"a DID that is not known":     func(tx registrar.Tx) error { return tx.Lock(alice) },
		"the number of an address":    func(tx registrar.Tx) error { _, err := tx.CountClients("192.0.2.1"); return err },
		"the list of those that wait": func(tx registrar.Tx) error { _, err := tx.AllPending(time.Now()); return err },
		"the list, by who adds to it": func(tx registrar.Tx) error {
			_, err := tx.AllPending(time.Now())
			if err == nil {
				wish := registrartest.NewAgent(t, fmt.Sprint("agent", wishes.Add(1)))
				err = tx.SavePending(registrar.Pending{DID: wish.DID, Key: wish.Key.PublicKey(), Address: "192.0.2.1", At: time.Now(), Until: time.Now()}, time.Now())
			}
			return err
		},
		"an enrolment token":          func(tx registrar.Tx) error { _, err := tx.Token([32]byte{1}); return err },
		"the sequence of revocations": advance,
		"a nonce that nobody has used": func(tx registrar.Tx) error {
			_, err := tx.Remember(make([]byte, 32), "n", time.Now(), time.Now())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := parse(t, server.Address(server.Database(t), nil))
			store, other := open(t, a), open(t, a)
			token := registrar.Token{ID: "t", Hash: [32]byte{1}, Created: time.Now(), Expires: time.Now()}
			if err := store.Change(t.Context(), func(tx registrar.Tx) error { return tx.SaveToken(token) }); err != nil {
				t.Fatal(err)
			}
			err := store.Change(t.Context(), func(tx registrar.Tx) error {
				if err := take(tx); err != nil {
					return err
				}
				began := time.Now()
				err := other.Change(t.Context(), take)
				if took := time.Since(began); !errors.Is(err, registrar.ErrStorage) || took < 4*time.Second {
					t.Errorf("%v after %s", err, took)
				}
				return nil
			})
			if err != nil {
				t.Errorf("who had it: %v", err)
			}
		})
	}
}

// Who goes away while waiting for a connection is told that, and not that the database
// is to blame.
func TestACallerGoesAway(t *testing.T) {
	server := postgrestest.Shared(t)
	store := open(t, parse(t, server.Address(server.Database(t), nil)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.View(ctx, func(registrar.Reader) error { return nil }); !errors.Is(err, context.Canceled) || errors.Is(err, registrar.ErrStorage) {
		t.Error(err)
	}
}

// A commit waits for the disk, although this server says that none need to.
func TestACommitIsDurable(t *testing.T) {
	server := postgrestest.Shared(t)
	store := open(t, parse(t, server.Address(server.Database(t), nil)))
	err := store.Change(t.Context(), func(tx registrar.Tx) error {
		var setting string
		err := tx.(*sqlrows.Tx).QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&setting)
		if setting != "on" {
			t.Errorf("synchronous_commit is %s", setting)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Many replicas that start at once make one schema and one epoch.
func TestReplicasMigrateOneAfterTheOther(t *testing.T) {
	server := postgrestest.Shared(t)
	a := parse(t, server.Address(server.Database(t), nil))
	const replicas = 8
	type opened struct {
		*postgres.Store
		err error
	}
	stores := make(chan opened, replicas)
	for range replicas {
		go func() {
			store, err := postgres.Open(t.Context(), a, nil)
			stores <- opened{store, err}
		}()
	}
	epochs := map[string]bool{}
	for range replicas {
		store := <-stores
		if store.err != nil {
			t.Error(store.err)
			continue
		}
		err := store.View(t.Context(), func(read registrar.Reader) error {
			head, err := read.Head()
			epochs[head.Epoch] = true
			return err
		})
		if err := errors.Join(err, store.Close()); err != nil {
			t.Error(err)
		}
	}
	if len(epochs) != 1 {
		t.Errorf("%d epochs", len(epochs))
	}
}
