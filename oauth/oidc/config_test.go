package oidc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth/oidc"
)

func TestUnsafeConfigurationsAreRefused(t *testing.T) {
	good := oidc.Issuer{Issuer: testIssuer, Audiences: []string{testAudience}}
	issuer := func(change func(*oidc.Issuer)) oidc.Config {
		i := good
		change(&i)
		return oidc.Config{Issuers: []oidc.Issuer{i}, Lazy: true}
	}
	algorithm := func(name string) oidc.Config {
		return issuer(func(i *oidc.Issuer) { i.Algorithms = []string{"RS256", name} })
	}
	for name, c := range map[string]oidc.Config{
		"no issuer":              {},
		"issuer twice":           {Issuers: []oidc.Issuer{good, good}},
		"issuer empty":           issuer(func(i *oidc.Issuer) { i.Issuer = "" }),
		"issuer over http":       issuer(func(i *oidc.Issuer) { i.Issuer = "http://issuer.example" }),
		"loopback over http":     issuer(func(i *oidc.Issuer) { i.Issuer = "http://127.0.0.1:4444" }),
		"issuer with user":       issuer(func(i *oidc.Issuer) { i.Issuer = "https://a:b@issuer.example" }),
		"issuer with fragment":   issuer(func(i *oidc.Issuer) { i.Issuer = "https://issuer.example/#x" }),
		"issuer without host":    issuer(func(i *oidc.Issuer) { i.Issuer = "https:///x" }),
		"issuer is a path":       issuer(func(i *oidc.Issuer) { i.Issuer = "issuer.example" }),
		"keys over http":         issuer(func(i *oidc.Issuer) { i.JWKSURI = "http://issuer.example/keys" }),
		"keys from a file":       issuer(func(i *oidc.Issuer) { i.JWKSURI = "file:///keys" }),
		"neither audience nor":   issuer(func(i *oidc.Issuer) { i.Audiences = nil }),
		"empty audience":         issuer(func(i *oidc.Issuer) { i.Audiences = []string{""} }),
		"empty client":           issuer(func(i *oidc.Issuer) { i.AllowedClients = []string{"a", ""} }),
		"empty required claim":   issuer(func(i *oidc.Issuer) { i.RequiredClaims = map[string]string{"": "x"} }),
		"negative leeway":        issuer(func(i *oidc.Issuer) { i.Leeway = -1 }),
		"leeway of an hour":      issuer(func(i *oidc.Issuer) { i.Leeway = time.Hour }),
		"algorithm none":         algorithm("none"),
		"algorithm None":         algorithm("None"),
		"algorithm HS256":        algorithm("HS256"),
		"algorithm HS512":        algorithm("HS512"),
		"algorithm empty":        algorithm(""),
		"algorithm lower case":   algorithm("rs256"),
		"algorithm ES256K":       algorithm("ES256K"),
		"stale before a refresh": {Issuers: []oidc.Issuer{good}, RefreshInterval: time.Hour, MaxStale: time.Minute},
		"negative time":          {Issuers: []oidc.Issuer{good}, FetchTimeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := oidc.New(t.Context(), c)
			if !errors.Is(err, oidc.ErrConfig) {
				t.Errorf("New: %v, want ErrConfig", err)
			}
			if v != nil {
				_ = v.Close()
			}
		})
	}
}

func TestLoopbackMayBePlaintextIfAsked(t *testing.T) {
	for address, want := range map[string]error{
		"http://127.0.0.1:4444": nil, "http://[::1]:4444": nil, "http://localhost:4444": nil,
		"http://192.168.1.1": oidc.ErrConfig, "http://127.0.0.1.example": oidc.ErrConfig, "ftp://127.0.0.1": oidc.ErrConfig,
	} {
		v, err := oidc.New(t.Context(), oidc.Config{
			Issuers: []oidc.Issuer{{Issuer: address, Audiences: []string{testAudience}}}, Lazy: true, AllowInsecureLoopback: true,
		})
		if !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
		if v != nil {
			_ = v.Close()
		}
	}
}

func TestAuth0(t *testing.T) {
	i, err := oidc.Auth0("tenant.eu.auth0.com", "https://agents.example")
	if err != nil || i.Issuer != "https://tenant.eu.auth0.com/" || i.JWKSURI != "https://tenant.eu.auth0.com/.well-known/jwks.json" {
		t.Errorf("Auth0: %+v, %v", i, err)
	}
	for _, domain := range []string{
		"", "https://tenant.eu.auth0.com", "tenant.eu.auth0.com/", "tenant.eu.auth0.com:443", "user@tenant.eu.auth0.com",
		"Tenant.eu.auth0.com", "tenant", "tenant.eu.auth0.com#", "tenant.eu.auth0.com?", "ten ant.eu.auth0.com",
	} {
		if _, err := oidc.Auth0(domain, "https://agents.example"); !errors.Is(err, oidc.ErrConfig) {
			t.Errorf("domain %q: %v, want ErrConfig", domain, err)
		}
	}
	if _, err := oidc.Auth0("tenant.eu.auth0.com", ""); !errors.Is(err, oidc.ErrConfig) {
		t.Errorf("no audience: %v, want ErrConfig", err)
	}
}
