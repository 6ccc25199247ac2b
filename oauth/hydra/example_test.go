package hydra_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// An agent registers itself on boot, takes a token, and a peer verifies it.
func Example() {
	authority := hydratest.New(hydratest.Options{}) // in place of a real one
	defer authority.Close()
	cfg := hydra.Config{AdminURL: authority.AdminURL, PublicURL: authority.PublicURL}
	ctx := context.Background()

	path, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(path)
	dir, err := safefile.OpenDir(filepath.Join(path, ".bindu"), nil)
	if err != nil {
		log.Fatal(err)
	}
	key, err := did.GenerateKeyPair(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	self, err := did.FromPublicKey("ops@example.com", "poet", key.PublicKey())
	if err != nil {
		log.Fatal(err)
	}

	registration, err := hydra.NewRegistrar(cfg, dir, rand.Reader).Reconcile(ctx, hydra.Wanted{
		DID: self, AgentID: did.AgentIDFromPublicKey(key.PublicKey()), AgentURL: "https://poet.example:3773", Name: "poet",
		PublicKey: key.PublicKey(), Audience: []string{"step-ca"}, AccessTokenJWT: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("registration:", registration.Action)

	tokens := hydra.NewTokenSource(cfg, registration.Credentials, []string{"agent:read"})
	defer tokens.Close()
	token, err := tokens.Token(ctx, "")
	if err != nil {
		log.Fatal(err)
	}

	issuer, err := hydra.Discover(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	verifier := hydra.NewIntrospector(cfg, hydra.IntrospectorOptions{Issuer: issuer, ForbiddenAudiences: []string{"step-ca"}})
	defer verifier.Close()
	claims, err := verifier.Verify(ctx, token)
	fmt.Println("the poet:", claims.DID == self.String(), claims.Scopes, err)

	ticket, err := tokens.Fresh(ctx, "step-ca")
	if err != nil {
		log.Fatal(err)
	}
	_, err = verifier.Verify(ctx, ticket)
	fmt.Println("a ticket for step-ca opens nothing:", errors.Is(err, oauth.ErrAudience))

	// Output:
	// registration: created
	// the poet: true [agent:read] <nil>
	// a ticket for step-ca opens nothing: true
}
