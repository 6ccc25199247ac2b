package library_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"

	"example.com/library/memory"
)

// shouter answers a message with its text in capitals.
type shouter struct{}

func (shouter) Execute(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	text := strings.ToUpper(req.Text())
	if text == "" {
		return task.Result{}, &task.Failure{Reason: "no_text", Text: "Send some text.", Rejected: true}
	}
	return task.Result{}, emit(&a2a.Artifact{ID: "shout", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}, false)
}

// shouterSettings are those of an agent that trusts the tokens of one issuer and
// knows one caller. It is on loopback, where it may do without mutual TLS.
func shouterSettings(dir, issuer string, caller did.DID, key *did.KeyPair) (settings.Settings, error) {
	set := settings.Default()
	set.Agent.Name, set.Agent.Author, set.Agent.Dir = "shouter", "docs@example.com", settings.Path(dir)
	set.Network.Port, set.Network.AdminPort = 0, 0
	set.MTLS.Enabled = false
	set.Auth.Provider, set.Auth.Issuers = settings.ProviderOIDC, settings.Issuers{issuer}
	set.Auth.Audience, set.Auth.DIDClaim = settings.Words{audience}, "did"
	set.Auth.Algorithms = settings.Algorithms{"ES256"}
	set.DID.PinnedKeys = settings.Pins{caller.String(): did.EncodePublicKey(key.PublicKey())}
	return set, set.Validate()
}

// An agent serves with an executor, stores, a skill and a key of its program's own.
func Example_serve() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	tokens := newIssuer()
	defer tokens.Close()
	dir, err := os.MkdirTemp("", "shouter")
	check(err)
	defer os.RemoveAll(dir)

	key, err := did.GenerateKeyPair(nil) // or did.LoadKeyPair, from where you keep it
	check(err)
	caller, callerKey := newCaller()
	set, err := shouterSettings(dir+"/agent", tokens.URL, caller, callerKey)
	check(err)
	skills, err := skill.New(skill.Skill{ID: "shout", Name: "Shout", Description: "Repeats a text in capitals"})
	check(err)
	tasks := memory.New()

	shouting, err := agent.New(agent.Options{
		Settings: set,
		Executor: shouter{},
		Tasks:    tasks,
		Replay:   memory.NewReplay(10_000, time.Now),
		Skills:   skills,
		Key:      key,
		Issuers:  tokens.Client(),
	})
	check(err)
	done := make(chan error, 1)
	go func() { done <- shouting.Run(ctx) }()
	select {
	case <-shouting.Serving():
	case err := <-done:
		log.Fatal(err)
	}

	client, err := peer.New(peer.Config{
		DID: caller, Key: callerKey, DialTimeout: 10 * time.Second, RequestTimeout: 30 * time.Second,
		Token: func(context.Context) (string, error) { return tokens.sign(caller.String()), nil },
	})
	check(err)
	defer client.Close()
	found, err := client.Discover(ctx, shouting.URL(), shouting.DID())
	check(err)
	reply, err := client.Send(ctx, found, "is anybody there?")
	check(err)
	fmt.Println(reply.State, reply.Text)
	kept, err := tasks.List(ctx, caller.String(), task.Filter{Limit: 10})
	check(err)
	fmt.Println(kept.Total, "task of the caller")
	fmt.Println(shouting.DID().BoundTo(key.PublicKey()))

	stop()
	fmt.Println(<-done)
	// Output:
	// completed IS ANYBODY THERE?
	// 1 task of the caller
	// true
	// <nil>
}

func newCaller() (did.DID, *did.KeyPair) {
	key, err := did.GenerateKeyPair(nil)
	check(err)
	name, err := did.FromPublicKey("docs@example.com", "caller", key.PublicKey())
	check(err)
	return name, key
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
