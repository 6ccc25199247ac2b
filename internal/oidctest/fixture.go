package oidctest

import (
	"embed"
	"encoding/json"
	"path"
	"strings"
	"testing"
	"time"
)

//go:embed testdata/*.json
var fixtures embed.FS

// Fixture is a token as a known issuer makes it.
type Fixture struct {
	// Name is the file's name without its ending, such as "entra-v2".
	Name string `json:"-"`
	// JWKSURI is where that issuer keeps its keys.
	JWKSURI string `json:"jwks_uri"`
	// Header is the JOSE header but for kid.
	Header map[string]any `json:"header"`
	// Claims hold times as seconds from now.
	Claims map[string]any `json:"claims"`
}

// Fixtures reads all fixtures, sorted by name.
func Fixtures(t testing.TB) []Fixture {
	t.Helper()
	entries, err := fixtures.ReadDir("testdata")
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	var out []Fixture
	for _, e := range entries {
		out = append(out, ReadFixture(t, strings.TrimSuffix(e.Name(), ".json")))
	}
	return out
}

// ReadFixture reads one fixture.
func ReadFixture(t testing.TB, name string) Fixture {
	t.Helper()
	data, err := fixtures.ReadFile(path.Join("testdata", name+".json"))
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	f := Fixture{Name: name}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatalf("oidctest: %s: %v", name, err)
	}
	return f
}

// Issuer is the iss claim.
func (f Fixture) Issuer() string {
	iss, _ := f.Claims["iss"].(string)
	return iss
}

// Mint makes the token at now, signed by i, with changes to its claims; a nil
// value removes the claim.
func (f Fixture) Mint(i *Issuer, now time.Time, changes map[string]any) string {
	i.t.Helper()
	claims := make(map[string]any, len(f.Claims))
	for name, v := range f.Claims {
		claims[name] = v
	}
	for _, name := range []string{"iat", "nbf", "exp", "auth_time"} {
		if offset, ok := claims[name].(float64); ok {
			claims[name] = now.Add(time.Duration(offset) * time.Second).Unix()
		}
	}
	for name, v := range changes {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	header := map[string]any{"typ": nil}
	for name, v := range f.Header {
		header[name] = v
	}
	return i.MintWith(header, claims)
}
