package card_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

func cardConfig(t testing.TB) card.Config {
	t.Helper()
	poet, err := did.Parse("did:bindu:test:poet:1")
	if err != nil {
		t.Fatal(err)
	}
	return card.Config{
		Name: "poet", Description: "writes poems", Version: "1.2.3", URL: "https://poet.example:3773/",
		DID: poet, KeyBound: true, Key: assertionKey(t, 0),
		AgentID: "01890a5d-ac96-774b-bcce-b302099a8057", Author: "a@example.com", AgentName: "poet",
		Skills:    []card.Skill{{ID: "poem", Name: "Poem", Description: "a poem", Tags: []string{"text"}}, {ID: "plain", Name: "Plain", Description: "plain text"}},
		MutualTLS: true, Token: true, TokenURL: "https://hydra.example/oauth2/token",
		Permissions: map[string]string{"agent:read": "read tasks", "agent:write": "send messages"},
	}
}

func newCard(t testing.TB, cfg card.Config) *card.Card {
	t.Helper()
	c, err := card.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCards compares both forms with files that a reader can look at.
func TestCards(t *testing.T) {
	t.Parallel()
	made := newCard(t, cardConfig(t))
	for name, raw := range map[string][]byte{"v1.json": made.V1(), "legacy.json": made.Legacy()} {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", name)
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pretty.Bytes(), want) {
			t.Errorf("%s differs from what is served:\n%s", path, pretty.Bytes())
		}
		if bytes.Contains(raw, []byte("null")) {
			t.Errorf("%s has a null, which clients of the reference refuse", name)
		}
	}
}

func TestCardIsServed(t *testing.T) {
	t.Parallel()
	cfg := cardConfig(t)
	cfg.Modified = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	made := newCard(t, cfg)
	get := func(method, path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		made.ServeHTTP(w, r)
		return w
	}
	for path, want := range map[string][]byte{card.Path: made.V1(), card.LegacyPath: made.Legacy()} {
		w := get(http.MethodGet, path)
		etag := w.Header().Get("ETag")
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) || w.Header().Get("Content-Type") != "application/json" || etag == "" ||
			w.Header().Get("Last-Modified") != "Fri, 02 Jan 2026 03:04:05 GMT" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if w := get(http.MethodHead, path); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, w.Code, w.Body.Len())
		}
		if w := get(http.MethodGet, path, "If-None-Match", etag); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s again: %d", path, w.Code)
		}
		if w := get(http.MethodPost, path); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/", "/.well-known/agent%2ejson", "/.well-known/agent.json/", "/.well-known/AGENT.json"} {
		if w := get(http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestNewCardRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*card.Config){
		"no name":      func(c *card.Config) { c.Name = "" },
		"no version":   func(c *card.Config) { c.Version = "" },
		"no DID":       func(c *card.Config) { c.DID = did.DID{} },
		"no URL":       func(c *card.Config) { c.URL = "" },
		"a path":       func(c *card.Config) { c.URL = "/rpc" },
		"credentials":  func(c *card.Config) { c.URL = "https://user:secret@host/" },
		"a bare skill": func(c *card.Config) { c.Skills = []card.Skill{{ID: "poem", Name: "Poem"}} },
		"two alike":    func(c *card.Config) { c.ExtendedSkills = c.Skills[:1] },
		"256 KiB":      func(c *card.Config) { c.Description = strings.Repeat("x", card.MaxSize) },
		"a file":       func(c *card.Config) { c.URL = "file:///etc/passwd" },
	} {
		cfg := cardConfig(t)
		change(&cfg)
		if _, err := card.New(cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestParseCard(t *testing.T) {
	t.Parallel()
	made := newCard(t, cardConfig(t))
	all := signature.Schemes()
	for name, tt := range map[string]struct {
		raw     string
		version card.Dialect
		url     string
		did     string
		schemes []signature.Scheme
	}{
		"ours, 1.0":    {string(made.V1()), card.V1, "https://poet.example:3773/", "did:bindu:test:poet:1", all},
		"ours, legacy": {string(made.Legacy()), card.V03, "https://poet.example:3773/", "did:bindu:test:poet:1", all},
		"the reference's": {`{"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"py","description":"d","url":"http://localhost:3773","version":"1.0.0",
			"protocolVersion":"1.0.0","skills":[{"id":"s","name":"s","documentationPath":"p"}],
			"capabilities":{"extensions":[{"uri":"did:bindu:a_at_b:py:01890a5d","description":"x","required":false,"params":{"author":"a","agent_name":"py","agent_id":"x"}},{"uri":"https://x402.org","params":{"schemes":"none"}}],"pushNotifications":null,"streaming":false},
			"kind":"agent","documentationUrl":null,"defaultInputModes":["text/plain"],"agentTrust":{"identityProvider":"custom"}}`,
			card.V03, "http://localhost:3773", "did:bindu:a_at_b:py:01890a5d", []signature.Scheme{signature.Reference}},
		"least":               {`{"url":"http://h/"}`, card.V03, "http://h/", "", []signature.Scheme{signature.Reference}},
		"another transport":   {`{"url":"http://grpc/","preferredTransport":"GRPC","additionalInterfaces":[{"transport":"JSONRPC","url":"http://h/"}]}`, card.V03, "http://h/", "", []signature.Scheme{signature.Reference}},
		"0.3 in the new form": {`{"supportedInterfaces":[{"url":"http://g/","protocolBinding":"GRPC","protocolVersion":"1.0"},{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"0.3.0"}]}`, card.V03, "http://h/", "", []signature.Scheme{signature.Reference}},
	} {
		info, err := card.Parse([]byte(tt.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if info.ProtocolVersion != tt.version || info.JSONRPC.URL != tt.url || info.DID.String() != tt.did || len(info.Schemes) != len(tt.schemes) {
			t.Errorf("%s: %+v", name, info)
		}
		for _, s := range tt.schemes {
			if !slices.Contains(info.Schemes, s) {
				t.Errorf("%s: %s is not accepted", name, s)
			}
		}
		if slices.Contains(info.Schemes, "jcs-2") {
			t.Errorf("%s accepts a scheme it does not name", name)
		}
	}
}

func TestParseCardRefuses(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"nothing":            ``,
		"no object":          `[]`,
		"no URL":             `{"name":"x"}`,
		"only gRPC":          `{"supportedInterfaces":[{"url":"http://g/","protocolBinding":"GRPC","protocolVersion":"1.0"}],"url":"http://h/"}`,
		"a version to come":  `{"supportedInterfaces":[{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"2.0"}]}`,
		"version 1.01":       `{"supportedInterfaces":[{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"1.01"}]}`,
		"a file":             `{"url":"file:///etc/passwd"}`,
		"credentials":        `{"url":"http://u:p@h/"}`,
		"two DIDs":           `{"url":"http://h/","capabilities":{"extensions":[{"uri":"did:bindu:a:b:c"},{"uri":"did:bindu:a:b:d"}]}}`,
		"a malformed DID":    `{"url":"http://h/","capabilities":{"extensions":[{"uri":"did:bindu:a/b"}]}}`,
		"no schemes":         `{"url":"http://h/","capabilities":{"extensions":[{"uri":"` + card.SignatureExtension + `","params":{"schemes":[]}}]}}`,
		"no parameters":      `{"url":"http://h/","capabilities":{"extensions":[{"uri":"` + card.SignatureExtension + `"}]}}`,
		"duplicate members":  `{"url":"http://h/","url":"http://i/"}`,
		"1 GiB, or its head": `{"url":"http://h/","name":"` + strings.Repeat("x", card.MaxSize) + `"}`,
	} {
		if info, err := card.Parse([]byte(raw)); !errors.Is(err, card.ErrUnusable) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

// The tenant of each interface is read with it, the first of a binding counts, and what
// 0.3 has there is none.
func TestTenantsOfInterfaces(t *testing.T) {
	t.Parallel()
	const three = `{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"%s","tenant":"acme"},
		{"url":"http://r/","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"},{"url":"http://r/","protocolBinding":"HTTP+JSON","protocolVersion":"1.0","tenant":"late"},
		{"url":"g:1","protocolBinding":"GRPC","protocolVersion":"1.0.1","tenant":"a/b"}`
	for version, tenant := range map[string]string{"1.0": "acme", "0.3": ""} {
		info, err := card.Parse([]byte(`{"supportedInterfaces":[` + fmt.Sprintf(three, version) + `]}`))
		if err != nil || info.JSONRPC != (card.Interface{URL: "http://h/", Tenant: tenant}) || info.HTTPJSON != (card.Interface{URL: "http://r/"}) || info.GRPC != (card.Interface{URL: "g:1", Tenant: "a/b"}) {
			t.Errorf("%s: %+v, %v", version, info, err)
		}
	}
	if _, err := card.Parse([]byte(`{"supportedInterfaces":[{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"1.0","tenant":7}]}`)); !errors.Is(err, card.ErrUnusable) {
		t.Errorf("a tenant that is no text: %v", err)
	}
}

// gRPC is declared by host and port, and only where the agent itself speaks HTTP/2.
func TestWhereGRPCIsDeclared(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://poet.example:3773/": "poet.example:3773", "https://poet.example:3773": "poet.example:3773", "https://poet.example/": "poet.example:443", "https://[::1]:1/": "[::1]:1",
		"http://poet.example:3773/": "", "https://poet.example/agents/": "", "https://poet.example/?a=b": "",
	} {
		for _, certified := range []bool{true, false} {
			cfg := cardConfig(t)
			cfg.URL, cfg.MutualTLS = url, certified
			var got struct {
				SupportedInterfaces []struct{ URL, ProtocolBinding, ProtocolVersion string }
			}
			if err := json.Unmarshal(newCard(t, cfg).V1(), &got); err != nil {
				t.Fatal(err)
			}
			address := ""
			for _, i := range got.SupportedInterfaces {
				if i.ProtocolBinding == "GRPC" && i.ProtocolVersion == "1.0" {
					address = i.URL
				}
			}
			if certified && address != want || !certified && address != "" {
				t.Errorf("%s, certified %t: %q, want %q", url, certified, address, want)
			}
		}
	}
}
