package hydra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// What the conformance table shows of both Hydras is not repeated here.

func TestReconcileSendsTheSecretWithEveryUpdate(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{Quirks: hydratest.Quirks{PutReplacesSecret: true}})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	a.wanted.AgentURL = "https://moved.example"
	repaired(t, w, a, "metadata.agent_url")
}

func TestReconcileNamesOpaqueTokens(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{Quirks: hydratest.Quirks{IgnoreTokenStrategy: true}})
	a := newAgent(t, "agent")
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrOpaqueToken) {
		t.Errorf("error %v, want ErrOpaqueToken", err)
	}
	a.wanted.AccessTokenJWT = false
	a.reconcile(t, w)
	s.SetQuirks(hydratest.Quirks{})
	a.wanted.AccessTokenJWT = true
	repaired(t, w, a, "access_token_strategy")
}

// An old Hydra whose global strategy is JWT forgets the field and does what is wanted.
func TestReconcileAcceptsAGlobalTokenStrategy(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{Quirks: hydratest.Quirks{IgnoreTokenStrategy: true}})
	a := newAgent(t, "agent")
	s.Before(hydratest.Token, func(*http.Request) {
		s.Edit(a.wanted.DID.String(), func(doc hydratest.Document) { doc["access_token_strategy"] = json.RawMessage(`"jwt"`) })
	})
	a.reconcile(t, w)
}

func TestReconcileLosesTheRaceToRegister(t *testing.T) {
	for _, row := range []struct {
		name   string
		winner func(*agent, *testing.T) *agent
		want   error
	}{
		{"to another key", (*agent).twin, hydra.ErrDIDTaken},
		{"to its own key", func(a *agent, t *testing.T) *agent { b := *a; b.dir = newDir(t); return &b }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			loser := newAgent(t, "agent")
			winner := row.winner(loser, t)
			var once atomic.Bool
			s.Before(hydratest.Clients, func(r *http.Request) {
				if r.Method == http.MethodPost && once.CompareAndSwap(false, true) {
					winner.reconcile(t, w)
				}
			})
			result, err := loser.registrar(w.config()).Reconcile(t.Context(), loser.wanted)
			if !errors.Is(err, row.want) {
				t.Fatalf("error %v, want %v", err, row.want)
			}
			if err == nil && result.Action != hydra.Adopted {
				t.Errorf("action %s, want adopted", result.Action)
			}
			if err != nil && loser.secret(t) != "" {
				t.Error("a secret that is of no use stayed on disk")
			}
		})
	}
}

// TestADeletionInBetweenIsMeantToo: as one between two starts is.
func TestADeletionInBetweenIsMeantToo(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	var once atomic.Bool
	s.Before(hydratest.Clients, func(r *http.Request) {
		if r.Method == http.MethodPatch && once.CompareAndSwap(false, true) {
			s.DeleteClient(a.wanted.DID.String())
		}
	})
	a.wanted.AgentURL = "https://moved.example"
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrClientDeleted) {
		t.Errorf("error %v, want ErrClientDeleted", err)
	}
	if _, there := s.Registered(a.wanted.DID.String()); there {
		t.Error("it is there again")
	}
}

func TestReconcileGivesUpOnARival(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	s.Before(hydratest.Clients, func(r *http.Request) {
		if r.Method == http.MethodGet {
			s.Edit(a.wanted.DID.String(), func(doc hydratest.Document) { doc["client_name"] = json.RawMessage(`"rival"`) })
		}
	})
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrNotSettled) {
		t.Errorf("error %v, want ErrNotSettled", err)
	}
}

// TestReconcileAfterACrash stops the agent at each request in turn, before and
// after Hydra acted on it, and boots again.
func TestReconcileAfterACrash(t *testing.T) {
	registered := func(a *agent, t *testing.T, w *world, _ *hydratest.Server) { a.reconcile(t, w) }
	for _, row := range []struct {
		name    string
		prepare func(*agent, *testing.T, *world, *hydratest.Server)
	}{
		{"first boot", func(*agent, *testing.T, *world, *hydratest.Server) {}},
		{"drift", func(a *agent, t *testing.T, w *world, s *hydratest.Server) {
			registered(a, t, w, s)
			a.wanted.AgentURL = "https://moved.example"
		}},
		{"secret lost", func(a *agent, t *testing.T, w *world, s *hydratest.Server) {
			registered(a, t, w, s)
			if err := a.dir.Remove(hydra.CredentialsFile); err != nil {
				t.Fatal(err)
			}
		}},
		{"secret changed", func(a *agent, t *testing.T, w *world, s *hydratest.Server) {
			registered(a, t, w, s)
			s.SetSecret(a.wanted.DID.String(), "changed")
		}},
		{"wiped", func(a *agent, t *testing.T, w *world, s *hydratest.Server) {
			registered(a, t, w, s)
			s.Wipe()
		}},
	} {
		for name, fault := range map[string]hydratest.Fault{"before": {Reset: true}, "after": {LoseAnswer: true}} {
			t.Run(row.name+"/"+name, func(t *testing.T) { crashAtEachRequest(t, row.prepare, fault) })
		}
	}
}

func crashAtEachRequest(t *testing.T, prepare func(*agent, *testing.T, *world, *hydratest.Server), fault hydratest.Fault) {
	for at := 1; ; at++ {
		w, s := fakeWorld(t, hydratest.Options{})
		a := newAgent(t, "agent")
		prepare(a, t, w, s)
		secret := a.secret(t)
		requests := 0 // they come one after the other
		for _, endpoint := range []hydratest.Endpoint{hydratest.Clients, hydratest.Token} {
			s.Before(endpoint, func(*http.Request) {
				if requests++; requests >= at { // also what net/http sends again
					s.Fail(endpoint, fault)
				}
			})
		}
		_, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted)
		if err == nil {
			if at < 4 {
				t.Fatalf("only %d requests", at-1)
			}
			return // it took fewer requests than that
		}
		if !errors.Is(err, oauth.ErrUnavailable) {
			t.Fatalf("crash at request %d: %v", at, err)
		}
		for _, endpoint := range []hydratest.Endpoint{hydratest.Clients, hydratest.Token} {
			s.Before(endpoint, nil)
			s.Heal(endpoint)
		}
		a.reconcile(t, w)
		if secret != "" && a.secret(t) != secret {
			t.Errorf("crash at request %d: the secret changed", at)
		}
		if again := a.reconcile(t, w); again.Action != hydra.Unchanged {
			t.Errorf("crash at request %d: not settled afterwards: %s", at, again.Action)
		}
	}
}

func TestReconcileReportsWhatHydraDoes(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html"}}
	for _, row := range []struct {
		name     string
		endpoint hydratest.Endpoint
		fault    hydratest.Fault
		want     error
	}{
		{"reset", hydratest.Clients, hydratest.Fault{Reset: true}, oauth.ErrUnavailable},
		{"truncated", hydratest.Clients, hydratest.Fault{Truncate: true}, oauth.ErrUnavailable},
		{"500", hydratest.Clients, hydratest.Fault{Status: 500, Body: `{"error":"x"}`}, oauth.ErrUnavailable},
		{"429", hydratest.Clients, hydratest.Fault{Status: 429, Body: `{"error":"x"}`}, oauth.ErrUnavailable},
		{"401", hydratest.Clients, hydratest.Fault{Status: 401, Body: `{"error":"x"}`}, oauth.ErrUnavailable},
		{"redirect", hydratest.Clients, hydratest.Fault{Status: 302, Header: http.Header{"Location": {"/elsewhere"}}}, oauth.ErrUnavailable},
		{"no content", hydratest.Clients, hydratest.Fault{Status: 204}, oauth.ErrUnavailable},
		{"404 of something else", hydratest.Clients, hydratest.Fault{Status: 404, Header: page, Body: "<html>"}, oauth.ErrUnavailable},
		{"404 with JSON of something else", hydratest.Clients, hydratest.Fault{Status: 404, Body: `{"message":"no route"}`}, oauth.ErrUnavailable},
		{"HTML", hydratest.Clients, hydratest.Fault{Status: 200, Header: page, Body: "<html>"}, oauth.ErrInvalidResponse},
		{"empty", hydratest.Clients, hydratest.Fault{Status: 200}, oauth.ErrInvalidResponse},
		{"a list", hydratest.Clients, hydratest.Fault{Status: 200, Body: "[]"}, oauth.ErrInvalidResponse},
		{"null", hydratest.Clients, hydratest.Fault{Status: 200, Body: "null"}, oauth.ErrInvalidResponse},
		{"another client", hydratest.Clients, hydratest.Fault{Status: 200, Body: `{"client_id":"x"}`}, oauth.ErrInvalidResponse},
		{"a document with two ids", hydratest.Clients, hydratest.Fault{Status: 200, Body: `{"client_id":"x","client_id":"y"}`}, oauth.ErrInvalidResponse},
		{"huge", hydratest.Clients, hydratest.Fault{HugeBody: 8 << 20}, oauth.ErrInvalidResponse},
		{"compressed", hydratest.Clients, hydratest.Fault{GzipBomb: 100 << 10}, oauth.ErrInvalidResponse},
		{"hang", hydratest.Clients, hydratest.Fault{Hang: true}, oauth.ErrUnavailable},
		{"slow body", hydratest.Clients, hydratest.Fault{SlowBody: time.Millisecond}, oauth.ErrUnavailable},
		{"token endpoint hangs", hydratest.Token, hydratest.Fault{Hang: true}, oauth.ErrUnavailable},
		{"token endpoint 503", hydratest.Token, hydratest.Fault{Status: 503}, oauth.ErrUnavailable},
		{"token endpoint garbage", hydratest.Token, hydratest.Fault{Status: 200, Body: "{}"}, oauth.ErrInvalidResponse},
		{"token endpoint refuses oddly", hydratest.Token, hydratest.Fault{Status: 400, Body: `{"error":"odd"}`}, oauth.ErrInvalidResponse},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			a := newAgent(t, "agent")
			s.Fail(row.endpoint, row.fault)
			_, err := a.registrar(w.impatient(row.fault)).Reconcile(t.Context(), a.wanted)
			if !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
			var request *hydra.RequestError
			if !errors.As(err, &request) || request.Op == "" || !strings.HasPrefix(request.URL, "http://") {
				t.Errorf("error %v does not say what was asked where", err)
			}
		})
	}
}

func TestReconcileDoesNotRegisterAtTheWrongURL(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	cfg := w.config()
	cfg.AdminURL = cfg.PublicURL
	if _, err := a.registrar(cfg).Reconcile(t.Context(), a.wanted); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("error %v, want ErrUnavailable", err)
	}
	if n := s.Requests(hydratest.Other); n != 1 {
		t.Errorf("%d requests, want only the one that failed", n)
	}
	cfg.AdminURL = "http://user:hunter2@127.0.0.1:1?token=hunter2"
	_, err := a.registrar(cfg).Reconcile(t.Context(), a.wanted)
	if !errors.Is(err, oauth.ErrUnavailable) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v, want ErrUnavailable without the password", err)
	}
}

// TestNotFoundOnCreateIsAWrongAddress: to create names nothing that could be
// absent, so a 404 in Hydra's own words is no missing client either. That is
// what HYDRA__ADMIN_URL with a path too much gets.
func TestNotFoundOnCreateIsAWrongAddress(t *testing.T) {
	for name, body := range map[string]string{
		"in Hydra's words": `{"error":"Not Found","error_description":"Unable to locate the resource"}`,
		"of a gateway":     `{"error":{"code":404,"message":"no route"}}`,
		"of a web server":  `404 page not found`,
	} {
		t.Run(name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			s.Fail(hydratest.Clients, hydratest.Fault{Status: 404, Body: body})
			a := newAgent(t, "agent")
			_, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted)
			if !errors.Is(err, oauth.ErrUnavailable) || !strings.Contains(err.Error(), "check HYDRA__ADMIN_URL") {
				t.Errorf("%v, want a wrong address", err)
			}
		})
	}
}

func TestReconcileNamesARefusedDocument(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	refuse := func(method string) {
		s.Before(hydratest.Clients, func(r *http.Request) {
			if r.Method == method {
				s.Fail(hydratest.Clients, hydratest.Fault{Status: 400, Body: `{"error":"invalid_client_metadata"}`, Times: 1})
			}
		})
	}
	refuse(http.MethodPost)
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrClientRefused) {
		t.Errorf("create: error %v, want ErrClientRefused", err)
	}
	s.Before(hydratest.Clients, nil)
	a.reconcile(t, w)
	a.wanted.AgentURL = "https://moved.example"
	refuse(http.MethodPatch)
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrClientRefused) {
		t.Errorf("update: error %v, want ErrClientRefused", err)
	}
}

func TestReconcileStopsWhenItsCallerDoes(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	s.Fail(hydratest.Clients, hydratest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	s.Before(hydratest.Clients, func(*http.Request) { cancel() })
	a := newAgent(t, "agent")
	if _, err := a.registrar(w.config()).Reconcile(ctx, a.wanted); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestReconcileLeavesACorruptFileAlone(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	path := filepath.Join(a.dir.Path(), hydra.CredentialsFile)
	if err := os.WriteFile(path, []byte(`{"truncated`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrCredentialsCorrupt) {
		t.Errorf("error %v, want ErrCredentialsCorrupt", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != `{"truncated` {
		t.Errorf("the file is now %q %v", data, err)
	}
	if n := s.Requests(hydratest.Clients); n != 0 {
		t.Errorf("%d requests to Hydra, want none", n)
	}
}

// TestReconcileKeepsTheAgentID: a directory made by the Python reference holds
// the id that its peers know.
func TestReconcileKeepsTheAgentID(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	c := &hydra.Credentials{AgentID: "another-id", ClientID: a.wanted.DID.String(), ClientSecret: "a-secret-of-old"}
	if err := hydra.SaveCredentials(a.dir, c); err != nil {
		t.Fatal(err)
	}
	result := a.reconcile(t, w)
	if result.Action != hydra.Recreated || result.Credentials.ClientSecret != "a-secret-of-old" {
		t.Errorf("%s with another secret", result.Action)
	}
	if got := metadataOf(w.registered(t, a.wanted.DID))["agent_id"]; got != "another-id" {
		t.Errorf("metadata.agent_id is %v", got)
	}
	saved, err := hydra.LoadCredentials(a.dir, a.wanted.DID)
	if err != nil || strings.Join(saved.Scopes, " ") != "openid offline agent:read agent:write" {
		t.Errorf("recorded %v %v", saved.Scopes, err)
	}
}

func TestReconcileKeepsLargeNumbersInMetadata(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	s.Edit(a.wanted.DID.String(), func(doc hydratest.Document) {
		doc["metadata"] = json.RawMessage(strings.TrimSuffix(string(doc["metadata"]), "}") + `,"cost":9007199254740993}`)
	})
	a.wanted.AgentURL = "https://moved.example"
	a.reconcile(t, w)
	if got := metadataOf(w.registered(t, a.wanted.DID))["cost"]; got != json.Number("9007199254740993") {
		t.Errorf("metadata.cost is %v", got)
	}
}

// TestReconcileKeepsWhatOthersWriteMeanwhile: between our look at the document
// and its repair another program changes what we do not ask for.
func TestReconcileKeepsWhatOthersWriteMeanwhile(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	s.Before(hydratest.Clients, func(r *http.Request) {
		if r.Method == http.MethodGet {
			return
		}
		s.Edit(a.wanted.DID.String(), func(doc hydratest.Document) {
			doc["contacts"], doc["frontchannel_logout_uri"] = json.RawMessage(`["ops@example.com"]`), json.RawMessage(`"https://agent.example/logout"`)
			doc["metadata"] = json.RawMessage(strings.TrimSuffix(string(doc["metadata"]), "}") + `,"cost":9007199254740993}`)
		})
	})
	a.wanted.AgentURL = "https://moved.example"
	repaired(t, w, a, "metadata.agent_url")
	doc := w.registered(t, a.wanted.DID)
	for field, want := range map[string]string{"contacts": "[ops@example.com]", "frontchannel_logout_uri": "https://agent.example/logout"} {
		if got := fmt.Sprint(doc[field]); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if got := metadataOf(doc)["cost"]; got != json.Number("9007199254740993") {
		t.Errorf("metadata.cost is %v", got)
	}
}

func TestReconcileNeverLogsASecret(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{})
	var log bytes.Buffer
	cfg := w.config()
	cfg.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	a := newAgent(t, "agent")
	boot := func() hydra.Result {
		result, err := a.registrar(cfg).Reconcile(t.Context(), a.wanted)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Logger.Info("booted", slog.Any("credentials", result.Credentials), slog.Any("result", result))
		return result
	}
	secrets := []string{boot().Credentials.ClientSecret}
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["client_secret"] = "set-by-somebody-else" })
	boot()
	if err := a.dir.Remove(hydra.CredentialsFile); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, boot().Credentials.ClientSecret, "set-by-somebody-else")
	for _, secret := range secrets {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows a secret:\n%s", log.String())
		}
	}
	if !strings.Contains(log.String(), `"field":"client_secret"`) {
		t.Errorf("the log does not tell of the repair:\n%s", log.String())
	}
}

func TestReconcileRegistersAReferenceDID(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	d, err := did.Parse("did:bindu:a%2Fb:agent:154ac031-2fb0-ada1-eccf-5b27b5593c41")
	if err != nil {
		t.Fatal(err)
	}
	a.wanted.DID = d
	a.reconcile(t, w)
	if again := a.reconcile(t, w); again.Action != hydra.Unchanged {
		t.Errorf("second boot: %s", again.Action)
	}
}
