package hydra

import (
	"errors"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonnumber"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	ory "github.com/ory/hydra-client-go/v2"
)

// exactClient is the generated model without its decoder, which takes names in
// any case and the last of two that are the same.
type exactClient ory.OAuth2Client

// anyNumber takes each number in the metadata, those out of range too: whose
// they are is not for us to say, and none of them is ours.
var anyNumber = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
	if dec.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported
	}
	raw, err := dec.ReadValue()
	if err == nil {
		*v = jsonnumber.Parse(raw)
	}
	return err
}))

// parseClient reads a client document strictly: the exact names, each once, and
// the exact types. Members that the model does not have are left out.
func parseClient(body []byte) (*ory.OAuth2Client, error) {
	var exact exactClient
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &exact, anyNumber) != nil {
		return nil, errJSON
	}
	client := ory.OAuth2Client(exact)
	client.AdditionalProperties = nil
	return &client, nil
}

// client is the document that registers w.
func (w Wanted) client(secret string, now time.Time) ory.OAuth2Client {
	c := ory.OAuth2Client{
		ClientId: new(w.DID.String()), ClientSecret: &secret, TokenEndpointAuthMethod: new(authMethod),
		GrantTypes: w.GrantTypes, ResponseTypes: w.ResponseTypes, Audience: w.Audience,
		Scope: new(strings.Join(w.Scopes, " ")),
	}
	if w.Name != "" {
		c.ClientName = &w.Name
	}
	if w.AccessTokenJWT {
		c.AccessTokenStrategy = new(jwtStrategy)
	}
	metadata := make(map[string]any)
	for _, m := range w.metadata(now) {
		metadata[m.name] = m.value
	}
	c.Metadata = metadata
	return c
}

// hasNoKeySet reports the empty key set that Hydra shows of clients without one.
func hasNoKeySet(c *ory.OAuth2Client) bool {
	keys, ok := c.Jwks.(map[string]any)
	return ok && len(keys) == 0
}

var (
	errNoKey  = errors.New("metadata holds no public key")
	errBadKey = errors.New("the metadata are malformed")
)

// publicKeyText returns metadata.public_key.
func publicKeyText(c *ory.OAuth2Client) (string, error) {
	if c.Metadata == nil {
		return "", errNoKey
	}
	metadata, ok := c.Metadata.(map[string]any)
	if !ok {
		return "", errBadKey
	}
	value, ok := metadata["public_key"]
	if !ok {
		return "", errNoKey
	}
	key, ok := value.(string)
	switch {
	case !ok:
		return "", errBadKey
	case key == "":
		return "", errNoKey
	}
	return key, nil
}

// registeredKey says whose public key a document holds.
type registeredKey int

const (
	keyAbsent registeredKey = iota
	keyOurs
	keyOther
)

func keyOf(c *ory.OAuth2Client, w Wanted) registeredKey {
	text, err := publicKeyText(c)
	switch {
	case err != nil:
		return keyAbsent
	case text == did.EncodePublicKey(w.PublicKey):
		return keyOurs
	default:
		return keyOther
	}
}
