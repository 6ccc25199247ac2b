package registrarapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// answering is a client of a registrar that answers as h does.
func answering(t *testing.T, h http.HandlerFunc) (*registrarapi.Client, registrartest.Agent) {
	t.Helper()
	self, agent := registrartest.NewAgent(t, "registrar"), registrartest.NewAgent(t, "alice")
	url, client := serve(t, h, self.DID)
	return newClient(t, registrarapi.Config{URL: url, Registrar: self.DID, DID: agent.DID, Key: agent.Key, HTTPClient: client}), agent
}

func saying(status int, media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func refusing(status int, word string) http.HandlerFunc {
	return saying(status, "application/json", `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m","data":{"reason":"`+word+`","hint":"SECRET"}}}`)
}

const registered = `"state":"registered","scopes":["agent:read"],"audience":["step-ca"],"drift":[],"foreignWriter":false`

// Whatever a registrar answers that is no answer is taken for none.
func TestAnswersThatAreNone(t *testing.T) {
	alice := registrartest.NewAgent(t, "alice").DID.String()
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		want error
	}{
		"a page":                   {saying(200, "text/html", "<html>"), oauth.ErrInvalidResponse},
		"too much":                 {saying(200, "application/json", `{"did":"`+strings.Repeat("x", 65<<10)+`"}`), oauth.ErrInvalidResponse},
		"another's registration":   {saying(200, "application/json", `{"did":"did:bindu:a:b:c",`+registered+`}`), oauth.ErrInvalidResponse},
		"another's turn":           {saying(202, "application/json", `{"did":"did:bindu:a:b:c","state":"pending"}`), oauth.ErrInvalidResponse},
		"not a word of scopes":     {saying(201, "application/json", `{"did":"`+alice+`","state":"registered"}`), oauth.ErrInvalidResponse},
		"a member twice":           {saying(200, "application/json", `{"did":"`+alice+`","did":"`+alice+`",`+registered+`}`), oauth.ErrInvalidResponse},
		"no scopes":                {saying(200, "application/json", `{"did":"`+alice+`","state":"registered","scopes":[]}`), oauth.ErrInvalidResponse},
		"a scope with a space":     {saying(200, "application/json", `{"did":"`+alice+`","state":"registered","scopes":["a b"]}`), oauth.ErrInvalidResponse},
		"pending with another":     {saying(200, "application/json", `{"did":"`+alice+`","state":"pending"}`), oauth.ErrInvalidResponse},
		"registered, yet accepted": {saying(202, "application/json", `{"did":"`+alice+`",`+registered+`}`), oauth.ErrInvalidResponse},
		"nothing":                  {saying(204, "", ""), oauth.ErrUnavailable},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, oauth.ErrUnavailable},
		"no such path":         {refusing(404, "not_found"), oauth.ErrUnavailable},
		"a proxy's 403":        {saying(403, "text/html", "revoked"), oauth.ErrUnavailable},
		"the database is away": {refusing(503, "storage_unavailable"), registrarapi.ErrDatabase},
		"Hydra is away":        {refusing(503, "authority_unavailable"), oauth.ErrUnavailable},
		"busy":                 {refusing(503, "client_busy"), registrarapi.ErrBusy},
		"too often":            {refusing(429, "rate_limited"), registrarapi.ErrBusy},
		"a list that is full":  {refusing(503, "pending_full"), registrarapi.ErrBusy},
		"another hand":         {refusing(409, "foreign_writer"), registrarapi.ErrForeignWriter},
		"a word that is new":   {refusing(403, "some_new_word"), registrarapi.ErrRefused},
		"a word that is none":  {refusing(403, "Revoked!"), oauth.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := answering(t, tt.h)
			_, err := c.Register(t.Context(), registrarapi.Registration{Secret: registrartest.SecretOf("1")})
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			for _, text := range []string{"SECRET", "<html>", registrartest.SecretOf("1")} {
				if strings.Contains(err.Error(), text) {
					t.Errorf("it repeats what it must not: %v", err)
				}
			}
		})
	}
}

// A registrar that refuses us has said nothing about a token or a key of others.
func TestWhatIsHeldAgainstUsIsNoVerdict(t *testing.T) {
	for _, word := range []string{"revoked", "not_registered", "did_not_key_bound", "some_new_word", "enrolment_token_required"} {
		c, agent := answering(t, refusing(403, word))
		if _, err := c.Introspect(t.Context(), "token"); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%s: about a token %v", word, err)
		}
		if _, _, err := c.PublicKey(t.Context(), agent.DID); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%s: about a key %v", word, err)
		}
	}
	c, _ := answering(t, refusing(403, "revoked"))
	if _, err := c.Introspect(t.Context(), "token"); !errors.Is(err, registrarapi.ErrRevoked) {
		t.Errorf("it is not told that we are revoked: %v", err)
	}
}

// What is asked is signed as it is sent, for this registrar, once.
func TestQuestionsAreSigned(t *testing.T) {
	self := registrartest.NewAgent(t, "registrar")
	key := registrartest.NewAgent(t, "alice").Key.PublicKey()
	var nonces []string
	c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		claim, err := signature.Read(r.Header, signature.Recipient{DID: self.DID, Method: r.Method, Target: r.RequestURI, ContentType: r.Header.Get("Content-Type")})
		body, _ := io.ReadAll(r.Body)
		if err == nil {
			_, err = claim.Verify(key, body)
		}
		if err != nil || claim.Scheme != signature.Octets1 {
			t.Errorf("%s %s: %v", r.Method, r.RequestURI, err)
			return
		}
		nonces = append(nonces, claim.ReplayKey())
		switch r.RequestURI {
		case "/v1/introspect":
			if string(body) != "token=a%2Bb" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("introspection: %q", body)
			}
			saying(200, "application/json", `{"active":false}`)(w, r)
		default:
			if !strings.HasPrefix(string(body), `{"tlsKey":"`) || len(body) != len(`{"tlsKey":""}`)+64 {
				t.Errorf("announcement: %q", body)
			}
			w.WriteHeader(http.StatusNoContent)
		}
	})
	answer, err := c.Introspect(t.Context(), "a+b")
	if err != nil || string(answer) != `{"active":false}` {
		t.Errorf("%q, %v", answer, err)
	}
	tlsKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Announce(t.Context(), tlsKey.Public()); err != nil {
		t.Error(err)
	}
	if len(nonces) != 2 || nonces[0] == nonces[1] {
		t.Errorf("nonces %q", nonces)
	}
}

// A request that counts as seen is signed anew, once: the connection may have carried it twice.
func TestARepeatedRequestIsSignedAnew(t *testing.T) {
	for replays, want := range map[int64]error{1: nil, 2: oauth.ErrUnavailable} {
		var asked atomic.Int64
		c, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) <= replays {
				refusing(409, "replayed")(w, r)
				return
			}
			saying(200, "application/json", `{"active":false}`)(w, r)
		})
		if _, err := c.Introspect(t.Context(), "token"); !errors.Is(err, want) {
			t.Errorf("after %d: %v", replays, err)
		}
		if n := asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
	}
}

// Nothing is sent to who does not prove to be the registrar.
func TestNothingIsSentToAnotherThanTheRegistrar(t *testing.T) {
	self, agent := registrartest.NewAgent(t, "registrar"), registrartest.NewAgent(t, "alice")
	ours := stepcatest.NewCA(t, time.Now)
	for name, tt := range map[string]struct {
		shows *stepcatest.CA
		who   did.DID
		roots *x509.CertPool
	}{
		"of another authority":    {stepcatest.NewCA(t, time.Now), self.DID, ours.Pool()},
		"another agent":           {ours, registrartest.NewAgent(t, "mallory").DID, ours.Pool()},
		"no authority is trusted": {ours, self.DID, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			url := serveAs(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }), tt.shows.Issue(issuer, tt.who.String()))
			c := newClient(t, registrarapi.Config{URL: url, Registrar: self.DID, DID: agent.DID, Key: agent.Key, HTTPClient: dialler(t, tt.roots, self.DID)})
			_, err := c.Register(t.Context(), registrarapi.Registration{Secret: registrartest.SecretOf("1")})
			if !errors.Is(err, registrarapi.ErrUntrusted) || !errors.Is(err, oauth.ErrUnavailable) || asked.Load() != 0 {
				t.Errorf("%v, asked %d times", err, asked.Load())
			}
		})
	}
}

func TestConfigurationsThatSayNothing(t *testing.T) {
	self, agent := registrartest.NewAgent(t, "registrar"), registrartest.NewAgent(t, "alice")
	good := registrarapi.Config{URL: "https://registrar.example/", Registrar: self.DID, DID: agent.DID, Key: agent.Key, HTTPClient: http.DefaultClient, Timeout: time.Second}
	if _, err := registrarapi.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*registrarapi.Config){
		"plain http":     func(c *registrarapi.Config) { c.URL = "http://registrar.example" },
		"another scheme": func(c *registrarapi.Config) { c.URL = "ws://registrar.example" },
		"a path":         func(c *registrarapi.Config) { c.URL = "https://registrar.example/v1" },
		"a user":         func(c *registrarapi.Config) { c.URL = "https://u:p@registrar.example" },
		"no URL":         func(c *registrarapi.Config) { c.URL = "" },
		"nobody":         func(c *registrarapi.Config) { c.Registrar = registrartest.Agent{}.DID },
		"no agent":       func(c *registrarapi.Config) { c.DID = registrartest.Agent{}.DID },
		"no key":         func(c *registrarapi.Config) { c.Key = nil },
		"no client":      func(c *registrarapi.Config) { c.HTTPClient = nil },
		"no time":        func(c *registrarapi.Config) { c.Timeout = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			change(&cfg)
			if _, err := registrarapi.New(cfg); err == nil {
				t.Error("it is taken")
			}
		})
	}
}
