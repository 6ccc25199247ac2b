package signature_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// FuzzSignText reads whatever was signed as a text as every other format, with
// readers of its own: none may take the signature.
func FuzzSignText(f *testing.F) {
	for _, text := range []string{
		"hello", `{"body": "{}", "did": "did:bindu:a", "timestamp": 1}`, `{"timestamp": 1, "did": "did:bindu:a", "body": "{}"}`,
		`{"aud":"did:bindu:b","body":null,"did":"did:bindu:a","method":"POST","nonce":"AAECAwQFBgcICQoLDA0ODw","target":"/","timestamp":1}`,
		"eyJhbGciOiJFZERTQSJ9.e30", "ey\nJhbGciOiJFZERTQSJ9 .e30", "ewo=.x", ".e30", "IA==eyJ.", "e.yJhbGciOiJFZERTQSJ9.", "ewAiAGEAIgA6ADEAfQA.e30",
		"\"@method\": POST\n\"@signature-params\": ()", strings.Repeat("a", 64), "\xff", "caf\xe9", "",
	} {
		f.Add(text)
	}
	k, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sig, err := did.SignText(k, text)
		if err != nil {
			if did.VerifyText(k.PublicKey(), text, base58.Encode(rawSign(t, zeroSeed, text))) == nil {
				t.Fatalf("%q is not signed (%v), and verifies", text, err)
			}
			return
		}
		if err := did.VerifyText(k.PublicKey(), text, sig); err != nil {
			t.Fatalf("%q is signed, and does not verify: %v", text, err)
		}
		for _, s := range signature.Schemes() {
			for _, r := range requestsIn(text) {
				if _, err := signature.Verify(k.PublicKey(), s, r, sig); err == nil {
					t.Fatalf("the signature of the text %q opens the request %+v under %s", text, r, s)
				}
			}
		}
		switch {
		case !utf8.ValidString(text), strings.HasPrefix(text, "\xff"), len(text) == 64, hasParams(text), hasHeader(text):
			t.Fatalf("%q is signed", text)
		}
	})
}

// requestsIn reads a text as the payload of a request, whoever wrote it how. The
// payloads of octets-1 are no texts.
func requestsIn(text string) []signature.Request {
	var p struct {
		Aud, DID, Method, Nonce, Target string
		Timestamp                       int64
		Body                            json.RawMessage
	}
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil
	}
	r := signature.Request{DID: parsed(p.DID), Audience: parsed(p.Aud), Timestamp: p.Timestamp, Method: p.Method, Nonce: p.Nonce, Target: p.Target, Body: p.Body}
	all := []signature.Request{r}
	r.Body = nil
	all = append(all, r)
	var body string
	if json.Unmarshal(p.Body, &body) == nil {
		r.Body = []byte(body)
		all = append(all, r)
	}
	return all
}

func hasParams(text string) bool {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		if strings.HasPrefix(line, `"@signature-params": `) {
			return true
		}
	}
	return false
}

// hasHeader decodes what stands before the first dot in four ways.
func hasHeader(text string) bool {
	head, _, dotted := strings.Cut(text, ".")
	if !dotted {
		return false
	}
	known := strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", r):
			return r
		case r == '+':
			return '-'
		case r == '/':
			return '_'
		}
		return -1
	}, head)
	if len(known)%4 == 1 {
		known = known[:len(known)-1]
	}
	for _, way := range []struct {
		encoding *base64.Encoding
		part     string
	}{{base64.RawURLEncoding, head}, {base64.URLEncoding, head}, {base64.StdEncoding, head}, {base64.RawURLEncoding, known}} {
		raw, err := way.encoding.DecodeString(way.part)
		var object map[string]json.RawMessage
		if err == nil && json.Unmarshal(raw, &object) == nil && object != nil {
			return true
		}
	}
	return head == ""
}

// parsed is none for what is no DID.
func parsed(text string) did.DID {
	d, err := did.Parse(text)
	if err != nil {
		return did.DID{}
	}
	return d
}
