package hydra

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// signingKeys returns the thumbprints (RFC 7638) of the keys that Hydra
// publishes. They are made with its database and outlive restarts, so they tell
// one Hydra from another that answers at the same address.
func signingKeys(ctx context.Context, cfg Config) ([]string, error) {
	x := exchange{
		op: "read key set", client: cfg.calls, timeout: cfg.AdminTimeout,
		method: http.MethodGet, base: cfg.PublicURL, path: ".well-known/jwks.json",
	}
	answer, err := x.do(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := thumbprints(answer.Body)
	if err != nil {
		return nil, x.fail(answer.Status, err)
	}
	return keys, nil
}

// thumbprints reads a key set (RFC 7517 section 5). Keys of a kind that is not
// known are left out; a set without any other tells nothing and is an error.
func thumbprints(set []byte) ([]string, error) {
	doc, err := parseObject(set)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", oauth.ErrInvalidResponse, err)
	}
	var members []jsontext.Value
	if doc["keys"].Kind() != '[' || json.Unmarshal(doc["keys"], &members) != nil {
		return nil, fmt.Errorf("%w: it has no keys", oauth.ErrInvalidResponse)
	}
	var list []string
	for _, member := range members {
		if print, ok := thumbprint(member); ok {
			list = append(list, print)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: it has no keys that are known here", oauth.ErrInvalidResponse)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// thumbprint hashes the members that make a public key, in the order of their names.
func thumbprint(member jsontext.Value) (string, bool) {
	key, err := parseObject(member)
	if err != nil {
		return "", false
	}
	kind, err := key.text("kty")
	names, known := map[string][]string{
		"RSA": {"e", "kty", "n"}, "EC": {"crv", "kty", "x", "y"}, "OKP": {"crv", "kty", "x"},
	}[kind]
	if err != nil || !known {
		return "", false
	}
	public := object{}
	for _, name := range names {
		value, err := key.text(name)
		if err != nil || value == "" || public.set(name, value) != nil {
			return "", false
		}
	}
	data, err := json.Marshal(public, json.Deterministic(true))
	if err != nil {
		return "", false
	}
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:]), true
}
