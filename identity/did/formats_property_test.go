package did

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// payloads is how many payloads of each format are made.
const payloads = 1000

// generators make payloads of each format of the registry but texts: what its
// signers sign, and its verifiers accept.
func generators() map[*format]func(*testing.T, *rand.Rand) []byte {
	return map[*format]func(*testing.T, *rand.Rand) []byte{
		// Package signature has the schemes themselves, and this test over them.
		formatReference: func(_ *testing.T, rng *rand.Rand) []byte {
			return fmt.Appendf(nil, `{"body": %q, "did": "did:bindu:%s", "timestamp": %d}`, word(rng), word(rng), rng.Int64())
		},
		formatJCS: func(_ *testing.T, rng *rand.Rand) []byte {
			return fmt.Appendf(nil, `{"aud":"did:bindu:%s","body":%s,"did":"did:bindu:%s"}`, word(rng), randomJSON(rng, 4), word(rng))
		},
		formatTagged: func(_ *testing.T, rng *rand.Rand) []byte {
			return append(AppendTag(nil, word(rng)), randomJSON(rng, 2)...)
		},
		formatJWS: func(_ *testing.T, rng *rand.Rand) []byte { return signingInput(rng) },
		formatHTTPDraft: func(_ *testing.T, rng *rand.Rand) []byte {
			return []byte("host: " + word(rng) + "\n(request-target): get /" + word(rng))
		},
		formatPASETO: func(_ *testing.T, rng *rand.Rand) []byte {
			return preAuthentication("v4.public.", string(randomJSON(rng, 2)), word(rng), "")
		},
		formatHTTP: func(_ *testing.T, rng *rand.Rand) []byte { return signatureBase(rng) },
		formatDigestPair: func(_ *testing.T, rng *rand.Rand) []byte {
			a, b := sha256.Sum256([]byte(word(rng))), sha256.Sum256([]byte(word(rng)))
			if rng.IntN(2) == 0 { // as if the sums were letters
				return []byte(hex.EncodeToString(a[:]))
			}
			return append(a[:], b[:]...)
		},
	}
}

// 161: nothing that any format could produce is signed as a text. A format that
// is new in the registry needs a generator here.
func TestHostile161NoPayloadOfAnyFormatIsSignedAsAText(t *testing.T) {
	make, k := generators(), vectorKey(t, zeroSeedHex)
	for _, f := range formats {
		t.Run(f.name, func(t *testing.T) {
			if f == formatText {
				return
			}
			if make[f] == nil {
				t.Fatal("this format has no generator: add one, so that texts cannot be its payloads")
			}
			rng := rand.New(rand.NewPCG(161, 1))
			for range payloads {
				payload := make[f](t, rng)
				wantPayload(t, k, f, payload)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// The same for what the Python reference signed.
func TestHostile161NoVectorIsSignedAsAText(t *testing.T) {
	k := vectorKey(t, zeroSeedHex)
	for _, v := range readVectors[vectorFile](t, "bindu-request-signatures.json").Vectors {
		wantPayload(t, k, formatReference, unbase64(t, v.Payload))
	}
}

func wantPayload(t *testing.T, k *KeyPair, f *format, payload []byte) {
	t.Helper()
	if !f.covers(payload) {
		t.Errorf("%q is not covered by %s", payload, f.name)
	}
	if signature, err := SignText(k, string(payload)); err == nil {
		t.Errorf("%s is signed as a text: %q %s", f.name, payload, signature)
	}
}

func word(rng *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 1+rng.IntN(12))
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

// oddText has in it what other formats are told by.
func oddText(rng *rand.Rand) string {
	pieces := []string{"é", "\U0001f600", "\n", "\r", `"`, `\`, ".", "eyJhbGciOiJFZERTQSJ9.", `{"aud":"`, `{"body": "`, "\"@signature-params\": ", "\x00", " ", word(rng)}
	var b strings.Builder
	for range rng.IntN(12) {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}

func randomValue(rng *rand.Rand, depth int) any {
	switch n := rng.IntN(6); {
	case n == 0 && depth > 0:
		return []any{randomValue(rng, depth-1), randomValue(rng, depth-1)}
	case n < 3 && depth > 0:
		return map[string]any{word(rng): randomValue(rng, depth-1), oddText(rng): randomValue(rng, depth-1)}
	case n == 3:
		return rng.IntN(1 << 30)
	case n == 4:
		return nil
	}
	return oddText(rng)
}

func randomJSON(rng *rand.Rand, depth int) []byte {
	raw, err := json.Marshal(randomValue(rng, depth))
	if err != nil {
		panic(err) // strings, numbers, arrays and objects
	}
	return raw
}

// preAuthentication is what PASETO signs of its pieces.
func preAuthentication(pieces ...string) []byte {
	all := binary.LittleEndian.AppendUint64(nil, uint64(len(pieces)))
	for _, p := range pieces {
		all = append(binary.LittleEndian.AppendUint64(all, uint64(len(p))), p...)
	}
	return all
}

// signingInput is what a JWS signer makes, or what a lenient verifier takes.
func signingInput(rng *rand.Rand) []byte {
	header := map[string]any{"alg": "EdDSA", oddText(rng): randomValue(rng, 2)}
	raw, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	if rng.IntN(3) == 0 {
		var buf bytes.Buffer
		_ = json.Indent(&buf, raw, "", " ")
		raw = append([]byte([]string{"", " ", "\n", "\ufeff", "\u00a0", "/* { */", "// c\n", ")]}'\n"}[rng.IntN(8)]), buf.Bytes()...)
	}
	if rng.IntN(8) == 0 {
		raw = []byte(inUTF16("{\"alg\":\"EdDSA\"}"))
	}
	encoding := []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.StdEncoding}[rng.IntN(4)]
	text := encoding.EncodeToString(raw)
	for range rng.IntN(3) { // white space, and what is none of the alphabet
		at := rng.IntN(min(len(text), 6))
		text = text[:at] + []string{"\n", "\r\n", " ", "!", "*", "=", "."}[rng.IntN(7)] + text[at:]
	}
	if rng.IntN(8) == 0 && !strings.ContainsAny(text[:10], "=.") {
		text = "IA==" + text
	}
	if rng.IntN(10) == 0 {
		text = "" // the header is not protected
	}
	payload := base64.RawURLEncoding.EncodeToString(randomJSON(rng, 2))
	if rng.IntN(3) == 0 {
		payload = oddText(rng) // RFC 7797
	}
	return []byte(text + "." + payload)
}

func signatureBase(rng *rand.Rand) []byte {
	end := []string{"\n", "\r\n", "\r"}[rng.IntN(3)]
	var b strings.Builder
	for range rng.IntN(4) {
		fmt.Fprintf(&b, "%q: %s%s", word(rng), word(rng), end)
	}
	fmt.Fprintf(&b, "\"@signature-params\": (%q);created=%d", word(rng), rng.IntN(1<<30))
	return []byte(b.String())
}
