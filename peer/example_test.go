package peer_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
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
