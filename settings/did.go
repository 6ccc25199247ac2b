package settings

import "time"

// Derivation names what the last segment of a new DID is derived from.
type Derivation string

// The derivations there are.
const (
	DerivationKey        Derivation = "key"         // the public key: nobody else can claim the DID
	DerivationAuthorName Derivation = "author_name" // author and name, as the Python reference does
)

// DID says how identities are made and how signatures of callers are judged.
type DID struct {
	Derivation      Derivation `envconfig:"DID__DERIVATION" default:"key" desc:"What a new DID is derived from; the DID of an existing directory is kept." example:"author_name"`
	RequireKeyBound Bool       `envconfig:"DID__REQUIRE_KEY_BOUND" default:"false" desc:"Refuse callers whose DID is not derived from their key." example:"true"`
	PinnedKeys      Pins       `envconfig:"DID__PINNED_KEYS" desc:"Public keys (base58) that are known for certain, DID=KEY; they win over what Hydra says." example:"did:bindu:you_at_example_com:poet:9f3c=4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"`
	RememberKeys    Bool       `envconfig:"DID__REMEMBER_KEYS" default:"true" desc:"Remember the first key with which each DID was admitted, and refuse another until \"agent key accept\" accepts it." example:"false"`

	SignatureTimes
}

func (d *DID) ranges() []bounds { return d.SignatureTimes.ranges() }

// SignatureTimes says how old a signed request may be.
type SignatureTimes struct {
	TimestampWindow Duration `envconfig:"DID__TIMESTAMP_WINDOW" default:"300s" desc:"How far the timestamp of a signed request may lie from our clock, either way." example:"60"`
}

func (s *SignatureTimes) ranges() []bounds {
	return []bounds{
		lasts(&s.TimestampWindow, time.Second, 300*time.Second),
	}
}
