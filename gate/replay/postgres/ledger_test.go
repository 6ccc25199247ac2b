package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to look at the rows
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/gate/replay/postgres"
	"github.com/getbindu/bindu-go/gate/replay/replaytest"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const window = 5 * time.Minute

func name(t testing.TB, s string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:test:" + s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// database makes the tables, whose memory begins long ago.
func database(t testing.TB, server *postgrestest.Server) string {
	t.Helper()
	database := server.Database(t)
	l := open(t, server.Address(database, nil))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, database, `UPDATE agent.replay_memory SET floor = 0`)
	return database
}

// open opens the memory at an address; who opened it closes it.
func open(t testing.TB, text string) *postgres.Ledger {
	t.Helper()
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	room, err := agentdb.Room(name(t, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Migrate(t.Context(), a, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	l, err := postgres.Open(t.Context(), room, a, window)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// replica is a process whose memory ends with the test.
func replica(t testing.TB, text string, perOwner, total int64) *replay.Shared {
	t.Helper()
	l := open(t, text)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return replay.NewShared(l, time.Now, perOwner, total)
}

func expires() time.Time { return time.Now().Add(window + time.Second) }

func isRecovering(err error) bool {
	recovering, ok := errors.AsType[*gate.RecoveringError](err)
	return ok && recovering.Wait > 0
}

func TestShared(t *testing.T) {
	server := postgrestest.Shared(t)
	replaytest.Run(t, func(t *testing.T, n int, perOwner, total int64) (all []gate.UsedStore) {
		text := server.Address(database(t, server), nil)
		for range n {
			all = append(all, replica(t, text, perOwner, total))
		}
		return all
	})
}

// What others may have admitted before the memory began is refused, at every process, and
// for seconds only.
func TestANewMemoryRefusesWhatWasSignedBefore(t *testing.T) {
	server := postgrestest.Shared(t)
	text := server.Address(server.Database(t), nil)
	for range 2 {
		l := open(t, text)
		if until, recovering := l.Recovering(); !recovering || time.Until(until) > 10*time.Second {
			t.Errorf("it recovers until %s: %v", until, recovering)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		s := replica(t, text, 0, 1000)
		if err := s.Use(t.Context(), name(t, "a"), "k", time.Now().Add(window+time.Second)); !isRecovering(err) {
			t.Errorf("signed now: %v", err)
		}
		err := s.Use(t.Context(), name(t, "a"), "k", time.Now().Add(window+20*time.Second))
		if err != nil && !errors.Is(err, gate.ErrReplayed) {
			t.Errorf("signed later: %v", err)
		}
	}
}

// A backup does not know what was admitted after it: it says so when it is restored.
func TestARestoredBackupAdmitsNothingOfBefore(t *testing.T) {
	server := postgrestest.Shared(t)
	original := database(t, server)
	text := server.Address(original, nil)
	before := open(t, text)
	if err := before.Use(t.Context(), [16]byte{1}, expires()); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, original, restored...)
	if err := replica(t, text, 0, 1000).Use(t.Context(), name(t, "a"), "lost", time.Now().Add(window)); !isRecovering(err) {
		t.Errorf("%v", err)
	}
}

// What was admitted elsewhere is refused at every process.
func TestWhatWasAdmittedElsewhereIsRefused(t *testing.T) {
	server := postgrestest.Shared(t)
	text := server.Address(database(t, server), nil)
	here, there := open(t, text), replica(t, text, 0, 1000)
	if err := errors.Join(here.RefuseSoFar(t.Context()), here.Close()); err != nil {
		t.Fatal(err)
	}
	if err := there.Use(t.Context(), name(t, "a"), "k", expires()); !isRecovering(err) {
		t.Errorf("%v", err)
	}
}

// restored are the statements of pg_restore: the rows, in a table that is made anew.
var restored = []string{
	`CREATE TABLE agent.restored (LIKE agent.replay INCLUDING ALL)`, `INSERT INTO agent.restored SELECT * FROM agent.replay`,
	`DROP TABLE agent.replay`, `ALTER TABLE agent.restored RENAME TO replay`,
}

// A process notices that another server answers, or the same with another past, also while
// it serves.
func TestAnotherHistoryIsNoticedWhileServing(t *testing.T) {
	server := postgrestest.Shared(t)
	for what, statements := range map[string][]string{
		"another timeline": {`UPDATE agent.replay_memory SET history = regexp_replace(history, ' 0000', ' 1000')`},
		"another cluster":  {`UPDATE agent.replay_memory SET history = '1' || history`},
		"a restored table": restored,
	} {
		t.Run(what, func(t *testing.T) {
			original := database(t, server)
			s := replica(t, server.Address(original, nil), 0, 1000)
			if err := s.Use(t.Context(), name(t, "a"), "k", expires()); err != nil {
				t.Fatal(err)
			}
			server.Exec(t, original, statements...)
			if err := s.Use(t.Context(), name(t, "a"), "lost", expires()); !isRecovering(err) {
				t.Errorf("%v", err)
			}
			if err := s.Use(t.Context(), name(t, "a"), "k", expires()); !errors.Is(err, gate.ErrReplayed) {
				t.Errorf("what is known: %v", err)
			}
		})
	}
}

// A key is known until the longest window has passed, though that of who admitted it is shorter.
func TestAKeyOutlivesAShorterWindow(t *testing.T) {
	server := postgrestest.Shared(t)
	name1 := database(t, server)
	text := server.Address(name1, nil)
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	room, err := agentdb.Room(name(t, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	short, err := postgres.Open(t.Context(), room, a, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	signed := time.Now()
	if err := errors.Join(short.Use(t.Context(), [16]byte{1}, signed.Add(2*time.Second)), short.Close()); err != nil {
		t.Fatal(err)
	}
	// Four minutes later.
	server.Exec(t, name1, `UPDATE agent.replay SET expires = expires - 240`, `DELETE FROM agent.replay WHERE expires < extract(epoch FROM now())`)
	long := open(t, text)
	if err := long.Use(t.Context(), [16]byte{1}, signed.Add(window+time.Second)); !errors.Is(err, gate.ErrReplayed) {
		t.Errorf("%v", err)
	}
	if err := long.Close(); err != nil {
		t.Error(err)
	}
}

// While the server is away nothing is admitted; when it is back, what it admitted is known
// and what it could not say can be asked again.
func TestAServerThatIsRestarted(t *testing.T) {
	server := postgrestest.Start(t)
	text := server.Address(database(t, server), nil)
	here, there := replica(t, text, 0, 1000), replica(t, text, 0, 1000)
	a := name(t, "a")
	if err := here.Use(t.Context(), a, "before", expires()); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	for _, key := range []string{"before", "meanwhile"} {
		err := there.Use(t.Context(), a, key, expires())
		if !errors.Is(err, replay.ErrUnavailable) || strings.Contains(err.Error(), postgrestest.Password) {
			t.Errorf("%s: %v", key, err)
		}
	}
	server.Restart(t)
	if err := there.Use(t.Context(), a, "before", expires()); !errors.Is(err, gate.ErrReplayed) {
		t.Errorf("of before: %v", err)
	}
	if err := there.Use(t.Context(), a, "meanwhile", expires()); err != nil {
		t.Errorf("what could not be said: %v", err)
	}
}

// A server that takes no writes, as a standby does not, admits nothing.
func TestAServerThatOnlyReadsAdmitsNothing(t *testing.T) {
	server := postgrestest.Shared(t)
	name1 := database(t, server)
	s := replica(t, server.Address(name1, nil), 0, 1000)
	if err := s.Use(t.Context(), name(t, "a"), "k", expires()); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "postgres", `ALTER DATABASE `+name1+` SET default_transaction_read_only = on`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name1+`'`)
	if err := s.Use(t.Context(), name(t, "a"), "l", expires()); !errors.Is(err, replay.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

// An agent's role needs no right but those on its schema.
func TestARoleWithoutRights(t *testing.T) {
	server := postgrestest.Shared(t)
	name1 := database(t, server)
	role := "role_" + name1
	server.Exec(t, name1, `CREATE ROLE `+role+` LOGIN PASSWORD 'p'`, `GRANT USAGE ON SCHEMA agent TO `+role, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA agent TO `+role)
	text := strings.Replace(server.Address(name1, nil), server.Address("", nil)[len("postgres://"):strings.Index(server.Address("", nil), "@")], role+":p", 1)
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	room, err := agentdb.Room(name(t, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := postgres.Open(t.Context(), room, a, window)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Use(t.Context(), [16]byte{1}, expires()); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// What has expired goes, by however many it is deleted, and nothing else does.
func TestWhatHasExpiredGoes(t *testing.T) {
	server := postgrestest.Shared(t)
	name1 := database(t, server)
	text := server.Address(name1, nil)
	server.Exec(t, name1, `INSERT INTO agent.replay SELECT sha256(n::text::bytea), extract(epoch FROM now())::bigint - 120 + 2 * (n % 2) * 120 FROM generate_series(1, 20000) n`)
	db, err := sql.Open("pgx", text)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	left := func() (n int) {
		if err := db.QueryRow(`SELECT count(*) FROM agent.replay`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	var sweepers sync.WaitGroup
	for range 3 {
		l := open(t, text)
		sweepers.Go(func() {
			if err := errors.Join(l.Expire(ctx, slog.New(slog.DiscardHandler)), l.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	deadline, tick := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for left() > 10000 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d are left", left())
		}
	}
	cancel()
	sweepers.Wait()
	if n := left(); n != 10000 {
		t.Errorf("%d are left", n)
	}
}

// What one request costs, with eight at once as a process has.
func BenchmarkUse(b *testing.B) {
	server := postgrestest.Shared(b)
	s := replica(b, server.Address(database(b, server), nil), 0, 100_000_000)
	a := name(b, "a")
	var mu sync.Mutex
	n := 0
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			n++
			key := time.Duration(n).String()
			mu.Unlock()
			if err := s.Use(b.Context(), a, key, expires()); err != nil {
				b.Error(err)
			}
		}
	})
}
