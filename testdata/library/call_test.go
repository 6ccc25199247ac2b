package library_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// A program calls another agent as the agent of a directory, without serving: with
// its key, its certificate where there is mutual TLS, and its tokens.
func Example_call() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	tokens := newIssuer()
	defer tokens.Close()
	dir, err := os.MkdirTemp("", "caller")
	check(err)
	defer os.RemoveAll(dir)
	caller, key := newCaller()
	check(keep(ctx, filepath.Join(dir, "caller"), caller, key))
	shouting, end := serveShouter(ctx, filepath.Join(dir, "shouter"), tokens, caller, key)
	defer end()

	set := settings.Default()
	set.Agent.Name, set.Agent.Author = "caller", "docs@example.com"
	set.Agent.Dir = settings.Path(filepath.Join(dir, "caller"))
	set.MTLS.Enabled = false
	set.Auth.Provider, set.Auth.Issuers = settings.ProviderOIDC, settings.Issuers{tokens.URL}
	set.Auth.Audience, set.Auth.DIDClaim = settings.Words{audience}, "did"
	set.Auth.ClientID, set.Auth.ClientSecret = settings.Text(caller.String()), settings.NewSecret("secret")
	set.Auth.IssuerCAFile = settings.Path(filepath.Join(dir, "issuer.pem"))
	check(tokens.rootFile(string(set.Auth.IssuerCAFile)))
	set.DID.PinnedKeys = settings.Pins{shouting.DID().String(): did.EncodePublicKey(shouting.Outbound().Key.PublicKey())}
	check(set.Validate())

	client, err := agent.NewCaller(ctx, set, nil)
	check(err)
	defer client.Close()
	found, err := client.Discover(ctx, shouting.URL(), shouting.DID())
	check(err)
	reply, err := client.Send(ctx, found, "hello")
	if refusal, ok := errors.AsType[*peer.Refusal](err); ok {
		log.Fatalf("refused for %s: %s", refusal.Reason, refusal.Hint)
	}
	check(err)
	fmt.Println(reply.Text)
	// Output: HELLO
}

// keep makes the directory of an agent that has a name and a key.
func keep(ctx context.Context, dir string, name did.DID, key *did.KeyPair) error {
	h, err := home.Open(ctx, dir)
	if err != nil {
		return err
	}
	return errors.Join(h.Record(home.NewIdentity(name, key), nil), h.Close())
}

// serveShouter has an agent serve, with the stores and the key of its directory.
func serveShouter(ctx context.Context, dir string, tokens *issuer, caller did.DID, key *did.KeyPair) (shouting *agent.Agent, end func()) {
	return serveWith(ctx, shouter{}, dir, tokens, caller, key)
}

// serveWith has an agent with an executor serve.
func serveWith(ctx context.Context, executor task.Executor, dir string, tokens *issuer, caller did.DID, key *did.KeyPair) (shouting *agent.Agent, end func()) {
	set, err := shouterSettings(dir, tokens.URL, caller, key)
	check(err)
	shouting, err = agent.New(agent.Options{Settings: set, Executor: executor, Issuers: tokens.Client()})
	check(err)
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- shouting.Run(ctx) }()
	select {
	case <-shouting.Serving():
	case err := <-done:
		log.Fatal(err)
	}
	return shouting, func() {
		stop()
		check(<-done)
	}
}
