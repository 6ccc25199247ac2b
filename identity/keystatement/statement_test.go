package keystatement_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/keystatement"
	"github.com/getbindu/bindu-go/identity/signature"
)

func keyOf(t testing.TB, first byte) *did.KeyPair {
	t.Helper()
	k, err := did.KeyPairFromSeed(append([]byte{first}, make([]byte, 31)...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func didOf(t testing.TB, name string, k *did.KeyPair) did.DID {
	t.Helper()
	d, err := did.FromPublicKey("author", name, k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a registrar's key and what it says of an agent's.
func world(t testing.TB) (*did.KeyPair, keystatement.Statement) {
	t.Helper()
	registrar, agent := keyOf(t, 0), keyOf(t, 1)
	return registrar, keystatement.Statement{
		DID: didOf(t, "alice", agent), Key: agent.PublicKey(), Since: noon.Add(-time.Hour), IssuedAt: noon, ExpiresAt: noon.Add(30 * time.Second),
		Registrar: didOf(t, "registrar", registrar),
	}
}

func sign(t testing.TB, k *did.KeyPair, s keystatement.Statement) []byte {
	t.Helper()
	data, err := s.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The bytes are those that other implementations make and check.
func TestAStatementOnTheWire(t *testing.T) {
	k, s := world(t)
	const wanted = `{"did":"did:bindu:author:alice:ALICE","publicKey":"KEY","since":"2026-06-01T11:00:00Z",` +
		`"issuedAt":"2026-06-01T12:00:00Z","expiresAt":"2026-06-01T12:00:30Z","registrar":"did:bindu:author:registrar:REGISTRAR","registrarKey":"OWN","signature":"SIGNATURE"}`
	got := sign(t, k, s)
	var read map[string]string
	if err := json.Unmarshal(got, &read); err != nil {
		t.Fatal(err)
	}
	written := strings.NewReplacer("ALICE", s.DID.LastSegment(), "KEY", did.EncodePublicKey(s.Key), "REGISTRAR", s.Registrar.LastSegment(),
		"OWN", did.EncodePublicKey(k.PublicKey()), "SIGNATURE", read["signature"]).Replace(wanted)
	if string(got) != written {
		t.Errorf("%s, want %s", got, written)
	}
	if !ed25519.Verify(k.PublicKey(), payloadOf(read), decode(t, read["signature"])) {
		t.Error("the signature is over something else than docs/registrar.md says")
	}
}

func TestAStatementComesBack(t *testing.T) {
	k, s := world(t)
	s.Since, s.IssuedAt = s.Since.Add(900*time.Millisecond), s.IssuedAt.In(time.FixedZone("", 3600)).Add(time.Millisecond)
	got, err := keystatement.Verify(sign(t, k, s), s.Registrar, s.DID, noon.Add(29*time.Second))
	if err != nil || got.DID != s.DID || got.Registrar != s.Registrar || !got.Key.Equal(s.Key) ||
		!got.Since.Equal(noon.Add(-time.Hour)) || !got.IssuedAt.Equal(noon) || !got.ExpiresAt.Equal(s.ExpiresAt) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsNoStatement(t *testing.T) {
	k, s := world(t)
	thief := keyOf(t, 2)
	good := string(sign(t, k, s))
	changed := func(change func(*keystatement.Statement)) string {
		other := s
		change(&other)
		return string(sign(t, k, other))
	}
	replaced := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in %s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, tt := range map[string]struct {
		data string
		want error
	}{
		"as it is":                        {good, nil},
		"about another DID":               {changed(func(s *keystatement.Statement) { s.DID = didOf(t, "bob", k) }), keystatement.ErrInvalid},
		"with the name of another DID":    {replaced(":alice:", ":carol:"), keystatement.ErrInvalid},
		"by another registrar":            {string(sign(t, thief, keystatement.Statement{DID: s.DID, Key: s.Key, Since: s.Since, IssuedAt: s.IssuedAt, ExpiresAt: s.ExpiresAt, Registrar: didOf(t, "registrar", thief)})), keystatement.ErrInvalid},
		"by another key":                  {replaced(did.EncodePublicKey(k.PublicKey()), did.EncodePublicKey(thief.PublicKey())), keystatement.ErrInvalid},
		"by a key that is not its":        {forged(t, thief, good), keystatement.ErrInvalid},
		"of another key":                  {replaced(did.EncodePublicKey(s.Key), did.EncodePublicKey(thief.PublicKey())), keystatement.ErrInvalid},
		"that counts for longer":          {replaced("12:00:30Z", "12:00:31Z"), keystatement.ErrInvalid},
		"signed to count for longer":      {changed(func(s *keystatement.Statement) { s.ExpiresAt = noon.Add(31 * time.Second) }), keystatement.ErrInvalid},
		"signed to count for no time":     {changed(func(s *keystatement.Statement) { s.ExpiresAt = noon }), keystatement.ErrInvalid},
		"of a key that begins later":      {changed(func(s *keystatement.Statement) { s.Since = noon.Add(time.Second) }), keystatement.ErrInvalid},
		"of a weak key":                   {changed(func(s *keystatement.Statement) { s.Key = make([]byte, 32) }), did.ErrWeakKey},
		"of no key":                       {changed(func(s *keystatement.Statement) { s.Key = []byte{1} }), keystatement.ErrInvalid},
		"with one more member":            {replaced(`{"did"`, `{"note":"","did"`), keystatement.ErrInvalid},
		"with a member twice":             {replaced(`{"did"`, `{"did":"did:a:b","did"`), keystatement.ErrInvalid},
		"with a member spelt otherwise":   {replaced(`"since"`, `"Since"`), keystatement.ErrInvalid},
		"with a time in another zone":     {replaced("11:00:00Z", "11:00:00+00:00"), keystatement.ErrInvalid},
		"with a part of a second":         {replaced("12:00:00Z", "12:00:00.0Z"), keystatement.ErrInvalid},
		"with a signature that is longer": {replaced(`"}`, `AA"}`), keystatement.ErrInvalid},
		"without a signature":             {good[:strings.Index(good, `,"signature"`)] + "}", keystatement.ErrInvalid},
		"with something behind it":        {good + "{}", keystatement.ErrInvalid},
		"too long":                        {good + strings.Repeat(" ", keystatement.MaxBytes), keystatement.ErrInvalid},
		"null":                            {"null", keystatement.ErrInvalid},
		"nothing":                         {"", keystatement.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keystatement.Verify([]byte(tt.data), s.Registrar, s.DID, noon)
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err != nil && got.Key != nil {
				t.Errorf("a key comes with the error %v", err)
			}
		})
	}
	if _, err := keystatement.Verify([]byte(good), did.DID{}, s.DID, noon); !errors.Is(err, keystatement.ErrInvalid) {
		t.Errorf("for no registrar: %v", err)
	}
}

func TestWhenAStatementCounts(t *testing.T) {
	k, s := world(t)
	data := sign(t, k, s)
	for at, counts := range map[time.Duration]bool{
		-61 * time.Second: false, -60 * time.Second: true, 0: true, 30*time.Second - 1: true, 30 * time.Second: false, time.Hour: false,
	} {
		_, err := keystatement.Verify(data, s.Registrar, s.DID, noon.Add(at))
		if counts && err != nil || !counts && !errors.Is(err, keystatement.ErrOutdated) {
			t.Errorf("%s after it was made: %v", at, err)
		}
	}
}

// forged is a statement in another's name, signed as it should be by another key.
func forged(t *testing.T, thief *did.KeyPair, good string) string {
	t.Helper()
	var members map[string]string
	if err := json.Unmarshal([]byte(good), &members); err != nil {
		t.Fatal(err)
	}
	members["registrarKey"] = did.EncodePublicKey(thief.PublicKey())
	text, err := thief.SignTagged("key-statement-1", payloadOf(members))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := did.OpenSignature(thief.PublicKey(), text)
	if err != nil {
		t.Fatal(err)
	}
	members["signature"] = encode(raw)
	data, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Nobody but the registrar says anything of a key, the agent that has the key included.
func TestNobodyElseMakesAStatement(t *testing.T) {
	k, s := world(t)
	for seed := byte(1); seed < 20; seed++ { // 1 is the agent's own
		data := forged(t, keyOf(t, seed), string(sign(t, k, s)))
		if _, err := keystatement.Verify([]byte(data), s.Registrar, s.DID, noon); !errors.Is(err, keystatement.ErrInvalid) {
			t.Errorf("key %d: %v", seed, err)
		}
	}
}

// A registrar cannot make one that counts for longer, whenever it is looked at.
func TestNoStatementCountsForLong(t *testing.T) {
	k, s := world(t)
	for _, lives := range []time.Duration{31 * time.Second, time.Hour, 100 * 365 * 24 * time.Hour} {
		s.ExpiresAt = s.IssuedAt.Add(lives)
		for _, at := range []time.Duration{0, 29 * time.Second, lives - time.Second} {
			if _, err := keystatement.Verify(sign(t, k, s), s.Registrar, s.DID, noon.Add(at)); !errors.Is(err, keystatement.ErrInvalid) {
				t.Errorf("%s, after %s: %v", lives, at, err)
			}
		}
	}
}

// A registrar whose DID does not follow from its key could not be believed.
func TestWhoCanMakeAStatement(t *testing.T) {
	_, s := world(t)
	if data, err := s.Sign(keyOf(t, 2)); err == nil {
		t.Errorf("signed in another's name: %s", data)
	}
	named, err := did.FromAuthorAndName("author", "registrar")
	if err != nil {
		t.Fatal(err)
	}
	s.Registrar = named
	if data, err := s.Sign(keyOf(t, 0)); err == nil {
		t.Errorf("signed by one whose DID says nothing of its key: %s", data)
	}
}

// No bit of a statement may be another one.
func TestNoBitOfAStatementMayChange(t *testing.T) {
	k, s := world(t)
	good := sign(t, k, s)
	for i := range good {
		for bit := range 8 {
			data := bytes.Clone(good)
			data[i] ^= 1 << bit
			if got, err := keystatement.Verify(data, s.Registrar, s.DID, noon); err == nil {
				t.Fatalf("%s counts: %+v", data, got)
			}
		}
	}
}

// 161: what a registrar signs of keys is signed as nothing else, and nothing else as it:
// no text, no request of any scheme, nothing of another name.
func TestHostile161NoStatementIsSignedAsAText(t *testing.T) {
	rng := rand.New(rand.NewPCG(161, 4))
	for n := range 1000 {
		k := keyOf(t, byte(n))
		s := keystatement.Statement{
			DID: didOf(t, word(rng), keyOf(t, byte(n+1))), Key: keyOf(t, byte(n+1)).PublicKey(), Registrar: didOf(t, word(rng), k),
			Since: noon.Add(time.Duration(rng.Int64N(1 << 50))), IssuedAt: noon.Add(time.Duration(rng.Int64N(1 << 50))), ExpiresAt: noon.Add(time.Duration(rng.Int64N(1 << 50))),
		}
		var read map[string]string
		if err := json.Unmarshal(sign(t, k, s), &read); err != nil {
			t.Fatal(err)
		}
		payload := payloadOf(read)
		if !ed25519.Verify(k.PublicKey(), payload, decode(t, read["signature"])) {
			t.Fatalf("%q is not what was signed", payload)
		}
		if sig, err := did.SignText(k, string(payload)); err == nil {
			t.Fatalf("%q is signed as a text: %s", payload, sig)
		}
		if sig, err := k.SignRequest(payload); err == nil {
			t.Fatalf("%q is signed as a request: %s", payload, sig)
		}
		for _, other := range []string{"octets-1", "assertion-key-1", "key-statement", "key-statement-11", "ey-statement-1", ""} {
			if sig, err := k.SignTagged(other, payload); err == nil {
				t.Fatalf("%q is signed as %q: %s", payload, other, sig)
			}
		}
	}
}

// No payload of a scheme of requests, which an agent signs all day, makes a statement.
func TestARequestIsNoStatement(t *testing.T) {
	k, s := world(t)
	for _, scheme := range signature.Schemes() {
		h, err := signature.SignHeader(k, scheme, signature.Request{
			DID: s.Registrar, Audience: s.DID, Timestamp: noon.Unix(), Method: "GET", Target: "/v1/keys/" + s.DID.String(), Body: []byte(`{}`),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := did.OpenSignature(k.PublicKey(), h.Get(signature.HeaderSignature))
		if err != nil {
			t.Fatal(err)
		}
		var read map[string]string
		if err := json.Unmarshal(sign(t, k, s), &read); err != nil {
			t.Fatal(err)
		}
		read["signature"] = encode(raw)
		data, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keystatement.Verify(data, s.Registrar, s.DID, noon); !errors.Is(err, keystatement.ErrInvalid) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func word(rng *rand.Rand) string { return fmt.Sprintf("a%x", rng.Uint64()) }
