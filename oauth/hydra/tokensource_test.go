package hydra_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// registerCaller registers a client that may ask for tokens.
func registerCaller(s *hydratest.Server, strategy string) *hydra.Credentials {
	s.Register(callerDID, "secret", hydratest.Document{
		"grant_types": json.RawMessage(`["client_credentials"]`), "scope": json.RawMessage(`"agent:read agent:write"`),
		"audience": json.RawMessage(`["step-ca","poet"]`), "token_endpoint_auth_method": json.RawMessage(`"client_secret_post"`),
		"access_token_strategy": json.RawMessage(`"` + strategy + `"`),
	})
	return &hydra.Credentials{ClientID: callerDID, ClientSecret: "secret"}
}

func tokenSource(t *testing.T, w *world, s *hydratest.Server) *hydra.TokenSource {
	t.Helper()
	source := hydra.NewTokenSource(w.config(), registerCaller(s, "jwt"), []string{"agent:read"})
	t.Cleanup(source.Close)
	return source
}

func fetched(t *testing.T, source *hydra.TokenSource, audience string) string {
	t.Helper()
	token, err := source.Token(t.Context(), audience)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokenIsCachedPerAudience(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		first, poet := fetched(t, source, ""), fetched(t, source, "poet")
		if first == poet {
			t.Error("one token for two audiences")
		}
		time.Sleep(30 * time.Minute)
		if fetched(t, source, "") != first || fetched(t, source, "poet") != poet || s.Requests(hydratest.Token) != 2 {
			t.Errorf("not cached: %d requests, want 2", s.Requests(hydratest.Token))
		}
		i := introspector(t, w, hydra.IntrospectorOptions{})
		claims, err := i.Verify(t.Context(), poet)
		if err != nil || !claims.HasAudience("poet") || strings.Join(claims.Scopes, " ") != "agent:read" {
			t.Errorf("%v %v %v", claims.Audience, claims.Scopes, err)
		}
	})
}

func TestTokenInUseIsRefreshedAhead(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		first := fetched(t, source, "")
		s.Fail(hydratest.Token, hydratest.Fault{Latency: time.Second})
		seen := map[string]bool{first: true}
		for range 10 * 60 {
			time.Sleep(time.Minute)
			began := time.Now()
			seen[fetched(t, source, "")] = true
			if time.Since(began) != 0 {
				t.Fatal("waited for a token that is in use")
			}
		}
		if n := len(seen); n < 12 || n > 16 { // ten hours, two thirds of an hour each
			t.Errorf("%d tokens in ten hours, want about 15", n)
		}
	})
}

// A token that Hydra does not know any more is replaced when somebody says so.
func TestTokenThatHydraForgotIsReplaced(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		first := fetched(t, source, "poet")
		time.Sleep(time.Second)
		if err := source.Replace(t.Context(), "poet", first); err != nil {
			t.Fatal(err)
		}
		second := fetched(t, source, "poet")
		if _, err := introspector(t, w, hydra.IntrospectorOptions{}).Verify(t.Context(), second); err != nil || second == first {
			t.Errorf("another token: %v, %v", second != first, err)
		}
		s.Wipe()
		if err := source.Replace(t.Context(), "poet", second); !errors.Is(err, hydra.ErrSecretRejected) {
			t.Errorf("of a client that is gone: %v", err)
		}
	})
}

func TestUnusedTokenIsReplacedInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		first := fetched(t, source, "")
		time.Sleep(time.Hour - 20*time.Second) // still active, but not for long
		if fetched(t, source, "") == first {
			t.Error("handed out a token that expires at any moment")
		}
	})
}

func TestFailedRefreshKeepsTheToken(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		first := fetched(t, source, "")
		time.Sleep(45 * time.Minute)
		s.Fail(hydratest.Token, hydratest.Fault{Status: 503})
		for range 500 {
			if fetched(t, source, "") != first {
				t.Fatal("another token")
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := s.Requests(hydratest.Token); n > 8 {
			t.Errorf("%d requests within five seconds while Hydra fails", n)
		}
		s.Heal(hydratest.Token)
		time.Sleep(time.Second)
		fetched(t, source, "")
		synctest.Wait()
		if fetched(t, source, "") == first {
			t.Error("not refreshed when Hydra was back")
		}
	})
}

func TestConcurrentTokenRequestsCollapse(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		s.Fail(hydratest.Token, hydratest.Fault{Latency: time.Second})
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() { fetched(t, source, "") })
			group.Go(func() { fetched(t, source, "poet") })
		}
		group.Wait()
		if n := s.Requests(hydratest.Token); n != 2 {
			t.Errorf("%d requests, want one per audience", n)
		}
	})
}

func TestFreshTokensAreNeverReused(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	source := tokenSource(t, w, s)
	seen := map[string]bool{fetched(t, source, "step-ca"): true}
	for range 3 {
		token, err := source.Fresh(t.Context(), "step-ca")
		if err != nil || seen[token] {
			t.Errorf("reused %v, %v", seen[token], err)
		}
		seen[token] = true
	}
}

func TestFreshTokenMustBeAJWT(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	source := hydra.NewTokenSource(w.config(), registerCaller(s, "opaque"), nil)
	defer source.Close()
	if _, err := source.Fresh(t.Context(), "step-ca"); !errors.Is(err, hydra.ErrOpaqueToken) {
		t.Errorf("%v, want ErrOpaqueToken", err)
	}
	fetched(t, source, "") // agents introspect them
}

func TestRejectedRefreshEndsTheToken(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		fetched(t, source, "")
		time.Sleep(45 * time.Minute)
		s.Wipe()
		fetched(t, source, "") // learns of it in the background
		synctest.Wait()
		if _, err := source.Token(t.Context(), ""); !errors.Is(err, hydra.ErrSecretRejected) {
			t.Errorf("%v, want ErrSecretRejected", err)
		}
	})
}

func TestTokenSourceClose(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		s.Fail(hydratest.Token, hydratest.Fault{Hang: true})
		done := make(chan error)
		go func() {
			_, err := source.Token(t.Context(), "")
			done <- err
		}()
		synctest.Wait()
		source.Close()
		if err := <-done; !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
	})
}

func TestTokenEndpointAnswers(t *testing.T) {
	body := func(members string) hydratest.Fault { return hydratest.Fault{Status: 200, Body: `{` + members + `}`} }
	for _, row := range []struct {
		name  string
		fault hydratest.Fault
		want  error
	}{
		{"good", body(`"access_token":"t","token_type":"Bearer","expires_in":60`), nil},
		{"no lifetime", body(`"access_token":"t","token_type":"bearer"`), nil},
		{"no token", body(`"token_type":"bearer"`), oauth.ErrInvalidResponse},
		{"empty token", body(`"access_token":"","token_type":"bearer"`), oauth.ErrInvalidResponse},
		{"token with a line break", body(`"access_token":"t\r\nX-Evil: 1","token_type":"bearer"`), oauth.ErrInvalidResponse},
		{"token of type", body(`"access_token":1,"token_type":"bearer"`), oauth.ErrInvalidResponse},
		{"another token type", body(`"access_token":"t","token_type":"mac"`), oauth.ErrInvalidResponse},
		{"negative lifetime", body(`"access_token":"t","token_type":"bearer","expires_in":-1`), oauth.ErrInvalidResponse},
		{"lifetime as text", body(`"access_token":"t","token_type":"bearer","expires_in":"3599"`), nil},
		{"token type in capitals", body(`"access_token":"t","token_type":"BEARER","expires_in":60`), nil},
		{"created", hydratest.Fault{Status: 201, Body: `{"access_token":"t","token_type":"bearer","expires_in":60}`}, nil},
		{"accepted for later", hydratest.Fault{Status: 202, Body: `{"access_token":"t","token_type":"bearer","expires_in":60}`}, oauth.ErrUnavailable},
		{"lifetime of type", body(`"access_token":"t","token_type":"bearer","expires_in":true`), oauth.ErrInvalidResponse},
		{"lifetime that is no number", body(`"access_token":"t","token_type":"bearer","expires_in":"soon"`), oauth.ErrInvalidResponse},
		{"lifetime of ages", body(`"access_token":"t","token_type":"bearer","expires_in":9223372036854775807`), oauth.ErrInvalidResponse},
		{"two tokens", body(`"access_token":"t","access_token":"u","token_type":"bearer"`), oauth.ErrInvalidResponse},
		{"list", hydratest.Fault{Status: 200, Body: `[]`}, oauth.ErrInvalidResponse},
		{"invalid_client", hydratest.Fault{Status: 401, Body: `{"error":"invalid_client"}`}, hydra.ErrSecretRejected},
		{"invalid_target", hydratest.Fault{Status: 400, Body: `{"error":"invalid_target"}`}, hydra.ErrAudienceNotAllowed},
		{"401 of something else", hydratest.Fault{Status: 401, Body: `{"message":"who are you"}`}, oauth.ErrInvalidResponse},
		{"404 page", hydratest.Fault{Status: 404, Header: map[string][]string{"Content-Type": {"text/html"}}}, oauth.ErrInvalidResponse},
		{"404 in JSON", hydratest.Fault{Status: 404, Body: `{"error":"Not Found"}`}, oauth.ErrInvalidResponse},
		{"429", hydratest.Fault{Status: 429, Body: `{"error":"slow_down"}`}, oauth.ErrUnavailable},
		{"500", hydratest.Fault{Status: 500, Body: `{"error":"invalid_client"}`}, oauth.ErrUnavailable},
		{"redirect", hydratest.Fault{Status: 307, Header: map[string][]string{"Location": {"/elsewhere"}}}, oauth.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			source := tokenSource(t, w, s)
			s.Fail(hydratest.Token, row.fault)
			if _, err := source.Token(t.Context(), ""); !errors.Is(err, row.want) {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

func TestTokenErrorsKeepOnlyACodeWord(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	source := tokenSource(t, w, s)
	for body, want := range map[string]string{
		`{"error":"invalid_scope","error_description":"leak"}`: "invalid_scope", `{"error":"<script>leak"}`: "",
		`{"error":"` + strings.Repeat("a", 65) + `"}`: "", `{"error":7}`: "", `leak`: "",
	} {
		s.Fail(hydratest.Token, hydratest.Fault{Status: 400, Body: body})
		_, err := source.Token(t.Context(), "")
		var request *hydra.RequestError
		if !errors.As(err, &request) || request.Code != want || strings.Contains(err.Error(), "leak") {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

func TestTokenCallerGivesUp(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		source := tokenSource(t, w, s)
		s.Fail(hydratest.Token, hydratest.Fault{Hang: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := source.Token(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want context.DeadlineExceeded", err)
		}
	})
}

// TestAddressWithoutTheAPIIsNamed: a 404 of a fixed path says nothing about what
// was asked for, whatever its body says.
func TestAddressWithoutTheAPIIsNamed(t *testing.T) {
	for _, body := range []string{``, `{"error":"Not Found","error_description":"no route"}`, `<html>404</html>`} {
		w, s := fakeWorld(t, hydratest.Options{})
		source := tokenSource(t, w, s)
		s.Fail(hydratest.Token, hydratest.Fault{Status: 404, Body: body})
		s.Fail(hydratest.Discovery, hydratest.Fault{Status: 405, Body: body})
		s.Fail(hydratest.Health, hydratest.Fault{Status: 404, Body: body})
		_, err := source.Token(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), "check HYDRA__PUBLIC_URL") {
			t.Errorf("token, body %q: %v", body, err)
		}
		if _, err := hydra.Discover(t.Context(), w.config()); !errors.Is(err, oauth.ErrUnavailable) || !strings.Contains(err.Error(), "check HYDRA__PUBLIC_URL") {
			t.Errorf("discovery, body %q: %v", body, err)
		}
		if err := hydra.Ready(t.Context(), w.config()); !errors.Is(err, oauth.ErrUnavailable) || !strings.Contains(err.Error(), "check HYDRA__ADMIN_URL") {
			t.Errorf("readiness, body %q: %v", body, err)
		}
	}
}
