package registrartest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"sync"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// defaults are what Hydra shows of a client of which nothing was written.
var defaults = map[string]string{
	"client_name": `""`, "redirect_uris": `[]`, "grant_types": `[]`, "response_types": `[]`,
	"scope": `"offline_access offline openid"`, "audience": `[]`, "owner": `""`, "policy_uri": `""`,
	"allowed_cors_origins": `[]`, "tos_uri": `""`, "client_uri": `""`, "logo_uri": `""`, "contacts": `null`,
	"subject_type": `"public"`, "jwks": `{}`, "token_endpoint_auth_method": `"client_secret_basic"`,
	"userinfo_signed_response_alg": `"none"`, "metadata": `{}`, "skip_consent": `false`,
	"authorization_code_grant_access_token_lifespan": `null`, "client_credentials_grant_access_token_lifespan": `null`,
	"created_at": `"2026-06-01T12:00:00Z"`, "updated_at": `"2026-06-01T12:00:00Z"`, "client_secret_expires_at": `0`,
}

// Document is a client document, member by member.
type Document map[string]json.RawMessage

type client struct {
	document Document
	secret   string
	// tokens are the audiences of its live tokens.
	tokens map[string][]string
}

// Clients is the client registry of an authority as Hydra has it: a write replaces the whole document,
// the last one wins, and no answer has the secret. The zero value is empty.
type Clients struct {
	mu      sync.Mutex
	clients map[did.DID]*client
	// strangers are the documents of clients that are none of agents.
	strangers [][]byte
}

var (
	_ registrar.Clients      = (*Clients)(nil)
	_ registrar.Introspector = (*Clients)(nil)
)

// Get implements [registrar.Clients].
func (c *Clients) Get(ctx context.Context, d did.DID) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.clients[d]
	if !ok {
		return nil, registrar.ErrNoClient
	}
	return json.Marshal(found.document)
}

// List implements [registrar.Clients], one agent a page, and on the last one all others.
func (c *Clients) List(ctx context.Context, page string) (documents [][]byte, next string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first string
	for d := range c.clients {
		if id := d.String(); id > page && (first == "" || id < first) {
			first = id
		}
	}
	for d, found := range c.clients {
		if d.String() == first {
			document, err := json.Marshal(found.document)
			return [][]byte{document}, first, errors.Join(err, ctx.Err())
		}
	}
	return c.strangers, "", ctx.Err()
}

// Stranger adds a client whose id may be none of an agent's.
func (c *Clients) Stranger(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	document, _ := json.Marshal(map[string]any{"client_id": id, "metadata": map[string]any{}}) // texts cannot fail
	c.strangers = append(c.strangers, document)
}

// Put implements [registrar.Clients].
func (c *Clients) Put(ctx context.Context, d did.DID, document []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var written Document
	if err := json.Unmarshal(document, &written); err != nil {
		return registrar.ErrRefused
	}
	secret := text(written["client_secret"])
	if len(secret) < 6 || text(written["client_id"]) != d.String() {
		return registrar.ErrRefused
	}
	delete(written, "client_secret")
	shown := make(Document)
	for name, value := range defaults {
		shown[name] = json.RawMessage(value)
	}
	maps.Copy(shown, written)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients == nil {
		c.clients = make(map[did.DID]*client)
	}
	tokens := make(map[string][]string)
	if before, ok := c.clients[d]; ok {
		tokens = before.tokens
	}
	c.clients[d] = &client{document: shown, secret: secret, tokens: tokens}
	return nil
}

// Delete implements [registrar.Clients].
func (c *Clients) Delete(ctx context.Context, d did.DID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.clients, d)
	return ctx.Err()
}

// RevokeTokens implements [registrar.Clients].
func (c *Clients) RevokeTokens(ctx context.Context, d did.DID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.clients[d]; ok {
		clear(found.tokens)
	}
	return ctx.Err()
}

// Issue makes a token for a client and audiences, whoever asks.
func (c *Clients) Issue(d did.DID, audience ...string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	token := "token." + rand.Text()
	c.clients[d].tokens[token] = append([]string{}, audience...)
	return token
}

// Introspect implements [registrar.Introspector].
func (c *Clients) Introspect(ctx context.Context, token string) (registrar.Introspection, error) {
	if err := ctx.Err(); err != nil {
		return registrar.Introspection{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for d, found := range c.clients {
		audience, ok := found.tokens[token]
		if !ok {
			continue
		}
		answer, err := json.Marshal(map[string]any{
			"active": true, "client_id": d.String(), "sub": d.String(), "aud": audience, "token_type": "Bearer", "token_use": "access_token",
		})
		return registrar.Introspection{Active: true, ClientID: d.String(), Audience: audience, Answer: answer}, err
	}
	return registrar.Introspection{}, nil
}

// Document returns what is registered for d, nil for nothing.
func (c *Clients) Document(d did.DID) Document {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.clients[d]; ok {
		return maps.Clone(found.document)
	}
	return nil
}

// Secret returns that of a client, "" where there is none.
func (c *Clients) Secret(d did.DID) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.clients[d]; ok {
		return found.secret
	}
	return ""
}

// Edit changes a document as another hand would.
func (c *Clients) Edit(d did.DID, edit func(Document)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	edit(c.clients[d].document)
}

func text(value json.RawMessage) (s string) {
	_ = json.Unmarshal(value, &s) // anything but a string is none
	return s
}
