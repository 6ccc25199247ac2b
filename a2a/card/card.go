package card

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// Paths of the cards.
const (
	// Path is where A2A 1.0 looks for a card, and 0.3 since 0.3.0.
	Path = "/.well-known/agent-card.json"
	// LegacyPath is where clients of the reference and of early 0.3 look.
	LegacyPath = "/.well-known/agent.json"
)

// SignatureExtension is the URI of the extension by which a card tells how
// requests to the agent are signed. Its parameter "schemes" lists the accepted
// signature schemes, "answers" those by which the agent signs its answers for who demands
// that, "keyBound" whether the agent's DID is derived from its key.
const SignatureExtension = "https://getbindu.com/ext/did-signature/v1"

// Config is what a card says. Name, Version, URL and DID are required.
type Config struct {
	// Name and Description are for humans.
	Name, Description string
	// Version is the agent's own.
	Version string
	// URL is that of the JSON-RPC endpoint, as peers reach it.
	URL string
	// DID names the agent; KeyBound tells that it is derived from its key.
	DID      did.DID
	KeyBound bool
	// Key signs the card of 1.0, once, when it is made. Without one it is unsigned, and
	// callers who find the key in the agent's DID document refuse it.
	Key *did.AssertionKey
	// AgentID is a UUID; Author and AgentName are what the DID was made of.
	AgentID, Author, AgentName string
	// Skills are what the agent can do, InputModes and OutputModes the media
	// types it reads and writes: text/plain and application/json by default.
	Skills                  []Skill
	InputModes, OutputModes []string
	// ExtendedSkills are further ones, which only the extended card has (A2A 1.0 section
	// 3.1.11). Without any there is no such card.
	ExtendedSkills []Skill
	// MutualTLS and Token tell which proofs beside the signature are wanted.
	MutualTLS, Token bool
	// PushNotifications tells that webhooks may be made.
	PushNotifications bool
	// TokenURL is the token endpoint of the authorization server, if known.
	TokenURL string
	// Modified is when the card was made, for the header Last-Modified (A2A 1.0 section
	// 8.6.1); zero is not said.
	Modified time.Time
	// Permissions are those that a token can carry, with what each allows.
	Permissions map[string]string
}

// Skill is one thing an agent can do. ID, Name and Description are required.
type Skill struct {
	ID, Name, Description string
	// Tags are the ID if there are none: official parsers of A2A 1.0 want one.
	Tags, Examples []string
	// InputModes and OutputModes are those of the agent if there are none.
	InputModes, OutputModes []string
	// DocumentationPath is the URL of what the reference reads about a skill.
	DocumentationPath string
}

// Card is an agent's public description: one document that clients of A2A 1.0
// and of 0.3 both read, and one of A2A 0.3 with the members of the reference.
type Card struct {
	v1, legacy document
	modified   time.Time
	extended   Extended
}

// Extended is the card that only proved callers get, in two forms; empty if there is none.
type Extended struct {
	// V1 has the members of A2A 1.0 alone, V03 is in the form of [Card.V1].
	V1, V03 []byte
}

// document is what is served at one path.
type document struct {
	body []byte
	etag string
}

// New makes both forms of a card.
func New(cfg Config) (*Card, error) {
	if cfg.Name == "" || cfg.Version == "" || cfg.DID.IsZero() {
		return nil, errors.New("a card needs a name, a version and a DID")
	}
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	if err := checkSkills(cfg); err != nil {
		return nil, err
	}
	if len(cfg.InputModes) == 0 {
		cfg.InputModes = []string{"text/plain", "application/json"}
	}
	if len(cfg.OutputModes) == 0 {
		cfg.OutputModes = cfg.InputModes
	}
	union, err := signedV1(cfg)
	if err != nil {
		return nil, err
	}
	v1, err := newDocument(union)
	if err != nil {
		return nil, err
	}
	legacy, err := newDocument(cardLegacy(cfg))
	if err != nil {
		return nil, err
	}
	extended, err := newExtended(cfg)
	if err != nil {
		return nil, err
	}
	return &Card{v1, legacy, cfg.Modified, extended}, nil
}

// checkSkills: each is described, and named once.
func checkSkills(cfg Config) error {
	seen := make(map[string]bool)
	for _, k := range slices.Concat(cfg.Skills, cfg.ExtendedSkills) {
		switch {
		case k.ID == "" || k.Name == "" || k.Description == "":
			return fmt.Errorf("card: skill %q needs an id, a name and a description (A2A 1.0 section 4.4.5)", k.ID+k.Name)
		case seen[k.ID]:
			return fmt.Errorf("card: two skills have the id %q", k.ID)
		}
		seen[k.ID] = true
	}
	return nil
}

// newExtended is the card of 1.0 with all skills, signed like it.
func newExtended(cfg Config) (Extended, error) {
	if len(cfg.ExtendedSkills) == 0 {
		return Extended{}, nil
	}
	cfg.Skills = slices.Concat(cfg.Skills, cfg.ExtendedSkills)
	card, err := signedV1(cfg)
	if err != nil {
		return Extended{}, err
	}
	union, err := newDocument(card)
	if err != nil {
		return Extended{}, err
	}
	v1, err := only1(union.body, card.Signatures)
	return Extended{V1: v1, V03: union.body}, err
}

// only1 is a card without the members that A2A 1.0 does not know.
func only1(card []byte, signatures []jws.Signature) ([]byte, error) {
	payload, err := Payload(card)
	if err != nil || len(signatures) == 0 {
		return payload, err
	}
	raw, err := json.Marshal(signatures)
	if err != nil {
		return nil, fmt.Errorf("encoding a card: %w", err)
	}
	return slices.Concat(payload[:len(payload)-1], []byte(`,"signatures":`), raw, []byte("}")), nil
}

func newDocument(card any) (document, error) {
	body, err := json.Marshal(card)
	if err != nil {
		return document{}, fmt.Errorf("encoding a card: %w", err)
	}
	if len(body) > MaxSize {
		return document{}, fmt.Errorf("the card has %d bytes, and clients read at most %d: describe less", len(body), MaxSize)
	}
	sum := sha256.Sum256(body)
	return document{body, `"` + hex.EncodeToString(sum[:12]) + `"`}, nil
}

// V1 returns the card that clients of A2A 1.0 and 0.3 both read.
func (c *Card) V1() []byte { return bytes.Clone(c.v1.body) }

// Extended returns the card that only proved callers get. It must not be modified.
func (c *Card) Extended() Extended { return c.extended }

// Legacy returns the card of A2A 0.3 with the members of the reference.
func (c *Card) Legacy() []byte { return bytes.Clone(c.legacy.body) }

// ServeHTTP serves the cards at [Path] and [LegacyPath] to everybody.
func (c *Card) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	doc := c.v1
	switch r.URL.EscapedPath() {
	case Path:
	case LegacyPath:
		doc = c.legacy
	default:
		jsonrpc.Refuse(w, r, nil, refusal.NotFound.At(refusal.Documents), "")
		return
	}
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		jsonrpc.Refuse(w, r, nil, refusal.MethodNotAllowed.At(refusal.Documents), "")
		return
	}
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "public, max-age=60")
	header.Set("ETag", doc.etag)
	header.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", c.modified, bytes.NewReader(doc.body))
}

// checkURL accepts what a peer can post to: absolute, of HTTP, without credentials.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Fragment != "" {
		return fmt.Errorf("card: %q is not the URL of an agent; it looks like https://host:port/", text)
	}
	return nil
}

// schemes are the signature schemes that this agent verifies.
func schemes() []string {
	var names []string
	for _, s := range signature.Schemes() {
		names = append(names, string(s))
	}
	return names
}
