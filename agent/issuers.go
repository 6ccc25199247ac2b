package agent

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

// ErrIssuerCA: the file of AUTH__ISSUER_CA_FILE cannot be used.
var ErrIssuerCA = errors.New("AUTH__ISSUER_CA_FILE")

// OIDCConfig returns what the settings say about tokens of Auth0 or another
// OIDC issuer: which issuers, what their tokens must carry, how their keys are
// kept, and which DIDs their clients have. It reads the files they name.
//
// Errors: [ErrIssuerCA], [oidc.ErrDIDMap], those of the file system.
func OIDCConfig(set settings.Settings) (oidc.Config, error) {
	auth := set.Auth
	roots, err := issuerRoots(string(auth.IssuerCAFile))
	if err != nil {
		return oidc.Config{}, err
	}
	cfg := oidc.Config{Roots: roots, RefreshInterval: time.Duration(auth.JWKSRefresh), MaxStale: time.Duration(auth.JWKSMaxStale), MaxTokenBytes: int(set.Limits.TokenBytes)}
	if auth.DIDMap != "" {
		if cfg.DIDMap, err = oidc.LoadDIDMap(string(auth.DIDMap)); err != nil {
			return oidc.Config{}, fmt.Errorf("AUTH__DID_MAP: %w", err)
		}
	}
	for _, name := range auth.Issuers {
		cfg.Issuers = append(cfg.Issuers, issuer(set, name))
	}
	return cfg, nil
}

// issuer is one issuer under the settings, which are the same for all of them.
func issuer(set settings.Settings, name string) oidc.Issuer {
	auth := set.Auth
	i := oidc.Issuer{
		Issuer:         name,
		JWKSURI:        string(auth.JWKSURI),
		Audiences:      auth.Audience,
		AllowedClients: auth.AllowedClients,
		Algorithms:     auth.Algorithms,
		RequiredClaims: auth.RequiredClaims,
		Leeway:         time.Duration(auth.Leeway),
		ClientClaims:   auth.ClientClaims,
		RightsClaims:   auth.RightsClaims,
		DIDClaim:       string(auth.DIDClaim),
	}
	if set.MTLS.OIDCAudience != "" {
		i.RefusedAudiences = []string{string(set.MTLS.OIDCAudience)}
	}
	if i.JWKSURI == "" && auth.Provider == settings.ProviderAuth0 && name == "https://"+string(auth.Domain)+"/" {
		i.JWKSURI = name + ".well-known/jwks.json"
	}
	return i
}

// OutboundConfig returns what the settings say about tokens of our own from an
// issuer other than Hydra. Without AUTH__CLIENT_ID there is none and it reports
// false. Errors: [ErrIssuerCA].
func OutboundConfig(set settings.Settings) (c oidc.ClientCredentialsConfig, configured bool, err error) {
	auth := set.Auth
	if auth.ClientID == "" {
		return oidc.ClientCredentialsConfig{}, false, nil
	}
	c = oidc.ClientCredentialsConfig{
		TokenURL:      string(auth.TokenURL),
		ClientID:      string(auth.ClientID),
		ClientSecret:  auth.ClientSecret.Reveal(),
		Scopes:        slices.Clone(auth.OutboundScopes),
		AudienceStyle: oidc.AudienceStyle(auth.OutboundAudienceStyle),
		AuthMethod:    oidc.AuthMethod(auth.ClientAuth),
	}
	if c.TokenURL == "" && len(auth.Issuers) > 0 {
		c.Issuer = auth.Issuers[0]
	}
	c.Roots, err = issuerRoots(string(auth.IssuerCAFile))
	return c, true, err
}

// issuerRoots reads the authorities that vouch for issuers; nil means the system's.
func issuerRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIssuerCA, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%w: %s holds no certificate in PEM", ErrIssuerCA, path)
	}
	return pool, nil
}
