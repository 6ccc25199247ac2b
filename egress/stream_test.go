package egress_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// subscribe begins a stream.
func subscribe(t *testing.T, ctx context.Context, l *local) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", l.url+"/peer/critic/", strings.NewReader(strings.Replace(message, "SendMessage", "SendStreamingMessage", 1)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(egress.HeaderSecret, secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// Each event is handed on when it comes, and not when the stream has ended.
func TestAnEventIsHandedOnWhenItComes(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	next := make(chan struct{})
	a.answer = func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		io.WriteString(w, `{"n":1}`)
		<-next
		io.WriteString(w, `{"n":2}`)
	}
	resp := subscribe(t, t.Context(), l)
	defer resp.Body.Close()
	if resp.Header.Get("X-Egress-Answer") != "signed" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%v", resp.Header)
	}
	lines := bufio.NewReader(resp.Body)
	for _, want := range []string{`{"n":1}`, `{"n":2}`} {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(line, want) {
				break
			}
		}
		if want == `{"n":1}` {
			close(next)
		}
	}
	rest, err := io.ReadAll(lines)
	if err != nil || bytes.Contains(rest, []byte(`"error"`)) {
		t.Errorf("%q, %v", rest, err)
	}
}

// A stream that is cut off, changed, or ended by our stop says so in an event.
func TestAStreamThatBreaksOffSaysWhy(t *testing.T) {
	for word, spoil := range map[string]func(w http.ResponseWriter){
		"answer_cut": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"answer_unsigned": func(w http.ResponseWriter) {
			io.WriteString(w.(*eventWriter).ResponseWriter, "data: {\"forged\":1}\n\n")
		},
		"shutting_down": nil,
	} {
		t.Run(word, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			a := newAgent(t, ca, "critic")
			l := open(t, ca, entry("critic", a))
			a.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
				io.WriteString(w, `{"n":1}`)
				if spoil == nil {
					l.egress.EndStreams()
					<-r.Context().Done()
					return
				}
				spoil(w)
			}
			resp := subscribe(t, t.Context(), l)
			defer resp.Body.Close()
			all, err := io.ReadAll(resp.Body)
			text := string(all)
			if err != nil || !strings.Contains(text, `{"n":1}`) || strings.Contains(text, "forged") || !strings.Contains(text, `"id":"1","error"`) ||
				!strings.Contains(text, `"reason":"`+word+`"`) {
				t.Errorf("%q, %v", all, err)
			}
		})
	}
}

// A stream of an MCP server's own messages has no room for an error of ours: it is cut off,
// and its reader asks for it anew. What either side says in headers of MCP is passed on.
func TestMessagesOfMCPArePassedOn(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	a.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		w.Header().Set("Mcp-Session-Id", "s1")
		w.WriteHeader(http.StatusAccepted)
	}
	said := []string{"Mcp-Session-Id: s1", "Mcp-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: say", "Mcp-Param-City: Rome"}
	for method, body := range map[string]string{"POST": `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "DELETE": ""} {
		got := do(t, method, l.url+"/peer/critic/mcp", body, append(said, "Mcp: 1", "Mcp_session_id: s2")...)
		if got.status != http.StatusAccepted || got.header.Get("Mcp-Session-Id") != "s1" || got.header.Get("X-Egress-Answer") != "signed" {
			t.Errorf("%s: %+v", method, got)
		}
		all := a.requests()
		q := all[len(all)-1]
		if q.wrong != nil || q.method != method || q.target != "/mcp" || q.body != body || q.header.Get("Mcp") != "" || q.header["Mcp_session_id"] != nil {
			t.Errorf("%+v", q)
		}
		for _, line := range said {
			if name, value, _ := strings.Cut(line, ": "); q.header.Get(name) != value {
				t.Errorf("%s: %q", name, q.header[name])
			}
		}
	}
	a.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		io.WriteString(w, `{"n":1}`)
		l.egress.EndStreams()
		<-r.Context().Done()
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", l.url+"/peer/critic/mcp", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(egress.HeaderSecret, secret)
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Mcp-Session-Id", "s1")
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if all, err := io.ReadAll(resp.Body); err == nil || string(all) != "data: {\"n\":1}\n\n" {
		t.Errorf("%q, %v", all, err)
	}
}

// Who reads no more ends what the peer does for it.
func TestAProgramThatIsGoneEndsItsCall(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	gone := make(chan struct{})
	a.answer = func(w http.ResponseWriter, r *http.Request, _ []byte) {
		io.WriteString(w, `{"n":1}`)
		<-r.Context().Done()
		close(gone)
	}
	ctx, cancel := context.WithCancel(t.Context())
	resp := subscribe(t, ctx, l)
	defer resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case <-gone:
	case <-time.After(30 * time.Second):
		t.Fatal("the peer goes on")
	}
}

// More calls than there may be are refused, and room is there again when one has ended.
func TestCallsAreCounted(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a), func(c *egress.Config) { c.Limits.Requests = 1 })
	end := make(chan struct{})
	a.answer = func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		io.WriteString(w, `{"n":1}`)
		<-end
	}
	resp := subscribe(t, t.Context(), l)
	defer resp.Body.Close()
	if got := do(t, "POST", l.url+"/peer/critic/", message); got.status != 503 || got.word() != "overloaded" || got.header.Get("Retry-After") == "" {
		t.Errorf("%+v", got)
	}
	close(end)
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	a.set(func() { a.answer = echo })
	for range 100 { // its place is given back behind its last byte
		if got := do(t, "POST", l.url+"/peer/critic/", message); got.status == 200 {
			return
		}
	}
	t.Error("no call has room any more")
}

// callGRPC makes a call of gRPC over HTTP/2 without TLS.
func callGRPC(t *testing.T, l *local, headers map[string]string, host string) (*http.Response, []byte) {
	t.Helper()
	body := append(grpcframe.Begin(nil), 10, 1, 'x')
	binary.BigEndian.PutUint32(body[1:], 3)
	req, err := http.NewRequestWithContext(t.Context(), "POST", l.url+"/lf.a2a.v1.A2AService/SendMessage", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	if host != "" {
		req.Host = host
	}
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, got
}

// gRPC is called without TLS, the peer named beside the path, and its status comes behind
// its messages, whoever says it.
func TestGRPCIsHandedOnWithItsStatus(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	withStatus := func(status string) func(http.ResponseWriter, *http.Request, []byte) {
		return func(w http.ResponseWriter, _ *http.Request, body []byte) {
			w.Header().Set("Content-Type", "application/grpc")
			w.Write(body)
			if status != "" {
				w.Header().Set(http.TrailerPrefix+"Grpc-Status", status)
			}
		}
	}
	alone := func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Grpc-Status", "5")
	}
	own := map[string]string{egress.HeaderSecret: secret}
	named := map[string]string{"Authorization": "Bearer " + secret, egress.HeaderPeer: "critic"}
	for name, tt := range map[string]struct {
		answer  func(http.ResponseWriter, *http.Request, []byte)
		headers map[string]string
		host    string
		code    string
		word    string
		body    bool
	}{
		"by its name":               {withStatus("0"), named, "", "0", "", true},
		"by the host":               {withStatus("0"), own, "critic", "0", "", true},
		"by a name of this machine": {withStatus("0"), own, "critic.localhost:1", "0", "", true},
		"by its address":            {withStatus("0"), own, strings.TrimPrefix(a.url, "https://"), "0", "", true},
		"an error of the peer":      {withStatus("9"), named, "", "9", "", true},
		"an error alone":            {alone, named, "", "5", "", false},
		"without a status":          {withStatus(""), named, "", "14", "answer_signature_invalid", false},
		"nobody":                    {withStatus("0"), own, "clerk", "7", "peer_unlisted", false},
		"nobody named":              {withStatus("0"), own, "", "7", "peer_unlisted", false},
		"without the secret":        {withStatus("0"), map[string]string{egress.HeaderPeer: "critic"}, "", "16", "secret_required", false},
		"from a page":               {withStatus("0"), map[string]string{egress.HeaderSecret: secret, "Origin": "x", egress.HeaderPeer: "critic"}, "", "7", "origin_refused", false},
		"by rebinding":              {withStatus("0"), named, "evil.example", "7", "host_refused", false},
	} {
		t.Run(name, func(t *testing.T) {
			a.set(func() { a.answer, a.got = tt.answer, nil })
			resp, body := callGRPC(t, l, tt.headers, tt.host)
			said := resp.Trailer
			if resp.Header.Get("Grpc-Status") != "" {
				said = resp.Header
			}
			s, err := grpcframe.ReadStatus(said)
			if err != nil || said.Get("Grpc-Status") != tt.code || (len(body) > 0) != tt.body {
				t.Fatalf("%v %v %q: %v", resp.Header, resp.Trailer, body, err)
			}
			if tt.word != "" && (len(s.Details) != 1 || s.Details[0].Metadata["reason"] != tt.word) {
				t.Errorf("%+v", s)
			}
			for _, q := range a.requests() {
				if q.proto != 2 || q.wrong != nil || q.target != "/lf.a2a.v1.A2AService/SendMessage" {
					t.Errorf("%+v", q)
				}
			}
		})
	}
}
