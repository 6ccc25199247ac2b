package hydratest

import (
	"cmp"
	"crypto/rand"
	"maps"
	"time"
)

// Register registers a client as if another program had done it, replacing
// one of that id. A document without client_secret gets a random one.
func (s *Server) Register(id, secret string, doc Document) {
	if secret == "" {
		secret = rand.Text()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[id] = &client{doc: s.normalise(id, doc, s.options.Now()), secret: secret}
}

// Edit lets f change the stored document of a client as if another program had
// done it, and reports whether there is one.
func (s *Server) Edit(id string, f func(Document)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[id]
	if ok {
		f(c.doc)
	}
	return ok
}

// Registered returns a copy of the stored document of a client.
func (s *Server) Registered(id string) (Document, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clients[id]
	if !ok {
		return nil, false
	}
	return maps.Clone(c.doc), true
}

// SetSecret changes the secret of a client as if another program had done it.
func (s *Server) SetSecret(id, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.clients[id]; ok {
		c.secret = secret
	}
}

// DeleteClient removes a client and its tokens.
func (s *Server) DeleteClient(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(id)
}

// TokenSpec describes a token to make without a client's request.
type TokenSpec struct {
	// ClientID need not be registered; if it is, its token strategy applies.
	ClientID         string
	Scopes, Audience []string
	// Use is its token_use, "access_token" if empty.
	Use string
	// IssuedAt and ExpiresAt are now and an hour from now (or the server's TTL) if zero.
	IssuedAt, ExpiresAt time.Time
	// Claims are added to introspection answers, in place of those of the same name.
	Claims map[string]any
}

// IssueToken makes an active token.
func (s *Server) IssueToken(spec TokenSpec) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(s.clients[spec.ClientID], &issued{
		clientID: spec.ClientID, scopes: spec.Scopes, audience: spec.Audience, use: cmp.Or(spec.Use, "access_token"),
		issuedAt: spec.IssuedAt, expiresAt: spec.ExpiresAt, extra: spec.Claims,
	}, s.options.TokenTTL)
}

// RevokeToken makes a token inactive.
func (s *Server) RevokeToken(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, value)
}

// AnswerIntrospection makes introspection of the token answer with body, byte
// for byte.
func (s *Server) AnswerIntrospection(token, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw[token] = body
}
