package registrar

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	fuzzKey    = "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"
	fuzzSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

// FuzzRegistration reads any body. What is taken has a key that can verify, a secret
// of a form that every authorization server takes, and nothing that could end a line.
func FuzzRegistration(f *testing.F) {
	for _, seed := range []string{
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `"}`,
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `","name":"a\u00e9","url":"https://a.example:1/b"}`,
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `","enrolmentToken":"` + tokenPrefix + fuzzSecret + `"}`,
		`{"publicKey":"11111111111111111111111111111111","clientSecret":"` + fuzzSecret + `"}`,
		`{"name":"a","name":"b"}`, `{"name":null}`, `{"NAME":"a"}`, `{"name":"\ud800"}`, `[]`, `null`, `{}{}`, "\xff", strings.Repeat("[", 100),
	} {
		f.Add([]byte(seed))
	}
	if _, refused := parseRegistration([]byte(`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `"}`)); refused != nil {
		f.Fatalf("a good registration is refused: %v", refused)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reg, refused := parseRegistration(body)
		if refused != nil {
			if say(refused.Word).status < 400 || say(refused.Word).hint == "" {
				t.Errorf("%q is refused with %v, which says nothing", body, refused)
			}
			return
		}
		if _, err := did.DecodePublicKey(did.EncodePublicKey(reg.Key)); err != nil {
			t.Errorf("%q has a key that is none: %v", body, err)
		}
		if n := len(reg.Secret); n < minSecret || n > maxSecret {
			t.Errorf("%q has a secret of %d bytes", body, n)
		}
		if len(reg.Name) > maxName || len(reg.URL) > maxURL || strings.ContainsAny(reg.Name, "\r\n\x00") || !utf8.ValidString(reg.Name+reg.URL) {
			t.Errorf("%q has the name %q and the URL %q", body, reg.Name, reg.URL)
		}
		if reg.Token != "" && !isTokenText(string(reg.Token)) {
			t.Errorf("%q has a token that is none", body)
		}
	})
}
