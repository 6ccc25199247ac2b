package oidc

import (
	"context"
	"fmt"
	"strings"

	"github.com/getbindu/bindu-go/oauth"
)

const discoveryPath = "/.well-known/openid-configuration"

// metadata is what is used of an issuer's discovery document (OpenID Connect
// Discovery section 3).
type metadata struct {
	Issuer        string `json:"issuer"`
	JWKSURI       string `json:"jwks_uri"`
	TokenEndpoint string `json:"token_endpoint"`
}

// parseMetadata checks that the document is about issuer and names addresses
// that may be used.
func parseMetadata(data []byte, issuer string, insecureLoopback bool) (metadata, error) {
	var m metadata
	if err := unmarshalObject(data, &m); err != nil {
		return metadata{}, fmt.Errorf("%w: the discovery document %v", oauth.ErrInvalidResponse, err)
	}
	if m.Issuer != issuer {
		return metadata{}, fmt.Errorf("%w: the discovery document is about issuer %q, configured is %q; they must be equal byte for byte, a trailing slash included",
			oauth.ErrInvalidResponse, clip(m.Issuer), issuer)
	}
	for what, address := range map[string]string{"jwks_uri": m.JWKSURI, "token_endpoint": m.TokenEndpoint} {
		if address == "" {
			continue
		}
		if err := checkURL(what, address, insecureLoopback); err != nil {
			return metadata{}, fmt.Errorf("%w: discovery document: %w", oauth.ErrInvalidResponse, err)
		}
	}
	return m, nil
}

// discover fetches and checks the discovery document of issuer.
func (f fetcher) discover(ctx context.Context, issuer string, insecureLoopback bool) (metadata, error) {
	data, err := f.getJSON(ctx, strings.TrimSuffix(issuer, "/")+discoveryPath)
	if err != nil {
		return metadata{}, err
	}
	return parseMetadata(data, issuer, insecureLoopback)
}
