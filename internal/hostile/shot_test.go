package hostile

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// shot is one request, honest in everything that no spoil has changed.
type shot struct {
	t      *testing.T
	h      *house
	caller *caller

	cert  *tls.Certificate // nil presents none
	tls   func(*tls.Config)
	small bool   // the socket takes little of what comes unread
	token string // what stands behind Bearer; issued to spec when empty
	spec  hydratest.TokenSpec

	scheme         signature.Scheme
	signer         did.DID
	key            *did.KeyPair
	audience       did.DID
	signedMethod   string
	signedTarget   string
	time           string // what the header says, and what is signed if it is a number
	nonce          string
	method, target string
	body           []byte // signed and sent

	warned string // what is recorded beside the decision, as in trace.decisions

	fields []field
	late   []func()                  // what is changed after signing
	wire   func(plain []byte) []byte // what is sent instead of the request
}

// field is a header line. Its name is sent as it is written here.
type field struct{ name, value string }

// spoil changes a shot before it is signed; [shot.after] registers what comes later.
type spoil func(*shot)

// aim returns an honest request of somebody new to h.
func aim(t *testing.T, h *house) *shot {
	t.Helper()
	return aimAs(t, h, h.newCaller(t))
}

func aimAs(t *testing.T, h *house, c *caller) *shot {
	t.Helper()
	cert := c.cert
	return &shot{
		t: t, h: h, caller: c, cert: &cert,
		spec:   hydratest.TokenSpec{ClientID: c.name.String(), Scopes: []string{"agent:read", "agent:write"}},
		scheme: signature.Reference, signer: c.name, key: c.key, audience: h.DID(), signedMethod: "POST",
		time:   strconv.FormatInt(h.clock.now().Unix(), 10),
		method: "POST", target: "/", body: probe.Message("hello"),
	}
}

// after registers a change to the signed request.
func (s *shot) after(f func()) { s.late = append(s.late, f) }

// set replaces all header lines of that name; no values removes them.
func (s *shot) set(name string, values ...string) {
	s.fields = slices.DeleteFunc(s.fields, func(f field) bool { return strings.EqualFold(f.name, name) })
	for _, v := range values {
		s.fields = append(s.fields, field{name, v})
	}
}

func (s *shot) get(name string) string {
	for _, f := range s.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// bytes signs and returns the request as it goes over the wire.
func (s *shot) bytes() []byte {
	s.t.Helper()
	if s.token == "" {
		s.token = s.h.hydra.IssueToken(s.spec)
	}
	s.set("Host", "agent.example")
	s.set("Content-Type", "application/json")
	s.set("Authorization", "Bearer "+s.token)
	s.sign()
	for _, f := range s.late {
		f()
	}
	plain := s.plain()
	if s.wire != nil {
		return s.wire(plain)
	}
	return plain
}

func (s *shot) plain() []byte {
	var b bytes.Buffer
	b.WriteString(s.method + " " + s.target + " HTTP/1.1\r\n")
	for _, f := range s.fields {
		b.WriteString(f.name + ": " + f.value + "\r\n")
	}
	if s.get("Content-Length") == "" && s.get("Transfer-Encoding") == "" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(s.body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(s.body)
	return b.Bytes()
}

func (s *shot) sign() {
	s.t.Helper()
	stamp, err := strconv.ParseInt(s.time, 10, 64)
	if err != nil || stamp < 0 {
		stamp = time.Now().Unix()
	}
	r := signature.Request{DID: s.signer, Timestamp: stamp, Body: s.body}
	if s.scheme.Binds() {
		if s.nonce == "" {
			if s.nonce, err = signature.NewNonce(rand.Reader); err != nil {
				s.t.Fatal(err)
			}
		}
		if s.signedTarget == "" {
			s.signedTarget = s.target
		}
		r.Audience, r.Method, r.Target, r.Nonce = s.audience, s.signedMethod, s.signedTarget, s.nonce
		r.ContentType = s.contentType()
		s.set(signature.HeaderScheme, string(s.scheme))
		s.set(signature.HeaderNonce, s.nonce)
	}
	sig, err := signature.Sign(s.key, s.scheme, r)
	if err != nil {
		sig = strings.Repeat("1", 64) // a body that cannot be signed
	}
	s.set(signature.HeaderDID, s.signer.String())
	s.set(signature.HeaderTimestamp, s.time)
	s.set(signature.HeaderSignature, sig)
}

// Spoils that many rows use.

// header replaces a header, or removes it when there is no value.
func header(name string, values ...string) spoil {
	return func(s *shot) { s.after(func() { s.set(name, values...) }) }
}

// extra adds a header line.
func extra(name, value string) spoil {
	return func(s *shot) { s.after(func() { s.fields = append(s.fields, field{name, value}) }) }
}

// content signs and sends this body.
func content(body string) spoil { return func(s *shot) { s.body = []byte(body) } }

// changed sends another body than the one that was signed.
func changed(f func([]byte) []byte) spoil {
	return func(s *shot) { s.after(func() { s.body = f(s.body) }) }
}

// claims has the token introspected with these members.
func claims(members map[string]any) spoil { return func(s *shot) { s.spec.Claims = members } }

// at signs at this distance from the agent's time.
func at(offset time.Duration) spoil {
	return func(s *shot) { s.time = strconv.FormatInt(s.h.clock.now().Add(offset).Unix(), 10) }
}

// both joins spoils.
func both(all ...spoil) spoil {
	return func(s *shot) {
		for _, f := range all {
			f(s)
		}
	}
}

func jcs(s *shot) { s.scheme = signature.JCS1 }

func octets(s *shot) { s.scheme = signature.Octets1 }

// contentType is the header of that name, which octets-1 covers.
func (s *shot) contentType() string {
	for _, f := range s.fields {
		if strings.EqualFold(f.name, "Content-Type") {
			return f.value
		}
	}
	return ""
}

func honest(*shot) {}
