package oidc_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/oauth/oidc"
)

func didMapFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dids.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDIDMapFaults(t *testing.T) {
	entry := `{"issuer":"i","client":"c","did":"did:bindu:a:b"}`
	for name, content := range map[string]string{
		"empty file":         ``,
		"array":              `[]`,
		"unknown name":       `{"clients":[{"issuer":"i","client":"c","did":"did:a:b","extra":1}]}`,
		"unknown top name":   `{"clients":[],"version":1}`,
		"other case":         `{"Clients":[]}`,
		"duplicate name":     `{"clients":[],"clients":[]}`,
		"duplicate entry":    `{"clients":[` + entry + `,` + entry + `]}`,
		"issuer missing":     `{"clients":[{"client":"c","did":"did:a:b"}]}`,
		"client missing":     `{"clients":[{"issuer":"i","did":"did:a:b"}]}`,
		"DID missing":        `{"clients":[{"issuer":"i","client":"c"}]}`,
		"not a DID":          `{"clients":[{"issuer":"i","client":"c","did":"poet"}]}`,
		"DID with a path":    `{"clients":[{"issuer":"i","client":"c","did":"did:a:b/c"}]}`,
		"client is a number": `{"clients":[{"issuer":"i","client":7,"did":"did:a:b"}]}`,
		"trailing data":      `{"clients":[]} {}`,
		"too deep":           `{"clients":` + strings.Repeat("[", 1000),
		"too large":          `{"clients":[]}` + strings.Repeat(" ", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := oidc.LoadDIDMap(didMapFile(t, content)); !errors.Is(err, oidc.ErrDIDMap) {
				t.Errorf("LoadDIDMap: %v, want ErrDIDMap", err)
			}
		})
	}
}

func TestDIDMapFile(t *testing.T) {
	if _, err := oidc.LoadDIDMap(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := oidc.LoadDIDMap(t.TempDir()); !errors.Is(err, oidc.ErrDIDMap) {
		t.Errorf("directory: %v", err)
	}
	open := didMapFile(t, `{"clients":[]}`)
	if err := os.Chmod(open, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := oidc.LoadDIDMap(open); !errors.Is(err, oidc.ErrDIDMap) {
		t.Errorf("writable for everybody: %v, want ErrDIDMap", err)
	}
}

func TestDIDMapLookup(t *testing.T) {
	path := didMapFile(t, `{"clients":[
		{"issuer":"https://i/","client":"c","did":"did:a:any"},
		{"issuer":"https://i/","client":"c","subject":"s","did":"did:a:s"},
		{"issuer":"https://i/","client":"only","subject":"s","did":"did:a:only"}]}`)
	m, err := oidc.LoadDIDMap(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ issuer, client, subject, want string }{
		{"https://i/", "c", "", "did:a:any"},
		{"https://i/", "c", "x", "did:a:any"},
		{"https://i/", "c", "s", "did:a:s"},
		{"https://i/", "only", "s", "did:a:only"},
		{"https://i/", "only", "x", ""},
		{"https://i/", "only", "", ""},
		{"https://i", "c", "s", ""},
		{"https://i/", "C", "s", ""},
	} {
		if got, ok := m.Lookup(c.issuer, c.client, c.subject); got != c.want || ok != (c.want != "") {
			t.Errorf("Lookup(%q, %q, %q) = %q, %v, want %q", c.issuer, c.client, c.subject, got, ok, c.want)
		}
	}
	var none *oidc.DIDMap
	if _, ok := none.Lookup("https://i/", "c", "s"); ok {
		t.Error("a nil map knows somebody")
	}
}

func TestDIDMapReloadKeepsTheOldEntriesOnAFault(t *testing.T) {
	path := didMapFile(t, `{"clients":[{"issuer":"i","client":"c","did":"did:a:old"}]}`)
	m, err := oidc.LoadDIDMap(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ content, want string }{
		{`broken`, "did:a:old"},
		{`{"clients":[{"issuer":"i","client":"c","did":"did:a:new"}]}`, "did:a:new"},
		{`{"clients":[]}`, ""},
	} {
		if err := os.WriteFile(path, []byte(step.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := m.Reload(); (err != nil) != (step.content == "broken") {
			t.Errorf("Reload of %s: %v", step.content, err)
		}
		if got, _ := m.Lookup("i", "c", ""); got != step.want {
			t.Errorf("after %s: %q, want %q", step.content, got, step.want)
		}
	}
}

// TestDIDMapComesBeforeTheClaim shows that the operator's word stands above the
// issuer's.
func TestDIDMapComesBeforeTheClaim(t *testing.T) {
	m := writeDIDMap(t, testIssuer, "poet", "did:bindu:a:map:1")
	w := newWorld(t, func(c *oidc.Config) { c.Issuers[0].DIDClaim, c.DIDMap = "did", m })
	for client, want := range map[string]string{"poet": "did:bindu:a:map:1", "painter": "did:bindu:a:claim:1"} {
		got, err := w.verifier.Verify(t.Context(), w.issuer.Mint(claims(map[string]any{"azp": client, "did": "did:bindu:a:claim:1"})))
		if err != nil || got.DID != want {
			t.Errorf("%s: DID %q, %v, want %q", client, got.DID, err, want)
		}
	}
}
