package did_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

func TestDerivationFixtures(t *testing.T) {
	fixtures := readFixture[identifierFixtures](t, "did-identifiers.json")
	if len(fixtures.ByName) == 0 || len(fixtures.ByKey) == 0 {
		t.Fatal("fixtures are incomplete")
	}
	for _, f := range fixtures.ByName {
		d, err := did.FromAuthorAndName(f.Author, f.Name)
		if err != nil || d.String() != f.DID || d.LastSegment() != f.AgentID {
			t.Errorf("FromAuthorAndName(%q, %q) = %s, %v; want %s", f.Author, f.Name, d, err, f.DID)
		}
	}
	for _, f := range fixtures.ByKey {
		pub := keyPair(t, f.SeedHex).PublicKey()
		d, err := did.FromPublicKey(f.Author, f.Name, pub)
		if err != nil || d.String() != f.DID || did.AgentIDFromPublicKey(pub) != f.AgentID {
			t.Errorf("FromPublicKey(%q, %q) = %s, %v; want %s", f.Author, f.Name, d, err, f.DID)
		}
		if !d.BoundTo(pub) {
			t.Errorf("%s is not bound to its key", d)
		}
	}
}

func TestDerivationRefusesWhatIsNoSegment(t *testing.T) {
	pub := keyPair(t, zeroSeed).PublicKey()
	for name, part := range map[string]string{
		"065 slash":        "a/b",
		"065 hash":         "a#b",
		"065 question":     "a?b",
		"colon":            "a:b",
		"percent encoding": "a%41",
		"empty":            "",
		"tab":              "a\tb",
		"NUL":              "a\x00",
		"accent":           "caf\u00e9",
		"Kelvin sign":      "\u212aelvin",
		"dotted I":         "\u0130stanbul",
		"invalid UTF-8":    "\xff",
		"too long":         strings.Repeat("a", did.MaxLength),
		"long once mapped": strings.Repeat("@", 120),
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := did.FromAuthorAndName(part, "name"); !errors.Is(err, did.ErrMalformed) {
				t.Errorf("as author: %s, %v", d, err)
			}
			if d, err := did.FromAuthorAndName("author", part); !errors.Is(err, did.ErrMalformed) {
				t.Errorf("as name: %s, %v", d, err)
			}
			if d, err := did.FromPublicKey("author", part, pub); !errors.Is(err, did.ErrMalformed) {
				t.Errorf("with a key: %s, %v", d, err)
			}
		})
	}
}

func TestFromPublicKeyRefusesBadKeys(t *testing.T) {
	if _, err := did.FromPublicKey("a", "n", make(ed25519.PublicKey, 31)); !errors.Is(err, did.ErrPublicKey) {
		t.Errorf("short key: %v", err)
	}
	if _, err := did.FromPublicKey("a", "n", make(ed25519.PublicKey, 32)); !errors.Is(err, did.ErrWeakKey) {
		t.Errorf("small-order key: %v", err)
	}
}

func TestBoundTo(t *testing.T) {
	pub := keyPair(t, zeroSeed).PublicKey()
	other := keyPair(t, strings.Repeat("01", 32)).PublicKey()
	bound, err := did.FromPublicKey("a", "n", pub)
	if err != nil {
		t.Fatal(err)
	}
	byName, err := did.FromAuthorAndName("a", "n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		did  did.DID
		pub  ed25519.PublicKey
		want bool
	}{
		"its key":              {bound, pub, true},
		"another key":          {bound, other, false},
		"author and name":      {byName, pub, false},
		"no key":               {bound, nil, false},
		"short key":            {bound, pub[:31], false},
		"zero DID":             {did.DID{}, pub, false},
		"id in another place":  {mustParse(t, "did:bindu:"+bound.LastSegment()+":n"), pub, false},
		"id in upper case":     {mustParse(t, "did:bindu:a:n:"+strings.ToUpper(bound.LastSegment())), pub, false},
		"another DID, its key": {mustParse(t, "did:example:"+bound.LastSegment()), pub, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.did.BoundTo(c.pub); got != c.want {
				t.Errorf("BoundTo = %v, want %v", got, c.want)
			}
		})
	}
}
