package registrartest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/registrar"
)

// Agent is who registers.
type Agent struct {
	DID did.DID
	Key *did.KeyPair
}

// NewKey returns a key that follows from a text.
func NewKey(t testing.TB, seed string) *did.KeyPair {
	t.Helper()
	sum := sha256.Sum256([]byte(seed))
	key, err := did.KeyPairFromSeed(sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// NewAgent returns an agent whose DID follows from its key.
func NewAgent(t testing.TB, name string) Agent {
	t.Helper()
	key := NewKey(t, name)
	d, err := did.FromPublicKey("author", name, key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return Agent{d, key}
}

// NewNamedAgent returns one whose DID follows from author and name, as that of agents
// of the Python reference does.
func NewNamedAgent(t testing.TB, name string) Agent {
	t.Helper()
	d, err := did.FromAuthorAndName("author", name)
	if err != nil {
		t.Fatal(err)
	}
	return Agent{d, NewKey(t, "named "+name)}
}

// SecretOf returns a client secret that follows from a text.
func SecretOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Body is the body of a registration; members with empty values are left out.
type Body map[string]string

// Body returns what the agent registers with.
func (a Agent) Body(secret string) Body {
	return Body{"publicKey": did.EncodePublicKey(a.Key.PublicKey()), "clientSecret": secret, "name": "an agent", "url": "https://agent.example:3773"}
}

// With returns the body with one more member.
func (b Body) With(name, value string) Body {
	next := Body{name: value}
	for n, v := range b {
		if n != name {
			next[n] = v
		}
	}
	return next
}

// JSON is the body as it is sent.
func (b Body) JSON() []byte {
	data, _ := json.Marshal(b) // strings cannot fail
	return data
}

// Sign returns the request of signing, made by the agent with a nonce of its own.
func (a Agent) Sign(t testing.TB, r signature.Request) *http.Request {
	t.Helper()
	h, err := signature.SignHeader(a.Key, signature.Octets1, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(t.Context(), r.Method, r.Target, bytes.NewReader(r.Body))
	req.Header = h
	if r.ContentType != "" {
		req.Header.Set("Content-Type", r.ContentType)
	}
	return req
}

// Signing is what an agent signs to register itself at the registrar self.
func (a Agent) Signing(self did.DID, body []byte, at time.Time) signature.Request {
	return signature.Request{
		DID: a.DID, Timestamp: at.Unix(), Body: body, Audience: self,
		Method: http.MethodPut, Target: registrar.PathClients + a.DID.String(), ContentType: "application/json",
	}
}

// Announcement is what an agent signs to announce a TLS key to the registrar self.
func (a Agent) Announcement(self did.DID, key registrar.TLSKey, at time.Time) signature.Request {
	r := a.Signing(self, fmt.Appendf(nil, `{"tlsKey":"%x"}`, key), at)
	r.Target += registrar.AfterTLSKey
	return r
}

// Question is what an agent signs to ask the registrar self about a token.
func (a Agent) Question(self did.DID, token string, at time.Time) signature.Request {
	return signature.Request{
		DID: a.DID, Timestamp: at.Unix(), Body: []byte(url.Values{"token": {token}}.Encode()), Audience: self,
		Method: http.MethodPost, Target: registrar.PathIntrospect, ContentType: "application/x-www-form-urlencoded",
	}
}

// KeyQuestion is what an agent signs to ask the registrar self for the key of a DID.
func (a Agent) KeyQuestion(self, of did.DID, at time.Time) signature.Request {
	return signature.Request{
		DID: a.DID, Timestamp: at.Unix(), Audience: self, Method: http.MethodGet, Target: registrar.PathKeys + of.String(),
	}
}

// Following is what an agent signs to follow revocations at the registrar self.
func (a Agent) Following(self did.DID, dids []did.DID, at time.Time) signature.Request {
	body, _ := json.Marshal(map[string]any{"dids": append([]did.DID{}, dids...)}) // texts cannot fail
	return signature.Request{
		DID: a.DID, Timestamp: at.Unix(), Body: body, Audience: self,
		Method: http.MethodPost, Target: registrar.PathRevocations, ContentType: "application/json",
	}
}

// Answer is what the registrar answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	// Reason, Gate and Hint are those of a refusal.
	Reason, Gate, Hint string
	// State and Foreign are those of a registration.
	State   string
	Foreign bool
	Scopes  []string
	Drift   []registrar.Drift
}

// Ask sends a request to a registrar.
func Ask(h http.Handler, req *http.Request) Answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	var read struct {
		Error struct {
			Data struct{ Reason, Gate, Hint string }
		}
		State         string
		ForeignWriter bool
		Scopes        []string
		Drift         []registrar.Drift
	}
	_ = json.Unmarshal(w.Body.Bytes(), &read) // what is no JSON has no reason
	e := read.Error.Data
	return Answer{
		w.Code, w.Header(), w.Body.String(), e.Reason, e.Gate, e.Hint, read.State, read.ForeignWriter, read.Scopes, read.Drift,
	}
}

// String is for failures.
func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }
