package card

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// MaxSize is the largest card accepted, in bytes.
const MaxSize = 256 << 10

// ErrUnusable reports a document that is not a card by which an agent can be called.
var ErrUnusable = errors.New("not a usable agent card")

// Info is what a caller needs to know from a peer's card. All of it is the
// peer's claim; only a proof by certificate or signature makes it true.
type Info struct {
	// Name and Version are the peer's words.
	Name, Version string
	// DID is the one that the card names; zero if it names none.
	DID did.DID
	// JSONRPC is the JSON-RPC endpoint, and ProtocolVersion, [V1] or [V03], what is
	// spoken there.
	JSONRPC         Interface
	ProtocolVersion Dialect
	// HTTPJSON and GRPC are where A2A 1.0 is spoken in these bindings; zero where it is
	// not.
	HTTPJSON, GRPC Interface
	// Schemes are the signature schemes that the peer says it verifies. A card
	// that says nothing is that of a reference agent.
	Schemes []signature.Scheme
	// Answers are the ways in which the peer says it signs its answers on demand.
	Answers []signature.AnswerScheme

	signed *signed // nil for an unsigned card
}

// Interface is where a peer is spoken to in a binding (A2A 1.0 section 4.4.6).
type Interface struct {
	// URL is as the card has it: of gRPC mostly host and port.
	URL string
	// Tenant is what each request there has to name (section 8.3.2); "" for none.
	Tenant string
}

// wireCard are the members that matter of either form of card. The reference
// claims protocolVersion 1.0.0 for a card and an endpoint in the form of 0.3;
// what counts is therefore which members there are.
type wireCard struct {
	Signatures          entries[jws.Signature] `json:"signatures"`
	Name                string                 `json:"name"`
	Version             string                 `json:"version"`
	URL                 string                 `json:"url"`
	PreferredTransport  string                 `json:"preferredTransport"`
	SupportedInterfaces entries[wireInterface] `json:"supportedInterfaces"`
	AdditionalInterface entries[wireInterface] `json:"additionalInterfaces"`
	Capabilities        struct {
		Extensions entries[wireExtension] `json:"extensions"`
	} `json:"capabilities"`
}

// maxEntries bounds the lists of a card that are read: what is written in three
// bytes takes twenty times that when it is decoded.
const maxEntries = 256

// entries is a list in a card.
type entries[T any] []T

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (e *entries[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	kind := dec.PeekKind()
	if kind != jsontext.KindBeginArray {
		return json.UnmarshalDecode(dec, (*[]T)(e))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		var entry T
		if err := json.UnmarshalDecode(dec, &entry); err != nil {
			return err
		}
		if *e = append(*e, entry); len(*e) > maxEntries {
			return errTooManyEntries
		}
	}
	_, err := dec.ReadToken()
	return err
}

var errTooManyEntries = fmt.Errorf("more than %d entries in a list", maxEntries)

type wireInterface struct {
	URL             string `json:"url"`
	Transport       string `json:"transport"`
	ProtocolBinding string `json:"protocolBinding"`
	ProtocolVersion string `json:"protocolVersion"`
	Tenant          string `json:"tenant"`
}

type wireExtension struct {
	URI    string         `json:"uri"`
	Params jsontext.Value `json:"params"`
}

// Parse reads a card of A2A 1.0, of A2A 0.3 or of the reference. Members it
// does not need may be missing, null or unknown. Of a signed card of 1.0 only what
// signatures cover is read, whether they are good or not: see [Info.Verify].
// It fails with ErrUnusable.
func Parse(raw []byte) (Info, error) {
	if len(raw) > MaxSize {
		return Info{}, fmt.Errorf("%w: larger than %d bytes", ErrUnusable, MaxSize)
	}
	var card wireCard
	if jsonrpc.HasDuplicateNames(raw) || json.Unmarshal(raw, &card, jsontext.AllowDuplicateNames(true)) != nil {
		return Info{}, fmt.Errorf("%w: malformed JSON or a member of the wrong type", ErrUnusable)
	}
	covered, err := card.cover(raw)
	if err != nil {
		return Info{}, err
	}
	info := Info{Name: card.Name, Version: card.Version, signed: covered}
	info.JSONRPC, info.ProtocolVersion = card.endpoint()
	info.HTTPJSON, info.GRPC = card.declared(httpJSONBinding, V1), card.declared(grpcBinding, V1)
	if err := checkURL(info.JSONRPC.URL); err != nil {
		return Info{}, fmt.Errorf("%w: no JSON-RPC endpoint of A2A 1.0 or 0.3", ErrUnusable)
	}
	if err := info.readExtensions(card.Capabilities.Extensions); err != nil {
		return Info{}, err
	}
	return info, nil
}

// endpoint prefers A2A 1.0 where the card offers both.
func (c *wireCard) endpoint() (Interface, Dialect) {
	for _, version := range []Dialect{V1, V03} {
		if at := c.declared(jsonRPCBinding, version); at != (Interface{}) {
			return at, version
		}
	}
	if len(c.SupportedInterfaces) > 0 {
		return Interface{}, ""
	}
	if c.PreferredTransport == "" || strings.EqualFold(c.PreferredTransport, "JSONRPC") {
		return Interface{URL: c.URL}, V03
	}
	for _, i := range c.AdditionalInterface {
		if strings.EqualFold(i.Transport, "JSONRPC") {
			return Interface{URL: i.URL}, V03
		}
	}
	return Interface{}, ""
}

// speaks reports whether a version is spoken in a binding there.
func (i wireInterface) speaks(binding string, version Dialect) bool {
	return i.ProtocolBinding == binding && (i.ProtocolVersion == string(version) || strings.HasPrefix(i.ProtocolVersion, string(version)+"."))
}

// declared returns where a version is spoken in a binding, the first if there are
// several. Those of 0.3 have no tenant.
func (c *wireCard) declared(binding string, version Dialect) Interface {
	for _, i := range c.SupportedInterfaces {
		if i.speaks(binding, version) {
			if version != V1 {
				i.Tenant = ""
			}
			return Interface{i.URL, i.Tenant}
		}
	}
	return Interface{}
}

func (c *Info) readExtensions(all []wireExtension) error {
	c.Schemes = []signature.Scheme{signature.Reference}
	for _, e := range all {
		switch {
		case strings.HasPrefix(e.URI, "did:"):
			d, err := did.Parse(e.URI)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrUnusable, err)
			}
			if !c.DID.IsZero() && c.DID != d {
				return fmt.Errorf("%w: it names several DIDs", ErrUnusable)
			}
			c.DID = d
		case e.URI == SignatureExtension:
			var params struct {
				Schemes []signature.Scheme       `json:"schemes"`
				Answers []signature.AnswerScheme `json:"answers"`
			}
			if err := json.Unmarshal(e.Params, &params); err != nil || len(params.Schemes) == 0 {
				return fmt.Errorf("%w: its signature extension names no schemes", ErrUnusable)
			}
			c.Schemes, c.Answers = params.Schemes, params.Answers
		}
	}
	return nil
}
