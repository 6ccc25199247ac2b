package egress_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// unsigned takes the proof off an answer.
func unsigned(h http.Header, body string) (http.Header, string) {
	for _, name := range signature.HeaderNames() {
		h.Del(name)
	}
	return h, body
}

// An answer that is not the one that the peer signed to this request is not handed on.
func TestAnAnswerThatIsNotProvedIsNotHandedOn(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	for name, tt := range map[string]struct {
		change func(http.Header, string) (http.Header, string)
		answer func(http.ResponseWriter, *http.Request, []byte)
		word   string
	}{
		"stripped": {unsigned, echo, "answer_unsigned"},
		"changed":  {func(h http.Header, b string) (http.Header, string) { return h, strings.Replace(b, "heard", "HEARD", 1) }, echo, "answer_signature_invalid"},
		"cut":      {func(h http.Header, b string) (http.Header, string) { return h, b[:len(b)-1] }, echo, "answer_signature_invalid"},
		"of another type": {func(h http.Header, b string) (http.Header, string) { h.Set("Content-Type", "text/html"); return h, b },
			echo, "answer_signature_invalid"},
		"redirected": {unsigned, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Location", l.url+"/stolen")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, "redirected"},
		"redirected, and signed": {nil, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Location", "https://evil.example/")
			w.WriteHeader(http.StatusPermanentRedirect)
		}, "redirected"},
	} {
		t.Run(name, func(t *testing.T) {
			a.set(func() { a.change, a.answer = tt.change, tt.answer })
			got := do(t, "POST", l.url+"/peer/critic/", message, "A2A-Version: 1.0")
			if got.status != 502 || got.word() != tt.word || !strings.Contains(got.body, `"id":"1"`) || !strings.Contains(got.body, "ErrorInfo") || strings.Contains(got.body, "heard") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What a refusal of the peer says is handed on, and whether it is proved.
func TestARefusalOfThePeerIsHandedOn(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	a.answer = func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Www-Authenticate", "Bearer")
		h.Set("Set-Cookie", "a=b")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"data":{"reason":"rate_limited"}}}`)
	}
	for proof, change := range map[string]func(http.Header, string) (http.Header, string){"signed": nil, "certificate": unsigned} {
		a.set(func() { a.change = change })
		got := do(t, "POST", l.url+"/peer/critic/", message)
		if got.status != 429 || got.word() != "rate_limited" || got.header.Get("X-Egress-Answer") != proof || got.header.Get("Retry-After") != "3" ||
			len(got.header["Www-Authenticate"])+len(got.header["Set-Cookie"])+len(got.header["Access-Control-Allow-Origin"]) > 0 {
			t.Errorf("%s: %+v", proof, got)
		}
	}
}

// Who was met first is who must answer, with the key and the habits that it had.
func TestAPeerThatChangedIsRefusedUntilItIsForgotten(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, ca *stepcatest.CA, a *agent){
		"another agent": func(t *testing.T, ca *stepcatest.CA, a *agent) {
			k := newKey(t)
			a.set(func() { a.key, a.did = k, nameOf(t, "clerk", k) })
			a.server.TLS.GetConfigForClient = newSource(t, ca, a.did).ServerConfig().GetConfigForClient
			a.describe(t, "1")
		},
		"it signs no more": func(t *testing.T, _ *stepcatest.CA, a *agent) {
			var c map[string]json.RawMessage
			if err := json.Unmarshal([]byte(a.card), &c); err != nil {
				t.Fatal(err)
			}
			delete(c, "signatures")
			raw, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			a.set(func() { a.card, a.doc = string(raw), fmt.Sprintf(`{"id":%q}`, a.did) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			a := newAgent(t, ca, "critic")
			now := time.Now()
			l := open(t, ca, entry("critic", a), func(c *egress.Config) { c.Now = func() time.Time { return now } })
			call := func() reply { now = now.Add(time.Hour); return do(t, "POST", l.url+"/peer/critic/", message) }
			if got := call(); got.status != 200 {
				t.Fatalf("%+v", got)
			}
			if p, err := l.pins.Get(a.url); err != nil || p.DID != a.did || !p.Key.Equal(a.key.PublicKey()) || !p.Signs {
				t.Fatalf("%+v, %v", p, err)
			}
			change(t, ca, a)
			a.server.CloseClientConnections()
			sent := len(a.requests())
			if got := call(); got.status != 502 || got.word() != "peer_changed" || !strings.Contains(got.body, "agent egress forget") {
				t.Fatalf("%+v", got)
			}
			if len(a.requests()) != sent {
				t.Error("something was sent to it")
			}
			if known, err := l.pins.Forget(a.url); !known || err != nil {
				t.Fatal(known, err)
			}
			if got := call(); got.status != 200 {
				t.Errorf("forgotten: %+v", got)
			}
		})
	}
}

// What the file says of a peer counts before what was seen, and is not learnt.
func TestAListedDIDAndKeyMustBeProved(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	other := newKey(t)
	text := func(d did.DID, k *did.KeyPair) string {
		return fmt.Sprintf("  critic: {url: %q, did: %q, key: %q}\n", a.url, d, did.EncodePublicKey(k.PublicKey()))
	}
	l := open(t, ca, text(a.did, a.key))
	for name, tt := range map[string]struct {
		list   string
		status int
		word   string
	}{
		"as they are":   {text(a.did, a.key), 200, ""},
		"another DID":   {text(nameOf(t, "clerk", other), other), 502, "peer_did_mismatch"},
		"another key":   {text(a.did, other), 502, "peer_key_mismatch"},
		"and as before": {text(a.did, a.key), 200, ""},
	} {
		l.list(t, tt.list)
		if err := l.peers.Reload(); err != nil {
			t.Fatal(err)
		}
		if got := do(t, "POST", l.url+"/peer/critic/", message); got.status != tt.status || got.word() != tt.word {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A peer that cannot be reached, does not answer, or shows a card that is no use, is a
// refusal in the form of the call.
func TestAPeerThatIsNotThereIsToldInTheFormOfTheCall(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a)+"  gone: {url: 'https://127.0.0.1:1'}\n", func(c *egress.Config) {
		c.Limits.Find, c.Limits.Answer = 2*time.Second, 300*time.Millisecond
	})
	if got := do(t, "POST", l.url+"/peer/gone/", message); got.status != 502 || got.word() != "peer_unreachable" || !strings.Contains(got.body, `"jsonrpc":"2.0","id":"1"`) {
		t.Errorf("%+v", got)
	}
	if got := do(t, "GET", l.url+"/peer/gone/tasks/x", "", "A2A-Version: 1.0"); got.status != 502 || !strings.Contains(got.body, `"status":"UNAVAILABLE"`) || !strings.Contains(got.body, `"PEER_UNREACHABLE"`) {
		t.Errorf("%+v", got)
	}
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	a.answer = func(_ http.ResponseWriter, r *http.Request, _ []byte) {
		select {
		case <-r.Context().Done():
		case <-held:
		}
	}
	if got := do(t, "POST", l.url+"/peer/critic/", message); got.status != 504 || got.word() != "peer_timeout" {
		t.Errorf("%+v", got)
	}
	a.set(func() { a.card = `{"name":"x"}` })
	l.list(t, fmt.Sprintf("  critic: {url: %q, did: %q}\n", a.url, a.did))
	if err := l.peers.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := do(t, "POST", l.url+"/peer/critic/", message); got.status != 502 || got.word() != "card_invalid" {
		t.Errorf("%+v", got)
	}
}

// Without a token of ours nothing is sent.
func TestWithoutATokenNothingIsSent(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	self := nameOf(t, "poet", callerKey)
	l := open(t, ca, entry("critic", a), func(c *egress.Config) {
		client, err := peer.New(peer.Config{
			DID: self, Key: callerKey, DialTimeout: 20 * time.Second, RequestTimeout: time.Minute, Source: newSource(t, ca, self),
			Token: func(context.Context) (string, error) { return "", fmt.Errorf("the authority is away") },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		c.Client = client
	})
	if got := do(t, "POST", l.url+"/peer/critic/", message); got.status != 503 || got.word() != "token_unavailable" || strings.Contains(got.body, "away") || len(a.requests()) != 0 {
		t.Errorf("%+v", got)
	}
}
