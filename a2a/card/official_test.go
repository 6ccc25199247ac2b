package card_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
)

// official is what the official signers made of some cards; the file says how.
type official struct {
	KID  string
	Same []struct {
		Name                          string
		Card                          json.RawMessage
		Payload, Protected, Signature string
	}
	Differ []struct {
		Name               string
		Card               json.RawMessage
		Python, JavaScript string
	}
}

func readOfficial(t testing.TB) official {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "official.json"))
	if err != nil {
		t.Fatal(err)
	}
	var made official
	if err := json.Unmarshal(raw, &made); err != nil || len(made.Same) == 0 || len(made.Differ) == 0 {
		t.Fatalf("%d and %d vectors, %v", len(made.Same), len(made.Differ), err)
	}
	return made
}

// TestOfficialSignersSignTheSame: payload, header and signature are theirs, bit for bit.
func TestOfficialSignersSignTheSame(t *testing.T) {
	t.Parallel()
	key := assertionKey(t, 0)
	made := readOfficial(t)
	for _, v := range made.Same {
		payload, err := card.Payload(v.Card)
		if err != nil || string(payload) != v.Payload {
			t.Errorf("%s: %v\n%s\nwant\n%s", v.Name, err, payload, v.Payload)
			continue
		}
		ours, err := jws.Sign(key, made.KID, payload)
		if err != nil || ours.Signature != v.Signature || ours.Protected != v.Protected {
			header, _ := base64.RawURLEncoding.DecodeString(v.Protected)
			t.Errorf("%s: signed as %+v, %v; theirs is under %s", v.Name, ours, err, header)
		}
		theirs := jws.Signature{Protected: v.Protected, Signature: v.Signature}
		info, err := card.Parse(withSignatures(t, v.Card, theirs))
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		if err := info.Verify(parseDID(t, "did:bindu:test:poet:1"), key.PublicKey()); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// TestOfficialSignersDiffer: docs/wire-format.md lists where, with the specification's
// own form as ours.
func TestOfficialSignersDiffer(t *testing.T) {
	t.Parallel()
	const (
		least  = `"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],"description":"d","name":"poet",`
		skills = `"skills":[{"description":"a poem","id":"poem","name":"Poem","tags":["text"]}],`
		end    = `"supportedInterfaces":[{"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"https://poet.example/"}],"version":"1"}`
	)
	named := func(description, name, skills string) string {
		return `"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],"description":"` + description + `","name":"` + name + `",` + skills + end
	}
	params := func(params string) string {
		return `{"capabilities":{"extensions":[{"params":{` + params + `},"uri":"u"}],"streaming":false},` + least + skills + end
	}
	for _, tt := range []struct {
		name, ours         string
		python, javascript bool // equal ours
	}{
		{"required members that are empty", `{"capabilities":{},` + named("", "poet", `"skills":[],`), false, false},
		{"a requirement without scopes", `{"capabilities":{"streaming":false},` + least + `"securityRequirements":[{"schemes":{"mtls":{}}}],"securitySchemes":{"mtls":{"mtlsSecurityScheme":{}}},` + skills + end, false, false},
		{"text that is not ASCII", `{"capabilities":{"streaming":false},` + named("d", "Poëtin 😀", skills), false, true},
		{"DEL", `{"capabilities":{"streaming":false},` + named("d", "a\x7fb", skills), false, true},
		{"an absent required member", `{"capabilities":{"streaming":false},` + named("", "poet", skills), false, false},
		{"a whole number in params", params(`"n":1`), false, true},
		{"a small number in params", params(`"n":1e-7`), false, true},
		{"null and empty values in params", params(`"empty":"","list":[],"none":null,"x":true`), false, false},
	} {
		found := false
		for _, v := range readOfficial(t).Differ {
			if v.Name != tt.name {
				continue
			}
			found = true
			payload, err := card.Payload(v.Card)
			if err != nil || string(payload) != tt.ours {
				t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, payload, tt.ours)
			}
			if v.Python == tt.ours != tt.python || v.JavaScript == tt.ours != tt.javascript {
				t.Errorf("%s: ours is\n%s\nPython's\n%s\nJavaScript's\n%s", tt.name, tt.ours, v.Python, v.JavaScript)
			}
		}
		if !found {
			t.Errorf("there is no vector %q", tt.name)
		}
	}
}

// TestOfficialVerifiersFindTheirPayload: a card of ours has a signature over what each of
// them makes of it, if there is no number in it.
func TestOfficialVerifiersFindTheirPayload(t *testing.T) {
	t.Parallel()
	made := readOfficial(t)
	for _, v := range made.Differ {
		t.Run(v.Name, func(t *testing.T) {
			payload, err := card.Payload(v.Card)
			if err != nil {
				t.Fatal(err)
			}
			all, err := card.OfficialPayloads(payload)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, payload)
			has := func(want string) bool {
				return slices.ContainsFunc(all, func(p []byte) bool { return string(p) == want })
			}
			if !has(v.JavaScript) {
				t.Errorf("JavaScript's\n%s\nis none of\n%s", v.JavaScript, bytes.Join(all, []byte("\n")))
			}
			if !has(v.Python) && !strings.Contains(v.Name, "number") {
				t.Errorf("Python's\n%s\nis none of\n%s", v.Python, bytes.Join(all, []byte("\n")))
			}
		})
	}
	for _, v := range made.Same {
		if all, err := card.OfficialPayloads([]byte(v.Payload)); err != nil || len(all) > 0 {
			t.Errorf("%s: %d more, %v", v.Name, len(all), err)
		}
	}
}

// withSignatures puts signatures on a card, in place of those that it has.
func withSignatures(t testing.TB, raw []byte, all ...jws.Signature) []byte {
	t.Helper()
	return changed(t, raw, func(m map[string]any) { m["signatures"] = all })
}

// changed returns the card with another content.
func changed(t testing.TB, raw []byte, change func(map[string]any)) []byte {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	change(members)
	out, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func parseDID(t testing.TB, text string) did.DID {
	t.Helper()
	d, err := did.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// assertionKey is that of a seed of 32 equal bytes.
func assertionKey(t testing.TB, seed byte) *did.AssertionKey {
	t.Helper()
	all := make([]byte, 32)
	for i := range all {
		all[i] = seed
	}
	pair, err := did.KeyPairFromSeed(all)
	if err != nil {
		t.Fatal(err)
	}
	key, err := pair.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	return key
}
