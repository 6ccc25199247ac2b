package oidc

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

const maxLeeway = time.Minute

// Issuer says which tokens of one authority are accepted. The zero value of
// every field but Issuer is usable, except that Audiences or AllowedClients
// must be given: without either, every token that the authority ever issues to
// anybody would be accepted.
type Issuer struct {
	// Issuer is the iss claim, byte for byte (a trailing slash counts).
	Issuer string
	// JWKSURI is where the keys are; "" means that it is discovered from
	// ISSUER/.well-known/openid-configuration, whose issuer must be equal to
	// Issuer (OpenID Connect Discovery section 4.3).
	JWKSURI string
	// Audiences are the accepted values of aud, one of which must be named.
	Audiences []string
	// RefusedAudiences refuse a token that names one of them beside an accepted
	// one, such as a token for the certificate authority.
	RefusedAudiences []string
	// AllowedClients are the accepted clients, for issuers without an aud claim
	// or to narrow Audiences further. Empty: any client.
	AllowedClients []string
	// Algorithms are the accepted signature algorithms; empty: RS256.
	Algorithms []string
	// Types are the accepted values of the typ header, in any case and without
	// "application/"; "" stands for an absent one. Empty: at+jwt, JWT and absent.
	// Set it to at+jwt alone for issuers that follow RFC 9068.
	Types []string
	// RequiredClaims must be present, by name; with a value that is not empty they
	// must also have that value, or be an array that holds it.
	RequiredClaims map[string]string
	// Leeway is how far in the future iat and nbf may be, at most a minute, for an
	// issuer whose clock runs ahead. exp gets none: a token is never accepted after
	// its end.
	Leeway time.Duration
	// ClientClaims name the client, the first one present wins; empty:
	// client_id, azp, appid, sub.
	ClientClaims []string
	// RightsClaims hold permissions, as a string separated by spaces or an array
	// of strings; all that are present count. Empty: permissions, scope, scp,
	// roles.
	RightsClaims []string
	// DIDClaim names the claim that holds the caller's DID; "" means none. An
	// entry of the DID map for the same client comes before it.
	DIDClaim string
}

// Auth0 returns the settings for the API identifier audience of an Auth0 tenant
// or custom domain, such as "tenant.eu.auth0.com".
func Auth0(domain, audience string) (Issuer, error) {
	if err := checkDomain(domain); err != nil {
		return Issuer{}, err
	}
	if audience == "" {
		return Issuer{}, configError("the audience of %s is missing: give the identifier of the API, as its settings page shows it", domain)
	}
	return Issuer{
		Issuer:    "https://" + domain + "/",
		JWKSURI:   "https://" + domain + "/.well-known/jwks.json",
		Audiences: []string{audience},
	}, nil
}

func checkDomain(domain string) error {
	u, err := url.Parse("https://" + domain + "/")
	if err != nil || u.Hostname() != domain || !strings.Contains(domain, ".") || strings.ToLower(domain) != domain {
		return configError("domain %q is not a bare lower-case host name: write it like tenant.eu.auth0.com, without https:// and without a slash", clip(domain))
	}
	return nil
}

// withDefaults fills in the defaults and copies the slices, so that later
// changes by the caller do nothing.
func (i Issuer) withDefaults() Issuer {
	orDefault := func(s []string, def ...string) []string {
		if len(s) == 0 {
			return def
		}
		return slices.Clone(s)
	}
	i.Audiences = slices.Clone(i.Audiences)
	i.RefusedAudiences = slices.Clone(i.RefusedAudiences)
	i.AllowedClients = slices.Clone(i.AllowedClients)
	i.Algorithms = orDefault(i.Algorithms, "RS256")
	i.Types = orDefault(i.Types, "at+jwt", "JWT", "")
	i.RequiredClaims = maps.Clone(i.RequiredClaims)
	i.ClientClaims = orDefault(i.ClientClaims, "client_id", "azp", "appid", "sub")
	i.RightsClaims = orDefault(i.RightsClaims, "permissions", "scope", "scp", "roles")
	return i
}

func (i Issuer) validate(insecureLoopback bool) error {
	if err := checkURL("issuer", i.Issuer, insecureLoopback); err != nil {
		return err
	}
	if i.JWKSURI != "" {
		if err := checkURL("JWKS URI", i.JWKSURI, insecureLoopback); err != nil {
			return err
		}
	}
	if len(i.Audiences) == 0 && len(i.AllowedClients) == 0 {
		return configError("issuer %s has neither an audience nor allowed clients, so every token it issues to anybody would be accepted: set one of them", i.Issuer)
	}
	if i.Leeway < 0 || i.Leeway > maxLeeway {
		return configError("leeway %v of issuer %s is not between 0 and %v", i.Leeway, i.Issuer, maxLeeway)
	}
	for _, list := range [][]string{i.Audiences, i.RefusedAudiences, i.AllowedClients, slices.Collect(maps.Keys(i.RequiredClaims)), i.ClientClaims, i.RightsClaims} {
		if slices.Contains(list, "") {
			return configError("issuer %s has a list with an empty value", i.Issuer)
		}
	}
	return nil
}

// checkURL refuses everything but https, and http on loopback where that was
// asked for: keys that come over plain text prove nothing.
func checkURL(what, raw string, insecureLoopback bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return configError("%s %q is not an absolute https URL", what, clip(raw))
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && insecureLoopback && isLoopback(u.Hostname()):
		return nil
	default:
		return configError("%s %q must begin with https://", what, clip(raw))
	}
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}

func configError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}
