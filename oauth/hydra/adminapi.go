package hydra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	ory "github.com/ory/hydra-client-go/v2"
)

// AdminAPI is Hydra's admin API for the one program that holds its address, and
// decides itself what stands in the document of each client. Its methods may be called
// concurrently, and none of its errors holds a secret or a document.
type AdminAPI struct {
	cfg   Config
	owned bool
	admin admin
}

// NewAdminAPI returns one for cfg, of which PublicURL is not used. The caller closes it.
func NewAdminAPI(cfg Config) *AdminAPI {
	cfg, owned := cfg.withDefaults()
	return &AdminAPI{cfg: cfg, owned: owned, admin: newAdmin(cfg)}
}

// Close closes its connections.
func (a *AdminAPI) Close() {
	if a.owned {
		a.cfg.HTTPClient.CloseIdleConnections()
	}
}

// Client returns the document of a client as Hydra has it, of at most 512 KiB: one JSON
// object, read strictly, and that of d. Errors: [ErrNoClient], oauth.ErrUnavailable,
// oauth.ErrInvalidResponse.
func (a *AdminAPI) Client(ctx context.Context, d did.DID) ([]byte, error) {
	body, err := a.admin.document(ctx, d)
	if err != nil {
		return nil, err
	}
	members, err := parseObject(body)
	if err != nil {
		return nil, a.admin.fail("read client", d.String(), http.StatusOK, oauth.ErrInvalidResponse)
	}
	if id, err := members.text("client_id"); err != nil || id != d.String() {
		return nil, a.admin.fail("read client", d.String(), http.StatusOK,
			fmt.Errorf("%w: the document is of another client", oauth.ErrInvalidResponse))
	}
	return body, nil
}

var (
	errForeignDocument = errors.New("not a client document of this DID")
	errCreated         = fmt.Errorf("%w: %w, though it did not a moment ago; look for another program that writes the same client", oauth.ErrUnavailable, errConflict)
)

// WriteClient replaces the document of a client, or creates the client. What the
// document leaves out is reset. Hydra knows no conditions: the last write wins.
//
// After [ErrClientRefused] nothing has changed. After oauth.ErrUnavailable and
// oauth.ErrInvalidResponse it is not known whether the document was written, or will be.
func (a *AdminAPI) WriteClient(ctx context.Context, d did.DID, document []byte) error {
	var client ory.OAuth2Client
	if json.Unmarshal(document, &client) != nil || client.GetClientId() != d.String() {
		return errForeignDocument // the cause may quote a secret
	}
	err := a.admin.replace(ctx, d, client)
	if errors.Is(err, ErrNoClient) {
		err = a.admin.create(ctx, client)
	}
	if failed, ok := errors.AsType[*RequestError](err); ok && errors.Is(err, errConflict) {
		failed.Err = errCreated
	}
	return err
}

// DeleteClient deletes a client; one that is not there is no error. Errors:
// oauth.ErrUnavailable.
func (a *AdminAPI) DeleteClient(ctx context.Context, d did.DID) error {
	if err := a.admin.delete(ctx, d); !errors.Is(err, ErrNoClient) {
		return err
	}
	return nil
}

// DeleteTokens ends the access tokens of a client; one that is not there is no error.
// Errors: oauth.ErrUnavailable.
func (a *AdminAPI) DeleteTokens(ctx context.Context, d did.DID) error {
	return a.admin.deleteTokens(ctx, d)
}

// Introspection is what Hydra says of a token, unjudged.
type Introspection struct {
	// Active is false for a token that is good for nothing; the rest is empty then.
	Active bool
	Claims oauth.Claims
	// Answer is all of it as it came: one JSON object of at most 64 KiB, read strictly.
	Answer []byte
}

// Introspect asks Hydra about a token (RFC 7662) and keeps nothing of the answer, which
// takes at most [Config.IntrospectTimeout]. Errors: oauth.ErrUnavailable,
// oauth.ErrInvalidResponse.
func (a *AdminAPI) Introspect(ctx context.Context, token string) (Introspection, error) {
	in, err := a.cfg.introspect(ctx, token)
	if err != nil {
		return Introspection{}, err
	}
	return Introspection{in.active, in.claims, in.answer}, nil
}
