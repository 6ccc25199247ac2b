package e2e

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/peer"
)

// TestEndToEndCallsOutliveTheirToken: the token with which an agent calls is revoked at
// Hydra. Its stream goes on under another one, and so does each call after that.
func TestEndToEndCallsOutliveTheirToken(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	bob := s.streaming("bob")
	// One caller each: a client takes another token three times, and then once in 10 s.
	for name, binding := range map[string]peer.Binding{"alice": peer.JSONRPC, "carol": peer.GRPC} {
		t.Run(string(binding), func(t *testing.T) {
			alice := s.start(name, nil)
			oauth := s.oauthClient(alice)
			inUse := func() string {
				token, err := alice.Outbound().Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return token
			}
			client, err := alice.Client(func(c *peer.Config) { c.Binding = binding })
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			found, err := client.Discover(t.Context(), bob.URL(), bob.DID())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
			defer cancel()
			revoked, came, since := "", 0, 0
			for u, err := range client.Stream(ctx, found, "count") {
				if err != nil {
					t.Fatalf("after %d updates, %d under another token: %v", came, since, err)
				}
				switch came++; {
				case u.Artifact == "" || came < 5:
				case revoked == "":
					revoked = inUse()
					oauth.revoke(revoked)
				case inUse() != revoked:
					since++
				}
				if since == 20 {
					break
				}
			}
			revoked = inUse()
			oauth.revoke(revoked)
			for inUse() == revoked {
				_, err := client.Result(ctx, found, "no-such-task")
				if refused, ok := errors.AsType[*peer.Refusal](err); !ok || refused.Code != -32001 {
					t.Fatalf("a call under the token that was revoked: %v", err)
				}
				time.Sleep(50 * time.Millisecond) // the peer trusts what it heard for some seconds
			}
		})
	}
}
