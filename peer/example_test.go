package peer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// What an agent proves itself with comes from its certificate source, its token
// source and its key.
func ExampleClient_Send() {
	var (
		ctx    context.Context
		self   did.DID
		key    *did.KeyPair
		source *mtls.Source
		tokens *hydra.TokenSource
		poet   did.DID
	)
	client, err := peer.New(peer.Config{
		DID: self, Key: key, DialTimeout: 10 * time.Second, RequestTimeout: 30 * time.Second,
		Source: source,
		Token:  func(ctx context.Context) (string, error) { return tokens.Token(ctx, "") },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// Nobody but the poet is spoken to.
	found, err := client.Discover(ctx, "https://poet.internal:3773", poet)
	if err != nil {
		log.Fatal(err)
	}
	reply, err := client.Send(ctx, found, "Shall I compare thee to a summer's day?")
	if refusal, ok := errors.AsType[*peer.Refusal](err); ok {
		log.Fatalf("refused for %s: %s", refusal.Reason, refusal.Hint)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply.Text)
}

// What is recorded of a call proves to others what was asked and answered.
func ExampleRecorded() {
	var (
		ctx    context.Context
		client *peer.Client
		poet   peer.Peer
		self   evidence.Party
	)
	record := evidence.Record{Caller: self, Agent: evidence.Party{DID: poet.DID, Key: poet.Key}}
	ctx = peer.Recorded(ctx, func(e evidence.Exchange) { record.Exchanges = append(record.Exchanges, e) })
	if _, err := client.Send(ctx, poet, "Shall I compare thee to a summer's day?"); err != nil {
		log.Fatal(err)
	}
	document, err := record.Encode()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("sonnet.json", document, 0o600); err != nil {
		log.Fatal(err)
	}
}
