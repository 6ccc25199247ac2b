package did

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/mr-tron/base58"
)

var b64 = base64.RawURLEncoding.EncodeToString

// inUTF16 is ASCII text in UTF-16, as Python's json.loads reads it.
func inUTF16(text string) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteString(string(c) + "\x00")
	}
	return b.String()
}

// 161: a text that could be of another format is not signed, and a signature
// over one counts for nothing.
func TestHostile161TextsOfOtherFormats(t *testing.T) {
	const header = `{"alg":"EdDSA"}`
	eyJ := b64([]byte(header))
	for name, c := range map[string]struct{ reason, text string }{
		"reference":                            {"request_reference", `{"body": "{}", "did": "did:bindu:a", "timestamp": 1}`},
		"reference, only its beginning":        {"request_reference", `{"body": "`},
		"jcs-1":                                {"request_jcs_1", `{"aud":"did:bindu:b","body":null}`},
		"jcs-1, only its beginning":            {"request_jcs_1", `{"aud":"`},
		"JWS":                                  {"jws", eyJ + "." + b64([]byte(`{"iss":"a"}`))},
		"JWS without payload":                  {"jws", eyJ + "."},
		"RFC 7797":                             {"jws", eyJ + ".any text. At all"},
		"a whole JWT":                          {"jws", eyJ + ".e30.c2lnbmF0dXJl"},
		"empty header object":                  {"jws", "e30.e30"},
		"empty header object, spaced":          {"jws", b64([]byte("{ \n}")) + ".e30"},
		"space in the header":                  {"jws", b64([]byte("\r\n {\t\n\"alg\":\"EdDSA\"}")) + ".e30"},
		"padded":                               {"jws", base64.URLEncoding.EncodeToString([]byte(header+" ")) + ".e30"},
		"standard alphabet":                    {"jws", base64.StdEncoding.EncodeToString([]byte("\ufeff"+header)) + ".e30"},
		"standard alphabet, plus":              {"jws", base64.StdEncoding.EncodeToString([]byte(" \ufeff"+header)) + ".e30"},
		"wrapped":                              {"jws", eyJ[:2] + "\r\n" + eyJ[2:] + ".e30"},
		"spaces around":                        {"jws", " \n\t" + eyJ + " .e30"},
		"foreign characters inside":            {"jws", "*" + eyJ[:1] + "é!" + eyJ[1:] + ".e30"},
		"a dot inside":                         {"jws", eyJ[:1] + "." + eyJ[1:] + ".e30"},
		"padding inside":                       {"jws", "IA==" + eyJ + ".e30"},
		"padding inside, one of three":         {"jws", "ICA=" + eyJ + ".e30"},
		"padding that is skipped":              {"jws", eyJ[:2] + "=" + eyJ[2:] + ".e30"},
		"padding that is skipped before space": {"jws", "IH=s" + b64([]byte(" " + header))[3:] + ".e30"},
		"garbage behind the header":            {"jws", eyJ + "=%.e30"},
		"byte order mark":                      {"jws", b64([]byte("\ufeff"+header)) + ".e30"},
		"UTF-16":                               {"jws", b64([]byte(inUTF16(header))) + ".e30"},
		"UTF-16, big end first":                {"jws", b64([]byte("\xfe\xff\x00"+inUTF16(header))) + ".e30"},
		"comment":                              {"jws", b64([]byte(`{/**/"alg":"EdDSA"}`)) + ".e30"},
		"comment, spaced":                      {"jws", b64([]byte("{ // x\n\"alg\":\"EdDSA\"}")) + ".e30"},
		"JWS with an unprotected header":       {"jws", "." + b64([]byte("hello"))},
		"the same, with space":                 {"jws", "\r\n." + b64([]byte("hello"))},
		"RFC 9421":                             {"http_signature", "\"@method\": POST\n\"@signature-params\": (\"@method\");created=1"},
		"RFC 9421 of no component":             {"http_signature", `"@signature-params": ()`},
		"RFC 9421 with CRLF":                   {"http_signature", "\"@method\": POST\r\n\"@signature-params\": ()"},
		"RFC 9421 with CR":                     {"http_signature", "\"@method\": POST\r\"@signature-params\": ()"},
		"RFC 9421 after a mention":             {"http_signature", "see \"@signature-params\": ()\n\"@signature-params\": ()"},
		"draft of HTTP signatures":             {"http_signature_draft", "(request-target): post /\nhost: a.example\ndate: Tue, 07 Jun 2014 20:51:35 GMT"},
		"draft, in capitals":                   {"http_signature_draft", "Note\n(Request-Target): post /"},
		"draft, key and time":                  {"http_signature_draft", "(key-id): did:bindu:a#key-1\n(created): 1402170695"},
		"draft, its default":                   {"http_signature_draft", "date: Tue, 07 Jun 2014 20:51:35 GMT"},
		"names without quotes":                 {"jws", b64([]byte(`{alg:"EdDSA"}`)) + ".e30"},
		"names in single quotes":               {"jws", b64([]byte(`{'alg':'EdDSA'}`)) + ".e30"},
		"a shell comment":                      {"jws", b64([]byte("{#c\n\"alg\":\"EdDSA\"}")) + ".e30"},
		"form feed before":                     {"jws", b64([]byte("\f\v{\"alg\":\"EdDSA\"}")) + ".e30"},
		"a comment before":                     {"jws", b64([]byte(`/* c *//**/`+header)) + ".e30"},
		"stars in a comment before":            {"jws", b64([]byte(`/***{*/`+header)) + ".e30"},
		"a line of comment before":             {"jws", b64([]byte(" // c\n"+header)) + ".e30"},
		"a shell comment before":               {"jws", b64([]byte("#c\r"+header)) + ".e30"},
		"the prefix against scripts":           {"jws", b64([]byte(")]}'\n"+header)) + ".e30"},
		"the prefix with a comma, and more":    {"jws", b64([]byte(" )]}',\n/**/"+header)) + ".e30"},
		"NBSP":                                 {"jws", b64([]byte("\u00a0"+header)) + ".e30"},
		"white space of Unicode":               {"jws", b64([]byte("\u0085\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff{\u00a0\"alg\":1}")) + ".e30"},
		"control characters before":            {"jws", b64([]byte("\x01\x1f"+header)) + ".e30"},
		"a name of digits":                     {"jws", b64([]byte(`{1:1,alg:EdDSA}`)) + ".e30"},
		"a name of anything":                   {"jws", b64([]byte("{\x16\u00e9 :1,alg:EdDSA}")) + ".e30"},
		"a name of anything, with a comment":   {"jws", b64([]byte("{$x/**/:1,alg:EdDSA}")) + ".e30"},
		"a name and an equals sign":            {"jws", b64([]byte("{-=1;alg=EdDSA}")) + ".e30"},
		"an escape in single quotes":           {"jws", b64([]byte(`{'\u0061lg':'EdDSA'}`)) + ".e30"},
		"no character in single quotes":        {"jws", b64([]byte("{'\x80' :1,alg:EdDSA}")) + ".e30"},
		"PASETO v4.public":                     {"paseto", "\x04" + strings.Repeat("\x00", 7) + "\x0a" + strings.Repeat("\x00", 7) + "v4.public.\x02" + strings.Repeat("\x00", 7) + "{}" + strings.Repeat("\x00", 16)},
		"PASETO v2.public":                     {"paseto", "\x03" + strings.Repeat("\x00", 7) + "\x0a" + strings.Repeat("\x00", 7) + "v2.public."},
		"64 bytes":                             {"digest_pair", strings.Repeat("0", 64)},
		"64 bytes of 32 letters":               {"digest_pair", strings.Repeat("é", 32)},
		"tagged":                               {"tagged", "\xffoctets-1\x00{}"},
		"tagged, one byte":                     {"tagged", "\xff"},
		"not UTF-8":                            {"not_utf8", "caf\xe9"},
		"surrogate":                            {"not_utf8", "\xed\xa0\x80"},
		"COSE":                                 {"not_utf8", "\x84\x6aSignature1"},
	} {
		t.Run(name, func(t *testing.T) { wantRefused(t, c.text, c.reason) })
	}
}

func wantRefused(t *testing.T, text, reason string) {
	t.Helper()
	k := vectorKey(t, zeroSeedHex)
	var refused *TextError
	if signature, err := SignText(k, text); !errors.As(err, &refused) || refused.Reason != reason || signature != "" {
		t.Errorf("SignText(%q) = %q, %v; want the reason %s", text, signature, err, reason)
	}
	forged := base58.Encode(ed25519.Sign(k.private(), []byte(text)))
	if err := VerifyText(k.PublicKey(), text, forged); !errors.As(err, &refused) || refused.Reason != reason || !errors.Is(err, ErrTextRefused) {
		t.Errorf("VerifyText(%q): %v; want the reason %s", text, err, reason)
	}
}

const zeroSeedHex = "0000000000000000000000000000000000000000000000000000000000000000"

// What only resembles another format is signed: the bytes are judged as they are.
func TestTextsBesideOtherFormatsAreSigned(t *testing.T) {
	k := vectorKey(t, zeroSeedHex)
	for name, text := range map[string]string{
		"empty":                     "",
		"space before":              ` {"body": "x", "did": "did:bindu:a", "timestamp": 1}`,
		"byte order mark before":    "\ufeff" + `{"aud":"did:bindu:b"}`,
		"quoted":                    `You wrote: {"body": "x"}`,
		"compact":                   `{"body":"x"}`,
		"spaced":                    `{"aud": "x"}`,
		"sentences":                 "example. Exactly. eyes. I see. A. B.",
		"an ellipsis":               "wait... what",
		"not Latin":                 "\u041f\u0440\u0438\u0432\u0435\u0442. \u4f60\u597d...",
		"a number":                  "3.14",
		"an address":                "https://example.com/eyJ",
		"base64 of no object":       b64([]byte(`["alg"]`)) + "." + b64([]byte(`"x"`)),
		"base64 of an object alone": b64([]byte(`{"alg":"EdDSA"}`)),
		"eyes":                      "eyes. eyed. eye.",
		"a brace and no name":       b64([]byte(`{1}`)) + ".e30",
		"a comment without an end":  b64([]byte(`/* {"alg":"EdDSA"}`)) + ".e30",
		"a comment and no object":   b64([]byte(`/**/["alg"]`)) + ".e30",
		"a slash":                   b64([]byte(`/{"alg":"EdDSA"}`)) + ".e30",
		"half of a prefix":          b64([]byte(`)]{"alg":"EdDSA"}`)) + ".e30",
		"no name in quotes":         b64([]byte("{'\x80',1}")) + ".e30",
		"words of a brace":          "example.com explains it. e-mail, except for ewes. extra. Lyrics. Lyon.",
		"e-mail":                    "e-mail is for letters. It is",
		"extract":                   "extract the tables of this invoice. Then stop.",
		"UTF-32":                    "a\x00\x00\x00.\x00\x00\x00",
		"Lyrics":                    "Lyrics of a song. Kept short.",
		"a date among words":        "date: tomorrow\nor later",
		"a list of words":           "summary: short\nnote: none",
		"an aside":                  "(see below) it is: so",
		"a name in the middle":      `the line "@signature-params": () is the last`,
		"indented":                  "  \"@signature-params\": ()",
		"63 bytes":                  strings.Repeat("0", 63),
		"65 bytes":                  strings.Repeat("0", 65),
		"64 letters of 65 bytes":    strings.Repeat("0", 63) + "é",
	} {
		t.Run(name, func(t *testing.T) {
			signature, err := SignText(k, text)
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyText(k.PublicKey(), text, signature); err != nil {
				t.Error(err)
			}
		})
	}
}

// The texts that the reference signs in its vectors are none of those refused.
func TestReferenceTextsAreNotRefused(t *testing.T) {
	for _, v := range readVectors[vectorFile](t, "bindu-artifact-signatures.json").Vectors {
		if err := formatText.check(unbase64(t, v.Text)); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// The one function signs nothing as what it is not.
func TestAPayloadIsSignedAsItsOwnFormatOnly(t *testing.T) {
	k := vectorKey(t, zeroSeedHex)
	for _, payload := range []string{"hello", `{"body": "", "did": "did:bindu:a", "timestamp": 1}`, `{"aud":"did:bindu:b","body":null}`, "\xffoctets-1{}"} {
		for _, f := range formats {
			_, err := k.sign(f, []byte(payload))
			if own := formatOf([]byte(payload)) == f; own != (err == nil) {
				t.Errorf("%q, signed as %s: %v", payload, f.name, err)
			}
		}
		_, err := k.SignRequest([]byte(payload))
		if own := payload[0] == '{'; own != (err == nil) {
			t.Errorf("%q, signed as a request: %v", payload, err)
		}
		_, err = k.SignTagged("octets-1", []byte(payload))
		if own := payload[0] == tagByte; own != (err == nil) {
			t.Errorf("%q, signed as tagged: %v", payload, err)
		}
	}
	if text, err := k.SignTagged("octets", []byte("\xffoctets-1{}")); err == nil {
		t.Errorf("signed under a name that is the beginning of another: %s", text)
	}
}
