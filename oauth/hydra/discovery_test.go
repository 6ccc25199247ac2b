package hydra_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

func TestDiscover(t *testing.T) {
	body := func(s string) hydratest.Fault { return hydratest.Fault{Status: 200, Body: s} }
	for _, row := range []struct {
		name   string
		fault  hydratest.Fault
		issuer string
		want   error
	}{
		{"another host than asked", body(`{"issuer":"https://auth.example/tenant"}`), "https://auth.example/tenant", nil},
		{"a slash at the end is kept", body(`{"issuer":"https://auth.example/"}`), "https://auth.example/", nil},
		{"no issuer", body(`{}`), "", oauth.ErrInvalidResponse},
		{"empty issuer", body(`{"issuer":""}`), "", oauth.ErrInvalidResponse},
		{"issuer of type", body(`{"issuer":["https://auth.example"]}`), "", oauth.ErrInvalidResponse},
		{"issuer in capitals", body(`{"Issuer":"https://auth.example"}`), "", oauth.ErrInvalidResponse},
		{"two issuers", body(`{"issuer":"https://a.example","issuer":"https://b.example"}`), "", oauth.ErrInvalidResponse},
		{"no URL", body(`{"issuer":"auth.example"}`), "", oauth.ErrInvalidResponse},
		{"another scheme", body(`{"issuer":"ftp://auth.example"}`), "", oauth.ErrInvalidResponse},
		{"with a fragment", body(`{"issuer":"https://auth.example#did"}`), "", oauth.ErrInvalidResponse},
		{"with an empty fragment", body(`{"issuer":"https://auth.example#"}`), "", oauth.ErrInvalidResponse},
		{"with a query", body(`{"issuer":"https://auth.example?x"}`), "", oauth.ErrInvalidResponse},
		{"with a password", body(`{"issuer":"https://u:p@auth.example"}`), "", oauth.ErrInvalidResponse},
		{"control character", body(`{"issuer":"https://auth.example\u0000"}`), "", oauth.ErrInvalidResponse},
		{"trailing data", body(`{"issuer":"https://auth.example"}{}`), "", oauth.ErrInvalidResponse},
		{"page", hydratest.Fault{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}}, "", oauth.ErrInvalidResponse},
		{"huge", hydratest.Fault{HugeBody: 1 << 30}, "", oauth.ErrInvalidResponse},
		{"not found", hydratest.Fault{Status: 404, Body: `{"issuer":"https://auth.example"}`}, "", oauth.ErrUnavailable},
		{"redirect", hydratest.Fault{Status: 302, Header: http.Header{"Location": {"/"}}}, "", oauth.ErrUnavailable},
		{"down", hydratest.Fault{Reset: true}, "", oauth.ErrUnavailable},
		{"hang", hydratest.Fault{Hang: true}, "", oauth.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			s.Fail(hydratest.Discovery, row.fault)
			issuer, err := hydra.Discover(t.Context(), w.impatient(row.fault))
			if !errors.Is(err, row.want) || issuer != row.issuer {
				t.Errorf("%q %v, want %q %v", issuer, err, row.issuer, row.want)
			}
		})
	}
}

func TestReady(t *testing.T) {
	for _, row := range []struct {
		name     string
		endpoint hydratest.Endpoint
		fault    hydratest.Fault
		want     error
	}{
		{"well", hydratest.Other, hydratest.Fault{}, nil},
		{"says that it is not", hydratest.Health, hydratest.Fault{Status: 200, Body: `{"status":"starting"}`}, oauth.ErrUnavailable},
		{"503", hydratest.Health, hydratest.Fault{Status: 503, Body: `{"errors":{"db":"down"}}`}, oauth.ErrUnavailable},
		{"nonsense", hydratest.Health, hydratest.Fault{Status: 200, Body: `ok`}, oauth.ErrInvalidResponse},
		{"public API down", hydratest.Discovery, hydratest.Fault{Status: 502}, oauth.ErrUnavailable},
		{"public API nonsense", hydratest.Discovery, hydratest.Fault{Status: 200, Body: `{}`}, oauth.ErrInvalidResponse},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			s.Fail(row.endpoint, row.fault)
			if err := hydra.Ready(t.Context(), w.config()); !errors.Is(err, row.want) {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

// TestOwnClientLeavesNothingBehind: without a client in the settings each call
// makes its own and closes it; TestMain would see its goroutines.
func TestOwnClientLeavesNothingBehind(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{})
	w.client = nil
	if err := hydra.Ready(t.Context(), w.config()); err != nil {
		t.Error(err)
	}
	newAgent(t, "agent").reconcile(t, w)
}
