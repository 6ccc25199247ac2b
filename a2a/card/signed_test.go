package card_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/jws"
)

// signedCard is a card that the key of seed 0 signed.
func signedCard(t testing.TB) []byte {
	t.Helper()
	return newCard(t, cardConfig(t)).V1()
}

func TestCardsAreSigned(t *testing.T) {
	t.Parallel()
	poet, key := parseDID(t, "did:bindu:test:poet:1"), assertionKey(t, 0).PublicKey()
	raw := signedCard(t)
	info, err := card.Parse(raw)
	if err != nil || !info.Signed() || info.Verify(poet, key) != nil {
		t.Fatalf("%+v, %v, %v", info, err, info.Verify(poet, key))
	}
	if again := signedCard(t); !bytes.Equal(raw, again) {
		t.Error("another start serves another card, and with it another ETag")
	}
	unsigned := cardConfig(t)
	unsigned.Key = nil
	plain, err := card.Parse(newCard(t, unsigned).V1())
	if err != nil || plain.Signed() || !errors.Is(plain.Verify(poet, key), card.ErrUnsigned) {
		t.Errorf("without a key: %+v, %v", plain, err)
	}
	if err := info.Verify(parseDID(t, "did:bindu:test:poet:2"), key); !errors.Is(err, card.ErrSignature) {
		t.Errorf("as another agent's: %v", err)
	}
	if err := info.Verify(poet, assertionKey(t, 1).PublicKey()); !errors.Is(err, card.ErrSignature) || !errors.Is(err, jws.ErrNotVerified) {
		t.Errorf("with another key: %v", err)
	}
}

// TestOneOfSeveralSignaturesIsEnough: as while a key is replaced.
func TestOneOfSeveralSignaturesIsEnough(t *testing.T) {
	t.Parallel()
	raw := signedCard(t)
	payload, err := card.Payload(raw)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(seed byte, kid string) jws.Signature {
		s, err := jws.Sign(assertionKey(t, seed), kid, payload)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const kid = "did:bindu:test:poet:1#key-2"
	for name, all := range map[string][]jws.Signature{
		"a key to come":      {sign(1, kid), sign(0, kid)},
		"a key of before":    {sign(0, kid), sign(1, kid)},
		"a stranger's":       {sign(1, "did:bindu:test:critic:1#key-2"), sign(0, kid)},
		"what cannot be one": {{Protected: "?", Signature: "!"}, sign(0, kid)},
	} {
		info, err := card.Parse(withSignatures(t, raw, all...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := info.Verify(parseDID(t, "did:bindu:test:poet:1"), assertionKey(t, 0).PublicKey()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChangedCardsDoNotVerify: any member of 1.0, changed, taken away or added.
func TestChangedCardsDoNotVerify(t *testing.T) {
	t.Parallel()
	raw := signedCard(t)
	of := func(m map[string]any, names ...string) map[string]any {
		for _, name := range names {
			m = m[name].(map[string]any)
		}
		return m
	}
	first := func(m map[string]any, name string) map[string]any { return m[name].([]any)[0].(map[string]any) }
	changes := map[string]func(map[string]any){
		"another address":    func(m map[string]any) { first(m, "supportedInterfaces")["url"] = "https://thief.example/" },
		"another binding":    func(m map[string]any) { first(m, "supportedInterfaces")["protocolBinding"] = "GRPC" },
		"another version":    func(m map[string]any) { first(m, "supportedInterfaces")["protocolVersion"] = "0.3" },
		"a tenant":           func(m map[string]any) { first(m, "supportedInterfaces")["tenant"] = "x" },
		"fewer interfaces":   func(m map[string]any) { m["supportedInterfaces"] = m["supportedInterfaces"].([]any)[1:] },
		"another DID":        func(m map[string]any) { first(of(m, "capabilities"), "extensions")["uri"] = "did:a:b" },
		"no such extension":  func(m map[string]any) { delete(of(m, "capabilities"), "extensions") },
		"a required one":     func(m map[string]any) { first(of(m, "capabilities"), "extensions")["required"] = true },
		"another parameter":  func(m map[string]any) { of(first(of(m, "capabilities"), "extensions"), "params")["author"] = "x" },
		"a null parameter":   func(m map[string]any) { of(first(of(m, "capabilities"), "extensions"), "params")["x"] = nil },
		"streaming left out": func(m map[string]any) { delete(of(m, "capabilities"), "streaming") },
		"streaming":          func(m map[string]any) { of(m, "capabilities")["streaming"] = false },
		"the extended card":  func(m map[string]any) { of(m, "capabilities")["extendedAgentCard"] = false },
		"no requirements":    func(m map[string]any) { delete(m, "securityRequirements") },
		"fewer requirements": func(m map[string]any) { delete(of(first(m, "securityRequirements"), "schemes"), "mtls") },
		"no schemes":         func(m map[string]any) { delete(m, "securitySchemes") },
		"a scheme less":      func(m map[string]any) { delete(of(m, "securitySchemes"), "mtls") },
		"another token URL": func(m map[string]any) {
			of(m, "securitySchemes", "oauth2", "oauth2SecurityScheme", "flows", "clientCredentials")["tokenUrl"] = "https://thief.example/"
		},
		"a provider":       func(m map[string]any) { m["provider"] = map[string]any{} },
		"an icon":          func(m map[string]any) { m["iconUrl"] = "" },
		"documentation":    func(m map[string]any) { m["documentationUrl"] = "https://thief.example/" },
		"another skill":    func(m map[string]any) { first(m, "skills")["id"] = "prose" },
		"no tags":          func(m map[string]any) { first(m, "skills")["tags"] = []any{} },
		"modes of a skill": func(m map[string]any) { first(m, "skills")["inputModes"] = []any{"x"} },
	}
	for _, name := range []string{"name", "description", "version"} {
		changes["another "+name] = func(m map[string]any) { m[name] = m[name].(string) + "." }
		changes["no "+name] = func(m map[string]any) { delete(m, name) }
	}
	for _, name := range []string{"defaultInputModes", "defaultOutputModes", "skills"} {
		changes["fewer "+name] = func(m map[string]any) { m[name] = m[name].([]any)[1:] }
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			if err := verified(t, changed(t, raw, change)); !errors.Is(err, card.ErrSignature) && !errors.Is(err, card.ErrUnusable) {
				t.Error(err)
			}
		})
	}
}

// TestSignaturesDoNotCoverWhatIsAsGoodAsAbsent: a parser of the schema sees no change.
func TestSignaturesDoNotCoverWhatIsAsGoodAsAbsent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(map[string]any){
		"an empty list":         func(m map[string]any) { m["skills"].([]any)[0].(map[string]any)["examples"] = []any{} },
		"null":                  func(m map[string]any) { m["provider"] = nil },
		"an unknown member":     func(m map[string]any) { m["x-later"] = false },
		"members of 0.3":        func(m map[string]any) { m["url"], m["preferredTransport"] = "https://elsewhere.example/", "GRPC" },
		"members of no version": func(m map[string]any) { m["kind"] = map[string]any{"a": []any{1e300}} },
	} {
		if err := verified(t, changed(t, signedCard(t), change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOfASignedCardNothingElseIsRead: the members of 0.3 lead nowhere.
func TestOfASignedCardNothingElseIsRead(t *testing.T) {
	t.Parallel()
	raw := changed(t, signedCard(t), func(m map[string]any) {
		for _, i := range m["supportedInterfaces"].([]any) {
			i.(map[string]any)["transport"] = "GRPC"
		}
		m["url"], m["preferredTransport"] = "https://thief.example/", "JSONRPC"
		m["additionalInterfaces"] = []any{map[string]any{"url": "https://thief.example/", "transport": "JSONRPC"}}
	})
	info, err := card.Parse(raw)
	if err != nil || info.JSONRPC.URL != "https://poet.example:3773/" || info.ProtocolVersion != card.V1 {
		t.Fatalf("%+v, %v", info, err)
	}
	// An interface in another form is no interface: what is not signed is not read in its place.
	raw = changed(t, signedCard(t), func(m map[string]any) {
		m["supportedInterfaces"] = []any{map[string]any{"transport": "GRPC"}}
		m["url"] = "https://thief.example/"
	})
	if info, err := card.Parse(raw); !errors.Is(err, card.ErrUnusable) {
		t.Errorf("%+v, %v", info, err)
	}
}

// TestCardsWithoutAPayload have no form that could be signed.
func TestCardsWithoutAPayload(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"nothing":                       ``,
		"a list":                        `[]`,
		"two values":                    `{}{}`,
		"a name twice":                  `{"name":"a","name":"b"}`,
		"a name twice, with an escape":  `{"name":"a","nam\u0065":"b"}`,
		"what is not signed twice":      `{"name":"a","url":"x","url":"y"}`,
		"twice where nothing is signed": `{"name":"a","x":{"y":1,"y":2}}`,
		"twice in params":               `{"capabilities":{"extensions":[{"params":{"a":1,"a":2}}]}}`,
		"a number for a name":           `{"name":1}`,
		"text for a flag":               `{"capabilities":{"streaming":"true"}}`,
		"a text for a list":             `{"defaultInputModes":"text/plain"}`,
		"null in a list":                `{"skills":[null]}`,
		"null in a map":                 `{"securitySchemes":{"a":null}}`,
		"a number that changes":         `{"capabilities":{"extensions":[{"params":{"n":9007199254740993}}]}}`,
		"half a surrogate":              `{"name":"\ud800"}`,
		"too much":                      `{"name":"` + strings.Repeat("x", card.MaxSize) + `"}`,
		"what grows beyond that":        `{"skills":[` + strings.Repeat(`{},`, 60_000) + `{}]}`,
		"as interfaces do":              `{"supportedInterfaces":[` + strings.Repeat(`{},`, 60_000) + `{}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if payload, err := card.Payload([]byte(raw)); !errors.Is(err, card.ErrUnusable) {
				t.Errorf("%.100q, %v", payload, err)
			}
		})
	}
}

func verified(t testing.TB, raw []byte) error {
	t.Helper()
	info, err := card.Parse(raw)
	if err != nil {
		return err
	}
	return info.Verify(parseDID(t, "did:bindu:test:poet:1"), assertionKey(t, 0).PublicKey())
}

// FuzzPayload: the form of a form is the form itself.
func FuzzPayload(f *testing.F) {
	f.Add(signedCard(f))
	for _, v := range readOfficial(f).Same {
		f.Add([]byte(v.Card))
	}
	f.Add([]byte(`{"securitySchemes":{"":{"oauth2SecurityScheme":{"flows":{"implicit":{}}}}},"skills":[{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		payload, err := card.Payload(raw)
		if err != nil {
			if !errors.Is(err, card.ErrUnusable) {
				t.Fatal(err)
			}
			return
		}
		again, err := card.Payload(payload)
		if err != nil && len(payload) <= card.MaxSize || err == nil && !bytes.Equal(again, payload) {
			t.Fatalf("%s\nbecomes\n%s, %v", payload, again, err)
		}
	})
}

func BenchmarkVerifyCard(b *testing.B) {
	raw := signedCard(b)
	many := []byte(`{"supportedInterfaces":[{}],"signatures":[` + strings.Repeat(`{},`, 15) + `{}],"skills":[` + strings.Repeat(`{},`, 5_000) + `{}]}`)
	for name, raw := range map[string][]byte{"ours": raw, fmt.Sprint(len(many), " bytes of empty skills"): many} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				_, _ = card.Payload(raw)
			}
		})
	}
}
