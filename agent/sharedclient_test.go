package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/agentdb"
	"github.com/getbindu/bindu-go/internal/clientsecret"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// registering is a process of an agent, as far as it registers.
type registering struct {
	*sharedClient
	*direct
}

// registeringAs are n processes with one key, each with a directory of its own, that share
// a database.
func registeringAs(t *testing.T, n int, at *hydratest.Server) (all []registering) {
	t.Helper()
	server := postgrestest.Shared(t)
	address, err := postgresdb.Parse(server.Address(server.Database(t), nil))
	if err != nil {
		t.Fatal(err)
	}
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	name, err := did.FromPublicKey("a@example.com", "a", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	room, err := agentdb.Room(name)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if err := room.Migrate(t.Context(), address, log); err != nil {
		t.Fatal(err)
	}
	cfg := hydra.Config{AdminURL: at.AdminURL, PublicURL: at.PublicURL, HTTPClient: at.Client(), Now: time.Now, Logger: log}
	for range n {
		h, err := home.Open(t.Context(), filepath.Join(t.TempDir(), "agent"))
		if err != nil {
			t.Fatal(err)
		}
		vault := clientsecret.Open(room, address, name, key)
		t.Cleanup(func() {
			if err := errors.Join(vault.Close(), h.Close()); err != nil {
				t.Error(err)
			}
		})
		who := self{Identity: home.Identity{DID: name, Key: key}, home: h}
		once := func(ctx context.Context, try func(context.Context) error) error { return try(ctx) }
		all = append(all, registering{
			&sharedClient{vault: vault, who: who, cfg: cfg, persist: once},
			&direct{cfg: cfg, log: log, registrar: h.Registrar(cfg, rand.Reader), wanted: hydra.Wanted{DID: name, AgentID: "1", PublicKey: key.PublicKey()}},
		})
	}
	return all
}

func (r registering) start(t *testing.T) (c *hydra.Credentials) {
	t.Helper()
	if err := r.alone(t.Context(), func(ctx context.Context, _ bool) (err error) {
		c, err = r.register(ctx, "https://127.0.0.1:1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

// accepted fails unless Hydra takes the secret.
func (r registering) accepted(t *testing.T, c *hydra.Credentials) {
	t.Helper()
	tokens := hydra.NewTokenSource(r.direct.cfg, c, c.Scopes)
	defer tokens.Close()
	if _, err := tokens.Token(t.Context(), ""); err != nil {
		t.Errorf("the secret is set aside: %v", err)
	}
}

// However many processes start, and at once, they have one secret, and nobody's is set aside.
func TestProcessesHaveOneSecret(t *testing.T) {
	at := hydratest.Start(t, hydratest.Options{})
	all := registeringAs(t, 3, at)
	secrets := make(chan string, len(all))
	for _, r := range all {
		go func() {
			var secret string
			err := r.alone(t.Context(), func(ctx context.Context, _ bool) error {
				c, err := r.register(ctx, "https://127.0.0.1:1")
				if err == nil {
					secret = c.ClientSecret
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			secrets <- secret
		}()
	}
	first := <-secrets
	for range len(all) - 1 {
		if got := <-secrets; got != first || got == "" {
			t.Error("two processes have different secrets")
		}
	}
	again := all[0].start(t)
	if again.ClientSecret != first {
		t.Error("a start changes the secret")
	}
	all[0].accepted(t, again)
}

// What fails is left for others too: the secret may be registered already.
func TestASecretIsLeftThoughItsRegistrationFailed(t *testing.T) {
	at := hydratest.Start(t, hydratest.Options{})
	all := registeringAs(t, 2, at)
	failed := errors.New("the answer was lost")
	var made *hydra.Credentials
	err := all[0].alone(t.Context(), func(ctx context.Context, _ bool) (err error) {
		if made, err = all[0].register(ctx, "https://127.0.0.1:1"); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if got := all[1].start(t); got.ClientSecret != made.ClientSecret {
		t.Error("the other sets it aside")
	}
}

// A process whose secret another has replaced learns the new one.
func TestASecretThatAnotherReplacedIsLearned(t *testing.T) {
	at := hydratest.Start(t, hydratest.Options{})
	all := registeringAs(t, 2, at)
	before := all[0].start(t)
	all[1].start(t)
	if c, err := all[0].look(t.Context()); c != nil || err != nil {
		t.Errorf("nothing is new: %v, %v", c, err)
	}
	var next *hydra.Credentials
	if err := all[1].alone(t.Context(), func(_ context.Context, changed bool) (err error) {
		if changed {
			t.Error("it was said to be another already")
		}
		who := all[1].who
		if next, err = who.home.ReplaceSecret(who.DID, rand.Reader, time.Now()); err == nil {
			at.SetSecret(who.DID.String(), next.ClientSecret)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	c := &client{shared: all[0].sharedClient, newTokens: func(c *hydra.Credentials) *hydra.TokenSource {
		return hydra.NewTokenSource(all[0].direct.cfg, c, c.Scopes)
	}}
	c.use(before)
	defer func() { c.source().Close() }()
	if _, err := c.source().Token(t.Context(), ""); !errors.Is(err, hydra.ErrSecretRejected) {
		t.Fatalf("the old secret: %v", err)
	} else if !c.learned(t.Context(), fmt.Errorf("a token: %w", err)) {
		t.Fatal("it learns nothing")
	}
	if _, err := c.source().Token(t.Context(), ""); err != nil {
		t.Errorf("by the new secret: %v", err)
	}
	if c.learned(t.Context(), hydra.ErrSecretRejected) {
		t.Error("it learns the same twice")
	}
}
