package hydra_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// noAnswer are Hydras of the wrong kind at a real socket.
func noAnswer(t *testing.T) map[string]struct{ address, says string } {
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	return map[string]struct{ address, says string }{
		"plain HTTP": {"https" + strings.TrimPrefix(plain.URL, "http"), "speaks plain HTTP: use http://"},
		"TLS":        {"http" + strings.TrimPrefix(secure.URL, "https"), "speaks TLS: use https://"},
		"another CA": {secure.URL, "is not accepted: tls: failed to verify certificate"},
		"nobody":     {"https://127.0.0.1:1", "connection refused: nothing listens at 127.0.0.1:1"},
	}
}

func TestNoAnswerToDiscoveryIsDescribed(t *testing.T) {
	for name, c := range noAnswer(t) {
		_, err := hydra.Discover(t.Context(), hydra.Config{AdminURL: c.address, PublicURL: c.address})
		if !errors.Is(err, oauth.ErrUnavailable) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestNoAnswerToRegistrationIsDescribed(t *testing.T) {
	for name, c := range noAnswer(t) {
		a := newAgent(t, "agent")
		registrar := a.registrar(hydra.Config{AdminURL: c.address, PublicURL: c.address})
		_, err := registrar.Reconcile(t.Context(), a.wanted)
		if !errors.Is(err, oauth.ErrUnavailable) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestNoAnswerInTimeIsDescribed(t *testing.T) {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	_, err := hydra.Discover(t.Context(), hydra.Config{AdminURL: server.URL, PublicURL: server.URL, AdminTimeout: 50 * time.Millisecond})
	described, ok := errors.AsType[*fetch.Error](err)
	if !ok || described.Kind != fetch.TimedOut || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
