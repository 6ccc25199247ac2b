package signature_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/signature"
)

func TestExplain(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	r.Body = []byte("{\"b\": \"caf\u00e9 <\", \"a\": 1}\n")
	text := string(r.Body)
	envelope := func(body, comma, colon string) string {
		return `{"body"` + colon + body + comma + `"did"` + colon + `"` + caller + `"` + comma + `"timestamp"` + colon + strconv.FormatInt(r.Timestamp, 10) + "}"
	}
	python := func(body string) string {
		var quoted strings.Builder
		enc := json.NewEncoder(&quoted)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(strings.TrimSpace(quoted.String()), "\u00e9", `\u00e9`)
	}
	raw := strings.ReplaceAll(python(text), `\u00e9`, "\u00e9")
	trimmed := strings.TrimSuffix(text, "\n")
	for name, c := range map[string]struct{ signed, form string }{
		"compact separators":     {envelope(python(text), ",", ":"), "without spaces"},
		"ensure_ascii off":       {envelope(raw, ", ", ": "), "not escaped"},
		"JSON.stringify":         {envelope(raw, ",", ":"), "not escaped"},
		"no trailing newline":    {envelope(python(trimmed), ", ", ": "), "without the trailing newline"},
		"compact body":           {envelope(python("{\"b\":\"caf\u00e9 <\",\"a\":1}"), ", ", ": "), "compacted"},
		"canonical body":         {envelope(python("{\"a\":1,\"b\":\"caf\u00e9 <\"}"), ", ", ": "), "canonical"},
		"body from a Go map":     {envelope(python("{\"a\":1,\"b\":\"caf\u00e9 \\u003c\"}"), ", ", ": "), "HTML escaped"},
		"body from Python":       {envelope(python(`{"b": "caf\u00e9 <", "a": 1}`), ", ", ": "), "Python"},
		"the body alone":         {text, "the body alone"},
		"members in other order": {`{"did": "` + caller + `", "body": ` + python(text) + `, "timestamp": ` + strconv.FormatInt(r.Timestamp, 10) + "}", "not sorted"},
		"jcs-1":                  {payload(t, signature.JCS1, r), "payload of jcs-1"},
	} {
		t.Run(name, func(t *testing.T) {
			m, ok := signature.Explain(k.PublicKey(), signature.Reference, r, base58.Encode(rawSign(t, zeroSeed, c.signed)))
			if !ok || !strings.Contains(m.Form, c.form) {
				t.Fatalf("Explain = %+v, %v; want a form %q", m, ok, c.form)
			}
			want := payload(t, signature.Reference, r)
			if c.signed[:m.Offset] != want[:m.Offset] || c.signed[m.Offset] == want[m.Offset] {
				t.Errorf("offset %d is not the first difference of\n%s\n%s", m.Offset, c.signed, want)
			}
			if m.Signed == m.Expected || !strings.Contains(m.String(), m.Form) {
				t.Errorf("explanation %s", m)
			}
		})
	}
}

func payload(t *testing.T, s signature.Scheme, r signature.Request) string {
	t.Helper()
	p, err := s.Payload(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func TestExplainJCS(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	if m, ok := signature.Explain(k.PublicKey(), signature.JCS1, r, sign(t, signature.Reference, r)); !ok || !strings.Contains(m.Form, "reference") {
		t.Errorf("reference payload: %+v, %v", m, ok)
	}
	noQuery := r
	noQuery.Target = "/"
	if m, ok := signature.Explain(k.PublicKey(), signature.JCS1, r, sign(t, signature.JCS1, noQuery)); !ok || !strings.Contains(m.Form, "query") {
		t.Errorf("query left out: %+v, %v", m, ok)
	}
}

func TestExplainKnowsWhenItDoesNotKnow(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r, changed := baseRequest(t), baseRequest(t)
	changed.Body = []byte(`{"a":2}`)
	binary := r
	binary.Body = []byte("\xff")
	for name, c := range map[string]struct {
		request signature.Request
		sig     string
	}{
		"signature fits":       {r, sign(t, signature.Reference, r)},
		"signature malformed":  {r, "x"},
		"body changed":         {changed, sign(t, signature.Reference, r)},
		"no payload":           {binary, sign(t, signature.Reference, r)},
		"request without DID":  {signature.Request{}, sign(t, signature.Reference, r)},
		"nothing but a signer": {signature.Request{DID: r.DID}, sign(t, signature.JCS1, r)},
	} {
		t.Run(name, func(t *testing.T) {
			if m, ok := signature.Explain(k.PublicKey(), signature.Reference, c.request, c.sig); ok {
				t.Errorf("Explain = %+v", m)
			}
		})
	}
	if m, ok := signature.Explain(nil, signature.Reference, r, sign(t, signature.Reference, r)); ok {
		t.Errorf("without a key: %+v", m)
	}
}

// A signer that rounds numbers, which canonical JSON refuses, is found all the same.
func TestExplainRoundedNumber(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	r.Body = []byte(`{"n":9007199254740993}`)
	signed := `{"body": "{\"n\":9007199254740992}", "did": "` + caller + `", "timestamp": ` + strconv.FormatInt(r.Timestamp, 10) + "}"
	m, ok := signature.Explain(k.PublicKey(), signature.Reference, r, base58.Encode(rawSign(t, zeroSeed, signed)))
	if !ok || !strings.Contains(m.Form, "canonical") {
		t.Errorf("Explain = %+v, %v; want the canonical form", m, ok)
	}
}
