package registrarapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// telling is a world whose registrar tells of revocations, by the real clock.
func telling(t *testing.T) *world {
	w := newWorld(t, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	ended := make(chan error, 1)
	ctx := w.Context()
	go func() { ended <- w.Broadcast(ctx) }()
	t.Cleanup(func() { // ctx ends before
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

// The real registrar tells who follows of what it decides, and nobody else.
func TestTheRegistrarTellsOfRevocations(t *testing.T) {
	w := telling(t)
	alice, bob := w.register(w.agent), registrartest.NewAgent(t, "bob").DID
	var s *registrarapi.Stream
	for end := time.Now().Add(time.Minute); ; { // until the registrar looks at its database
		var err error
		if s, err = alice.Follow(t.Context(), []did.DID{bob}); err == nil {
			break
		}
		if !errors.Is(err, oauth.ErrUnavailable) || time.Now().After(end) {
			t.Fatal(err)
		}
	}
	defer s.Close()
	if m, err := s.Next(); err != nil || m.Number != 1 || len(m.Events) != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := w.Revoke(t.Context(), bob, ""); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Events) > 0 {
			if e := m.Events[0]; e.DID != bob || !e.Revoked {
				t.Errorf("told %+v", m)
			}
			break
		}
	}
	if _, err := w.client(registrartest.NewAgent(t, "mallory")).Follow(t.Context(), nil); !errors.Is(err, registrarapi.ErrNotRegistered) {
		t.Errorf("a stranger follows: %v", err)
	}
	s.Close()
	if m, err := s.Next(); err == nil {
		t.Errorf("a closed stream says %+v", m)
	}
}

// said is a registrar that says on a stream what a test has it say.
type said struct {
	*registrartest.Fixture
	self, agent registrartest.Agent
	status      int
	media       string
	body        func(nonce string) []byte
}

func (s *said) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", s.media)
	w.WriteHeader(s.status)
	_, _ = w.Write(s.body(r.Header.Get(signature.HeaderNonce)))
}

// event is a message as it is sent.
func (s *said) event(nonce string, change func(*revocation.Message)) []byte {
	s.Helper()
	m := revocation.Message{Registrar: s.self.DID, Follower: s.agent.DID, Stream: nonce, Number: 1, Epoch: "E", Head: 5, Issued: time.Now()}
	change(&m)
	data, err := m.Sign(s.self.Key)
	if err != nil {
		s.Fatal(err)
	}
	return fmt.Appendf(nil, "data: %s\n\n", data)
}

func (s *said) first(nonce string) []byte { return s.event(nonce, func(*revocation.Message) {}) }

func (s *said) numbered(nonce string, number, head int64) []byte {
	return s.event(nonce, func(m *revocation.Message) { m.Number, m.Head = number, head })
}

// What is not the registrar's, is of another stream, or is not all, is no word of it.
func TestWhatIsNoMessageOfTheStream(t *testing.T) {
	w := newWorld(t, nil)
	s := &said{Fixture: w.Fixture, self: w.self, agent: w.agent}
	recorded := ""
	for name, tt := range map[string]struct {
		body func(nonce string) []byte
		want error
		good int // messages before
	}{
		"what it should say": {func(n string) []byte {
			return slicesOf(s.numbered(n, 1, 5), []byte(": a comment\r\nid: 7\r\n\r\n"), s.numbered(n, 2, 5), s.numbered(n, 3, 9))
		}, io.EOF, 3},
		"it ends": {func(n string) []byte {
			return slicesOf(s.event(n, func(m *revocation.Message) { m.End = revocation.EndStopping }), s.numbered(n, 2, 5))
		}, io.EOF, 1},
		"a message that breaks off": {func(n string) []byte { return s.first(n)[:100] }, io.EOF, 0},
		"one without its end":       {func(n string) []byte { return bytes.TrimSuffix(s.first(n), []byte("\n")) }, io.EOF, 0},
		"recorded on another stream": {func(n string) []byte {
			if recorded == "" {
				recorded = strings.Repeat("A", len(n))
			}
			return s.first(recorded)
		}, registrarapi.ErrStream, 0},
		"signed by another": {func(n string) []byte {
			forger := *s
			forger.self = registrartest.NewAgent(t, "mallory")
			return forger.first(n)
		}, registrarapi.ErrStream, 0},
		"for another":       {func(n string) []byte { return s.event(n, func(m *revocation.Message) { m.Follower = s.self.DID }) }, registrarapi.ErrStream, 0},
		"one is missing":    {func(n string) []byte { return slicesOf(s.first(n), s.numbered(n, 3, 5)) }, registrarapi.ErrStream, 1},
		"one is repeated":   {func(n string) []byte { return slicesOf(s.first(n), s.first(n)) }, registrarapi.ErrStream, 1},
		"the first is lost": {func(n string) []byte { return s.numbered(n, 2, 5) }, registrarapi.ErrStream, 0},
		"it goes back":      {func(n string) []byte { return slicesOf(s.first(n), s.numbered(n, 2, 4)) }, registrarapi.ErrStream, 1},
		"it goes back later": {func(n string) []byte {
			return slicesOf(s.numbered(n, 1, 5), s.numbered(n, 2, 9), s.numbered(n, 3, 8))
		}, registrarapi.ErrStream, 2},
		"a line too long":   {func(string) []byte { return bytes.Repeat([]byte("x"), 2*revocation.MaxBytes) }, registrarapi.ErrStream, 0},
		"two lines of data": {func(n string) []byte { return append([]byte("data: {}\n"), s.first(n)...) }, registrarapi.ErrStream, 0},
		"no JSON":           {func(string) []byte { return []byte("data: hello\n\n") }, registrarapi.ErrStream, 0},
		"nothing":           {func(string) []byte { return nil }, io.EOF, 0},
	} {
		t.Run(name, func(t *testing.T) {
			answers := *s
			answers.status, answers.media, answers.body = http.StatusOK, "text/event-stream", tt.body
			url, client := serve(t, &answers, w.self.DID)
			c := newClient(t, registrarapi.Config{URL: url, Registrar: w.self.DID, DID: w.agent.DID, Key: w.agent.Key, HTTPClient: client})
			got, err := c.Follow(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Close()
			n := 0
			for _, err = got.Next(); err == nil; _, err = got.Next() {
				n++
			}
			if n != tt.good || !errors.Is(err, tt.want) {
				t.Errorf("%d messages, then %v; want %d, then %v", n, err, tt.good, tt.want)
			}
		})
	}
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// What is no stream is an error of what was asked, and says nothing of what is known.
func TestAnswersThatAreNoStream(t *testing.T) {
	w := newWorld(t, nil)
	for name, tt := range map[string]struct {
		status      int
		media, body string
		want        error
	}{
		"a page":              {200, "text/html", "<html>", oauth.ErrInvalidResponse},
		"a proxy's error":     {502, "text/html", "<html>", oauth.ErrUnavailable},
		"an older registrar":  {404, "application/json", `{"error":{"data":{"reason":"not_found"}}}`, oauth.ErrUnavailable},
		"we are revoked":      {403, "application/json", `{"error":{"data":{"reason":"revoked"}}}`, registrarapi.ErrRevoked},
		"too many streams":    {429, "application/json", `{"error":{"data":{"reason":"rate_limited"}}}`, registrarapi.ErrBusy},
		"more than is read":   {403, "application/json", strings.Repeat("x", 1<<20), oauth.ErrUnavailable},
		"a stream of a fault": {500, "text/event-stream", "data: {}\n\n", oauth.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			url, client := serve(t, &said{status: tt.status, media: tt.media, body: func(string) []byte { return []byte(tt.body) }}, w.self.DID)
			c := newClient(t, registrarapi.Config{URL: url, Registrar: w.self.DID, DID: w.agent.DID, Key: w.agent.Key, HTTPClient: client})
			_, err := c.Follow(t.Context(), nil)
			if !errors.Is(err, tt.want) || errors.Is(err, registrarapi.ErrStream) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}
