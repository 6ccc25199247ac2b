package oidc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

const testSecret = "s3cret-never-to-be-shown"

// tokens runs f in a bubble with an issuer where the client poet is registered.
func tokens(t *testing.T, change func(*oidctest.Client, *oidc.ClientCredentialsConfig), f func(*testing.T, world, *oidc.ClientCredentials)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := oidctest.NewPipeServer(t)
		w := world{server: server, issuer: server.Issuer(testIssuer, "")}
		client := oidctest.Client{ID: "poet", Secret: testSecret}
		config := oidc.ClientCredentialsConfig{Issuer: testIssuer, ClientID: "poet", ClientSecret: testSecret, HTTPClient: server.Client()}
		if change != nil {
			change(&client, &config)
		}
		w.issuer.Register(client)
		source, err := oidc.NewClientCredentials(config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = source.Close() })
		w.verifier = w.newVerifier(t, nil)
		f(t, w, source)
	})
}

func mustToken(t *testing.T, source *oidc.ClientCredentials, audience string) string {
	t.Helper()
	token, err := source.Token(t.Context(), audience)
	if err != nil {
		t.Fatalf("Token: %v", err)
	}
	return token
}

func TestTokenOfOurOwnVerifies(t *testing.T) {
	tokens(t, func(_ *oidctest.Client, c *oidc.ClientCredentialsConfig) { c.Scopes = []string{"agent:read"} },
		func(t *testing.T, w world, source *oidc.ClientCredentials) {
			got, err := w.verifier.Verify(t.Context(), mustToken(t, source, testAudience))
			if err != nil || got.ClientID != "poet" || !got.HasScope("agent:read") {
				t.Errorf("Verify: %+v, %v", got, err)
			}
			if _, err := w.verifier.Verify(t.Context(), mustToken(t, source, "https://other.example")); !errors.Is(err, oauth.ErrAudience) {
				t.Errorf("token for another audience: %v, want ErrAudience", err)
			}
		})
}

// A token that nobody takes is replaced, and the verifier takes the other one.
func TestTokenThatIsNotTakenIsReplaced(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		first := mustToken(t, source, testAudience)
		time.Sleep(time.Second)
		if err := source.Replace(t.Context(), testAudience, first); err != nil {
			t.Fatal(err)
		}
		second := mustToken(t, source, testAudience)
		if _, err := w.verifier.Verify(t.Context(), second); err != nil || second == first {
			t.Errorf("another token: %v, %v", second != first, err)
		}
	})
}

func TestTokenIsKeptAndReplacedAhead(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		first := mustToken(t, source, testAudience)
		time.Sleep(49 * time.Minute)
		if got := mustToken(t, source, testAudience); got != first {
			t.Error("replaced before a sixth of its life was left")
		}
		time.Sleep(2 * time.Minute)
		if got := mustToken(t, source, testAudience); got != first {
			t.Error("the caller waited for the replacement of a token that was still good")
		}
		synctest.Wait()
		if got := mustToken(t, source, testAudience); got == first {
			t.Error("not replaced in the background")
		}
		if n := w.issuer.Tokens.Requests(); n != 2 {
			t.Errorf("%d token requests, want 2", n)
		}
	})
}

func TestTokenOutlivesAnAuthorityThatIsDown(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		first := mustToken(t, source, testAudience)
		w.issuer.Tokens.Fail(oidctest.Status(503))
		time.Sleep(51 * time.Minute)
		before := w.issuer.Tokens.Requests()
		for range 60 {
			if got := mustToken(t, source, testAudience); got != first {
				t.Fatal("lost a token that was still good")
			}
			time.Sleep(time.Second)
		}
		if n := w.issuer.Tokens.Requests() - before; n > 7 {
			t.Errorf("%d attempts in a minute, want one in ten seconds", n)
		}
		time.Sleep(time.Hour)
		if _, err := source.Token(t.Context(), testAudience); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("after the end of the token: %v, want ErrUnavailable", err)
		}
		w.issuer.Tokens.Fail(nil)
		mustToken(t, source, testAudience)
	})
}

func TestOneExchangeForAllWhoWait(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { mustToken(t, source, fmt.Sprintf("https://%d.example", i%2)) })
		}
		wg.Wait()
		if n := w.issuer.Tokens.Requests(); n != 2 {
			t.Errorf("%d token requests for 2 audiences, want 2", n)
		}
	})
}

func TestACallerThatGivesUpDoesNotHurtTheOthers(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		w.issuer.Tokens.Fail(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(2 * time.Second) }))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := source.Token(ctx, testAudience); !errors.Is(err, oauth.ErrUnavailable) {
				t.Errorf("impatient caller: %v", err)
			}
		})
		wg.Go(func() {
			if _, err := source.Token(t.Context(), testAudience); !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Errorf("patient caller: %v, want the outcome of the exchange", err)
			}
		})
		wg.Wait()
		if n := w.issuer.Tokens.Requests(); n != 1 {
			t.Errorf("%d token requests, want 1", n)
		}
	})
}

func TestTokenWithoutLifetimeIsUsedOnce(t *testing.T) {
	tokens(t, func(c *oidctest.Client, _ *oidc.ClientCredentialsConfig) { c.Lifetime = -1 },
		func(t *testing.T, w world, source *oidc.ClientCredentials) {
			mustToken(t, source, testAudience)
			mustToken(t, source, testAudience)
			if n := w.issuer.Tokens.Requests(); n != 2 {
				t.Errorf("%d token requests, want 2", n)
			}
		})
}

// TestTokenOfEntraV1 reads what its token endpoint answers, and status 201.
func TestTokenOfEntraV1(t *testing.T) {
	const answer = `{"token_type":"bEaReR","expires_in":"3599","ext_expires_in":"3599","expires_on":"1796000000","not_before":"1795996000","resource":"https://agent.example","access_token":"a.b.c"}`
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
			w.issuer.Tokens.Fail(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(answer))
			}))
			for range 3 { // the lifetime was understood: the token is kept
				if token, err := source.Token(t.Context(), testAudience); err != nil || token != "a.b.c" {
					t.Errorf("status %d: %q, %v", status, token, err)
				}
			}
			if n := w.issuer.Tokens.Requests(); n != 1 {
				t.Errorf("status %d: %d token requests, want 1", status, n)
			}
		})
	}
}

func TestAudiencesAreBounded(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		for i := range 300 {
			mustToken(t, source, fmt.Sprintf("https://%d.example", i))
			time.Sleep(time.Second)
		}
		before := w.issuer.Tokens.Requests()
		mustToken(t, source, "https://299.example") // still held
		mustToken(t, source, "https://0.example")   // gave way
		if n := w.issuer.Tokens.Requests() - before; n != 1 {
			t.Errorf("%d token requests, want 1", n)
		}
	})
}

// TestExchangesAreBounded: whoever asks for ever more audiences at an authority
// that hangs does not pile up requests.
func TestExchangesAreBounded(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		mustToken(t, source, testAudience) // its endpoint is known
		w.issuer.Tokens.Fail(oidctest.Hang())
		var wg sync.WaitGroup
		for i := range 128 {
			wg.Go(func() { _, _ = source.Token(t.Context(), fmt.Sprintf("https://%d.example", i)) })
		}
		synctest.Wait()
		before, began := w.issuer.Tokens.Requests(), time.Now()
		if _, err := source.Token(t.Context(), "https://more.example"); !errors.Is(err, oauth.ErrUnavailable) || time.Since(began) != 0 {
			t.Errorf("one more: %v after %s, want ErrUnavailable at once", err, time.Since(began))
		}
		if n := w.issuer.Tokens.Requests(); n != before {
			t.Error("one more was asked for")
		}
		wg.Wait()
	})
}

func TestRefusedCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*oidctest.Client, *oidc.ClientCredentialsConfig)
		fault  http.Handler
		want   error
	}{
		"wrong secret":      {change: func(_ *oidctest.Client, c *oidc.ClientCredentialsConfig) { c.ClientSecret = "other" }, want: oidc.ErrClientRejected},
		"audience refused":  {change: func(c *oidctest.Client, _ *oidc.ClientCredentialsConfig) { c.Audiences = []string{"x"} }, want: oidc.ErrClientRejected},
		"redirect":          {fault: oidctest.Redirect("https://elsewhere.example/"), want: oauth.ErrUnavailable},
		"500":               {fault: oidctest.Status(500), want: oauth.ErrUnavailable},
		"429":               {fault: oidctest.Status(429), want: oauth.ErrUnavailable},
		"hang":              {fault: oidctest.Hang(), want: oauth.ErrUnavailable},
		"garbage":           {fault: oidctest.Body("application/json", `<html>`), want: oauth.ErrInvalidResponse},
		"huge":              {fault: oidctest.Huge(1 << 20), want: oauth.ErrInvalidResponse},
		"no token":          {fault: oidctest.Body("application/json", `{"token_type":"Bearer"}`), want: oauth.ErrInvalidResponse},
		"two tokens":        {fault: oidctest.Body("application/json", `{"access_token":"a","access_token":"b","token_type":"Bearer"}`), want: oauth.ErrInvalidResponse},
		"not a bearer":      {fault: oidctest.Body("application/json", `{"access_token":"a","token_type":"DPoP"}`), want: oauth.ErrInvalidResponse},
		"header injection":  {fault: oidctest.Body("application/json", `{"access_token":"a\r\nX: y","token_type":"Bearer"}`), want: oauth.ErrInvalidResponse},
		"lifetime of words": {fault: oidctest.Body("application/json", `{"access_token":"a","token_type":"Bearer","expires_in":"soon"}`), want: oauth.ErrInvalidResponse},
		"202":               {fault: oidctest.Status(202), want: oauth.ErrUnavailable},
		"endless lifetime":  {fault: oidctest.Body("application/json", `{"access_token":"a","token_type":"Bearer","expires_in":1e300}`), want: oauth.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			tokens(t, func(client *oidctest.Client, config *oidc.ClientCredentialsConfig) {
				config.Logger = slog.New(slog.NewTextHandler(&logged, nil))
				if c.change != nil {
					c.change(client, config)
				}
			}, func(t *testing.T, w world, source *oidc.ClientCredentials) {
				w.issuer.Tokens.Fail(c.fault)
				_, err := source.Token(t.Context(), testAudience)
				if !errors.Is(err, c.want) {
					t.Fatalf("Token: %v, want %v", err, c.want)
				}
				for _, text := range []string{err.Error(), logged.String()} {
					if strings.Contains(text, testSecret) || strings.Contains(text, "must not be repeated") {
						t.Errorf("a secret or the authority's text came out: %s", text)
					}
				}
			})
		})
	}
}

// TestAudienceStyles shows what reaches the token endpoint.
func TestAudienceStyles(t *testing.T) {
	for style, want := range map[oidc.AudienceStyle]string{
		oidc.AudienceParameter: "audience=https%3A%2F%2Fagent.example&grant_type=client_credentials&scope=s",
		oidc.AudienceResource:  "grant_type=client_credentials&resource=https%3A%2F%2Fagent.example&scope=s",
		oidc.AudienceScope:     "grant_type=client_credentials&scope=s+https%3A%2F%2Fagent.example%2F.default",
		oidc.AudienceNone:      "grant_type=client_credentials&scope=s",
	} {
		tokens(t, func(_ *oidctest.Client, c *oidc.ClientCredentialsConfig) {
			c.AudienceStyle, c.AuthMethod, c.Scopes = style, oidc.ClientSecretBasic, []string{"s"}
			c.ClientID, c.ClientSecret = "did:bindu:a b:c", "a:b/%+é"
		}, func(t *testing.T, w world, source *oidc.ClientCredentials) {
			w.issuer.Register(oidctest.Client{ID: "did:bindu:a b:c", Secret: "a:b/%+é"})
			mustToken(t, source, testAudience) // basic authentication survives odd characters
			form := ""
			w.issuer.Tokens.Fail(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				form = r.PostForm.Encode()
			}))
			_, _ = source.Token(t.Context(), "https://agent.example")
			time.Sleep(2 * time.Hour)
			_, _ = source.Token(t.Context(), "https://agent.example")
			if form != want {
				t.Errorf("%s: form %s, want %s", style, form, want)
			}
		})
	}
}

func TestClosedSource(t *testing.T) {
	tokens(t, nil, func(t *testing.T, w world, source *oidc.ClientCredentials) {
		w.issuer.Tokens.Fail(oidctest.Hang())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := source.Token(t.Context(), testAudience); !errors.Is(err, oidc.ErrClosed) {
				t.Errorf("waiting caller: %v, want ErrClosed", err)
			}
		})
		synctest.Wait()
		for range 2 {
			if err := source.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		wg.Wait()
		if _, err := source.Token(t.Context(), testAudience); !errors.Is(err, oidc.ErrClosed) {
			t.Errorf("after Close: %v, want ErrClosed", err)
		}
	})
}

func TestCredentialsConfig(t *testing.T) {
	good := oidc.ClientCredentialsConfig{Issuer: testIssuer, ClientID: "poet", ClientSecret: testSecret}
	for name, change := range map[string]func(*oidc.ClientCredentialsConfig){
		"no client":        func(c *oidc.ClientCredentialsConfig) { c.ClientID = "" },
		"no secret":        func(c *oidc.ClientCredentialsConfig) { c.ClientSecret = "" },
		"no address":       func(c *oidc.ClientCredentialsConfig) { c.Issuer = "" },
		"plaintext":        func(c *oidc.ClientCredentialsConfig) { c.TokenURL = "http://issuer.example/token" },
		"unknown style":    func(c *oidc.ClientCredentialsConfig) { c.AudienceStyle = "header" },
		"unknown method":   func(c *oidc.ClientCredentialsConfig) { c.AuthMethod = "none" },
		"plaintext issuer": func(c *oidc.ClientCredentialsConfig) { c.Issuer = "http://issuer.example" },
	} {
		c := good
		change(&c)
		if _, err := oidc.NewClientCredentials(c); !errors.Is(err, oidc.ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", name, err)
		}
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", good)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", good, good, good, good), logged.String()} {
		if strings.Contains(text, testSecret) {
			t.Errorf("the secret is shown: %s", text)
		}
	}
}
