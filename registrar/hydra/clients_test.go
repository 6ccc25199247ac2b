package hydra_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	admin "github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/hydra"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

func start(t *testing.T, change func(*admin.Config)) (*hydratest.Server, *hydra.Authority, did.DID) {
	t.Helper()
	s := hydratest.Start(t, hydratest.Options{})
	client := s.Client()
	t.Cleanup(client.CloseIdleConnections)
	cfg := admin.Config{AdminURL: s.AdminURL, HTTPClient: client}
	if change != nil {
		change(&cfg)
	}
	a := hydra.New(cfg)
	t.Cleanup(a.Close)
	return s, a, registrartest.NewAgent(t, "alice").DID
}

func document(d did.DID, change map[string]any) []byte {
	members := map[string]any{
		"client_id": d.String(), "client_secret": secret, "grant_types": []string{"client_credentials"}, "response_types": []string{},
		"access_token_strategy": "jwt", "metadata": map[string]any{"registrar_revision": 7, "public_key": "k"},
		"client_credentials_grant_access_token_lifespan": "5m0s",
	}
	for name, value := range change {
		members[name] = value
	}
	data, err := json.Marshal(members)
	if err != nil {
		panic(err) // texts, numbers and lists
	}
	return data
}

func TestADocumentIsWrittenWhole(t *testing.T) {
	t.Parallel()
	_, a, d := start(t, nil)
	if _, err := a.Get(t.Context(), d); !errors.Is(err, registrar.ErrNoClient) {
		t.Errorf("before: %v", err)
	}
	for _, change := range []map[string]any{nil, {"client_name": "a\u00e9<b>", "metadata": map[string]any{"registrar_revision": 8}}, nil} {
		if err := a.Put(t.Context(), d, document(d, change)); err != nil {
			t.Fatal(err)
		}
		got, err := a.Get(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		var has, want map[string]any
		if err := errors.Join(json.Unmarshal(got, &has), json.Unmarshal(document(d, change), &want)); err != nil {
			t.Fatal(err)
		}
		delete(want, "client_secret")
		for name, value := range want {
			if !reflect.DeepEqual(has[name], value) {
				t.Errorf("%s is %v, want %v", name, has[name], value)
			}
		}
		if name, _ := has["client_name"].(string); change == nil && name != "" {
			t.Errorf("what was left out stays: %q", name)
		}
		if strings.Contains(string(got), secret) {
			t.Error("Hydra shows the secret: the fake is not like it")
		}
	}
	for range 2 { // a client that is not there is no error
		if err := errors.Join(a.RevokeTokens(t.Context(), d), a.Delete(t.Context(), d)); err != nil {
			t.Error(err)
		}
	}
	if _, err := a.Get(t.Context(), d); !errors.Is(err, registrar.ErrNoClient) {
		t.Errorf("after: %v", err)
	}
}

// hydrasOwn and page are what Hydra refuses with, and what something before it does.
const (
	hydrasOwn = `{"error":"refused","error_description":"` + secret + `"}`
	page      = "<html>" + secret + "</html>"
)

var failures = map[string]struct {
	fault  hydratest.Fault
	method string // the only one that fails; all if empty
	want   map[string]error
}{
	"away":                        {fault: hydratest.Fault{Reset: true}, want: all(oauth.ErrUnavailable)},
	"hangs":                       {fault: hydratest.Fault{Hang: true}, want: all(oauth.ErrUnavailable)},
	"breaks off":                  {fault: hydratest.Fault{Truncate: true}, want: all(oauth.ErrUnavailable)},
	"answers without end":         {fault: hydratest.Fault{HugeBody: 1 << 30}, want: map[string]error{"Get": oauth.ErrInvalidResponse, "Put": oauth.ErrInvalidResponse}},
	"an error of its own":         {fault: hydratest.Fault{Status: 500, Body: hydrasOwn}, want: all(oauth.ErrUnavailable)},
	"too many requests":           {fault: hydratest.Fault{Status: 429, Body: hydrasOwn}, want: all(oauth.ErrUnavailable)},
	"the page of a proxy for 404": {fault: hydratest.Fault{Status: 404, Body: page, Header: http.Header{"Content-Type": {"text/html"}}}, want: all(oauth.ErrUnavailable)},
	"a JSON page for 404":         {fault: hydratest.Fault{Status: 404, Body: `{"message":"no route"}`}, want: all(oauth.ErrUnavailable)},
	"a proxy for 400":             {fault: hydratest.Fault{Status: 400, Body: page}, want: all(oauth.ErrUnavailable)},
	"405":                         {fault: hydratest.Fault{Status: 405, Body: hydrasOwn}, want: all(oauth.ErrUnavailable)},
	"redirects":                   {fault: hydratest.Fault{Status: 307, Header: http.Header{"Location": {"https://attacker.example/"}}}, want: all(oauth.ErrUnavailable)},
	"refuses the document": {fault: hydratest.Fault{Status: 400, Body: hydrasOwn}, want: map[string]error{
		"Get": oauth.ErrUnavailable, "Put": registrar.ErrRefused, "Delete": oauth.ErrUnavailable, "RevokeTokens": oauth.ErrUnavailable,
	}},
	"has another change of it":    {fault: hydratest.Fault{Status: 409, Body: hydrasOwn}, want: all(oauth.ErrUnavailable)},
	"made it a moment ago":        {method: http.MethodPost, fault: hydratest.Fault{Status: 409, Body: hydrasOwn}, want: map[string]error{"Put": oauth.ErrUnavailable}},
	"takes no new one":            {method: http.MethodPost, fault: hydratest.Fault{Status: 400, Body: hydrasOwn}, want: map[string]error{"Put": registrar.ErrRefused}},
	"answers a creation with 404": {method: http.MethodPost, fault: hydratest.Fault{Status: 404, Body: hydrasOwn}, want: map[string]error{"Put": oauth.ErrUnavailable}},
	"no JSON":                     {fault: hydratest.Fault{Status: 200, Body: page}, want: map[string]error{"Get": oauth.ErrInvalidResponse, "Delete": oauth.ErrUnavailable, "RevokeTokens": oauth.ErrUnavailable}},
	"another media type":          {fault: hydratest.Fault{Status: 200, Body: `{}`, Header: http.Header{"Content-Type": {"text/plain"}}}, want: map[string]error{"Get": oauth.ErrInvalidResponse, "Put": oauth.ErrInvalidResponse}},
	"another client":              {fault: hydratest.Fault{Status: 200, Body: `{"client_id":"did:bindu:a:b:c"}`}, want: map[string]error{"Get": oauth.ErrInvalidResponse}},
	"a client in upper case":      {fault: hydratest.Fault{Status: 200, Body: `{"client_id":"DID:BINDU:A:B:C"}`}, want: map[string]error{"Get": oauth.ErrInvalidResponse}},
	"a member twice":              {fault: hydratest.Fault{Status: 200, Body: `{"client_id":"a","client_id":"b"}`}, want: map[string]error{"Get": oauth.ErrInvalidResponse}},
	"null":                        {fault: hydratest.Fault{Status: 200, Body: `null`}, want: map[string]error{"Get": oauth.ErrInvalidResponse}},
}

func all(err error) map[string]error {
	return map[string]error{"Get": err, "Put": err, "Delete": err, "RevokeTokens": err}
}

// What is not Hydra's own answer says nothing of a client, and what it answers does not
// stand in an error.
func TestWhatHydraAnswersAndMeans(t *testing.T) {
	t.Parallel()
	sentinels := []error{registrar.ErrNoClient, registrar.ErrRefused, oauth.ErrUnavailable, oauth.ErrInvalidResponse}
	for name, tt := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a, d := start(t, func(c *admin.Config) {
				if tt.fault.Hang {
					c.AdminTimeout = 100 * time.Millisecond
				}
			})
			calls := map[string]func(context.Context) error{
				"Get":          func(ctx context.Context) error { _, err := a.Get(ctx, d); return err },
				"Put":          func(ctx context.Context) error { return a.Put(ctx, d, document(d, nil)) },
				"Delete":       func(ctx context.Context) error { return a.Delete(ctx, d) },
				"RevokeTokens": func(ctx context.Context) error { return a.RevokeTokens(ctx, d) },
			}
			for call, want := range tt.want {
				fail := func(r *http.Request) {
					if tt.method == "" || tt.method == r.Method {
						fault := tt.fault
						fault.Times = 1
						s.Fail(hydratest.Clients, fault)
						s.Fail(hydratest.Revoke, fault)
					}
				}
				s.Before(hydratest.Clients, fail)
				s.Before(hydratest.Revoke, fail)
				err := calls[call](t.Context())
				for _, sentinel := range sentinels {
					if errors.Is(err, sentinel) != (sentinel == want) {
						t.Errorf("%s: %v, want %v alone", call, err, want)
					}
				}
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%s: the error shows what was sent or answered: %v", call, err)
				}
			}
		})
	}
}

// What cannot be a client document of the DID is not sent.
func TestNoOtherDocumentIsSent(t *testing.T) {
	t.Parallel()
	s, a, d := start(t, nil)
	for name, written := range map[string][]byte{
		"of another DID": document(d, map[string]any{"client_id": "did:bindu:a:b:c"}), "of nobody": []byte(`{"client_secret":"` + secret + `"}`),
		"no JSON": []byte(secret), "a number for the secret": document(d, map[string]any{"client_secret": 1}),
	} {
		err := a.Put(t.Context(), d, written)
		if err == nil || errors.Is(err, registrar.ErrRefused) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := s.Requests(hydratest.Clients); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A program that closes its authority leaves no connection behind.
func TestCloseClosesWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer s.Close() // waits for connections
	a := hydra.New(admin.Config{AdminURL: s.URL})
	if err := a.Delete(t.Context(), registrartest.NewAgent(t, "alice").DID); err != nil {
		t.Error(err)
	}
	a.Close()
	a.Close()
}
