package settings

import (
	"net/url"
	"strings"
)

// adviseAll warns about what works and may not be meant.
func (l *loader) adviseAll() {
	s := &l.s
	for _, hydra := range []*URL{&s.Hydra.AdminURL, &s.Hydra.PublicURL} {
		if host := hostOf(*hydra); strings.HasPrefix(string(*hydra), "http://") && !isLoopback(host) {
			l.warn("%s is plain http: secrets and tokens cross the network to %s readable by all who share it", l.name(hydra), host)
		}
	}
	if s.Agent.URL != "" && isLoopback(hostOf(s.Agent.URL)) && !isLoopback(s.Network.Host) {
		l.warn("AGENT__URL is %s, which other machines cannot reach, although NETWORK__HOST is %s", s.Agent.URL, s.Network.Host)
	}
	if !isLoopback(s.Network.AdminHost) {
		l.warn("NETWORK__ADMIN_HOST is %s: health and metrics are open to all who reach it", s.Network.AdminHost)
	}
	l.adviseTransport()
	l.adviseTokens()
}

func (l *loader) adviseTransport() {
	mtls := &l.s.MTLS
	switch enabled := bool(mtls.Enabled); {
	case !enabled && !isLoopback(l.s.Network.Host):
		l.warn("MTLS__ENABLED is false and AGENT__ALLOW_PLAINTEXT is true: tokens and messages cross the network readable by all who share it")
	case !enabled:
		l.warn("MTLS__ENABLED is false: the agent serves plain HTTP and no certificate names its callers")
	case mtls.CAURL != "" && mtls.CAFingerprint == "" && mtls.CARootFile == "":
		l.warn("neither MTLS__CA_FINGERPRINT nor MTLS__CA_ROOT_FILE is set: the certificate authority is trusted if the system's roots vouch for it")
	}
	if mtls.Enabled && mtls.AllowUncertified {
		l.warn("MTLS__ALLOW_UNCERTIFIED is true: callers without a certificate are admitted to protected methods")
	}
}

func (l *loader) adviseTokens() {
	auth := &l.s.Auth
	if auth.TokenMode != TokenStrict && l.s.source(l.name(&auth.TokenMode)) != SourceDerived {
		l.warn("AUTH__TOKEN_MODE is %s: requests are admitted without a valid token", auth.TokenMode)
	}
	if auth.Provider == ProviderHydra {
		for _, field := range []struct {
			address any
			set     bool
		}{{&auth.DIDClaim, auth.DIDClaim != ""}, {&auth.DIDMap, auth.DIDMap != ""}} {
			if field.set {
				l.warn("%s has no effect with AUTH__PROVIDER=hydra: there the client id is the DID", l.name(field.address))
			}
		}
	}
	if !auth.RequireDID {
		l.warn("AUTH__REQUIRE_DID is false: callers are admitted on their token alone")
	}
}

// hostOf returns the host of a URL that has passed its check.
func hostOf[T ~string](text T) string {
	u, err := url.Parse(string(text))
	if err != nil {
		return ""
	}
	return u.Hostname()
}
