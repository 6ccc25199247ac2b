package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

func TestCheckHealth(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   error
	}{
		{http.StatusOK, `{"ready":true}`, nil},
		{http.StatusServiceUnavailable, `{"reason":"hydra_unavailable"}`, errNotReady},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		}))
		var out bytes.Buffer
		err := checkHealth(t.Context(), server.URL, &out)
		server.Close()
		if !errors.Is(err, test.want) {
			t.Errorf("status %d: %v, want %v", test.status, err, test.want)
		}
		if err != nil && !strings.Contains(err.Error(), test.body) {
			t.Errorf("the error %q does not carry the reason %s", err, test.body)
		}
	}
}

func TestCheckHealthOfAnAgentThatDoesNotRun(t *testing.T) {
	if err := checkHealth(t.Context(), "http://127.0.0.1:1/readyz", &bytes.Buffer{}); err == nil {
		t.Error("an agent that does not run is healthy")
	}
}

func TestAdminURL(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:3774",
		"0.0.0.0":   "http://localhost:3774",
		"::":        "http://localhost:3774",
		"::1":       "http://[::1]:3774",
	} {
		if got := adminURL(settings.Network{AdminHost: host, AdminPort: 3774}); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}
