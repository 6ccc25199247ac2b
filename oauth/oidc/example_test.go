package oidc_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// A verifier for one Auth0 tenant. Lazy lets the program start while the tenant
// cannot be reached; until its keys are there, tokens are refused as unavailable.
func ExampleNew() {
	tenant, err := oidc.Auth0("tenant.eu.auth0.com", "https://agents.example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := oidc.New(context.Background(), oidc.Config{Issuers: []oidc.Issuer{tenant}, Lazy: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = verifier.Close() }()

	_, err = verifier.Verify(context.Background(), "opaque")
	fmt.Println(errors.Is(err, oauth.ErrMalformed))
	// Output: true
}
