package did_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
)

func newDocument(t testing.TB) *did.Document {
	t.Helper()
	return describe(t, time.Unix(1767225600, 0), "https://a.example.com/?a=1&b=<2>")
}

func describe(t testing.TB, created time.Time, url string) *did.Document {
	t.Helper()
	doc, err := did.NewDocument(mustParse(t, caller), keyPair(t, zeroSeed), created, url)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func marshal(t testing.TB, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDocumentFixture(t *testing.T) {
	want, err := os.ReadFile("../../testdata/fixtures/did-document.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc did.Document
	if err := json.Unmarshal(want, &doc); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(doc, "", "  ")
	if err != nil || !bytes.Equal(append(got, '\n'), want) {
		t.Errorf("a document does not survive decoding and encoding: %s, %v", got, err)
	}
}

// What readers of the reference look at, spelled out.
func TestDocumentHasTheReferenceShape(t *testing.T) {
	doc := marshal(t, newDocument(t))
	for member, want := range map[string]string{
		"@context": `["https://www.w3.org/ns/did/v1","https://getbindu.com/ns/v1"]`,
		"id":       `"` + caller + `"`,
		"created":  `"2026-01-01T00:00:00Z"`,
		"authentication": `[{"controller":"` + caller + `","id":"#key-1",` +
			`"publicKeyBase58":"4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS","type":"Ed25519VerificationKey2020"}]`,
	} {
		if got, _ := json.Marshal(doc[member]); string(got) != want {
			t.Errorf("%s is %s, want %s", member, got, want)
		}
	}
}

func TestDocumentKeysAgree(t *testing.T) {
	doc := newDocument(t)
	multibase, found := strings.CutPrefix(doc.VerificationMethod[0].PublicKeyMultibase, "z")
	raw, err := base58.Decode(multibase)
	if !found || err != nil || !bytes.Equal(raw[:2], []byte{0xed, 0x01}) {
		t.Fatalf("multibase %q, %v", multibase, err)
	}
	if did.EncodePublicKey(raw[2:]) != doc.Authentication[0].PublicKeyBase58 {
		t.Error("the two forms hold different keys")
	}
	if id := doc.VerificationMethod[0].ID; id != caller+doc.Authentication[0].ID {
		t.Errorf("ids %s and %s do not resolve to one key", id, doc.Authentication[0].ID)
	}
	if id := doc.VerificationMethod[1].ID; len(doc.AssertionMethod) != 1 || id != doc.AssertionMethod[0] {
		t.Errorf("the assertion methods are %v, not %s", doc.AssertionMethod, id)
	}
}

func TestDocumentOmitsRatherThanNull(t *testing.T) {
	data, err := json.Marshal(describe(t, time.Time{}, ""))
	if err != nil || bytes.Contains(data, []byte("null")) || bytes.Contains(data, []byte(`""`)) {
		t.Errorf("document %s, %v", data, err)
	}
	for _, member := range []string{"created", "service"} {
		if bytes.Contains(data, []byte(member)) {
			t.Errorf("%s is there without a value", member)
		}
	}
}
