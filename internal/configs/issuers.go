package configs

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

// IssuerFiles are what the files say that settings about issuers name.
type IssuerFiles struct {
	// Roots are the authorities that vouch for issuers; nil means the system's.
	Roots *x509.CertPool
	// DIDMap says which DIDs the clients of issuers have; nil if there is none.
	DIDMap *oidc.DIDMap
}

// ReadIssuers reads the files that settings about issuers name. Errors:
// [ErrIssuerCA], [oidc.ErrDIDMap], those of the file system.
func ReadIssuers(set settings.Settings) (IssuerFiles, error) {
	roots, err := ReadRoots(set)
	if err != nil || set.Auth.DIDMap == "" {
		return IssuerFiles{Roots: roots}, err
	}
	clients, err := oidc.LoadDIDMap(string(set.Auth.DIDMap))
	if err != nil {
		return IssuerFiles{}, fmt.Errorf("AUTH__DID_MAP: %w", err)
	}
	return IssuerFiles{Roots: roots, DIDMap: clients}, nil
}

// ReadRoots reads the authorities that vouch for issuers; nil means the system's.
// Errors: [ErrIssuerCA].
func ReadRoots(set settings.Settings) (*x509.CertPool, error) {
	path := string(set.Auth.IssuerCAFile)
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

// Issuers is how tokens of Auth0 or another OIDC issuer are judged: which
// issuers, what their tokens must carry, how their keys are kept, and which DIDs
// their clients have.
func Issuers(set settings.Settings, files IssuerFiles) oidc.Config {
	auth := set.Auth
	cfg := oidc.Config{
		Roots: files.Roots, DIDMap: files.DIDMap,
		RefreshInterval: time.Duration(auth.JWKSRefresh), MaxStale: time.Duration(auth.JWKSMaxStale),
		MaxTokenBytes: int(set.Limits.TokenBytes),
	}
	for _, name := range auth.Issuers {
		cfg.Issuers = append(cfg.Issuers, issuer(set, name))
	}
	return cfg
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

// HasOwnClient reports whether our own tokens come from an issuer other than Hydra.
func HasOwnClient(set settings.Settings) bool { return set.Auth.ClientID != "" }

// OwnClient is how tokens of our own come from an issuer other than Hydra.
func OwnClient(set settings.Settings, roots *x509.CertPool) oidc.ClientCredentialsConfig {
	auth := set.Auth
	c := oidc.ClientCredentialsConfig{
		TokenURL:      string(auth.TokenURL),
		ClientID:      string(auth.ClientID),
		ClientSecret:  auth.ClientSecret.Reveal(),
		Scopes:        slices.Clone(auth.OutboundScopes),
		AudienceStyle: oidc.AudienceStyle(auth.OutboundAudienceStyle),
		AuthMethod:    oidc.AuthMethod(auth.ClientAuth),
		Roots:         roots,
	}
	if c.TokenURL == "" && len(auth.Issuers) > 0 {
		c.Issuer = auth.Issuers[0]
	}
	return c
}
