package settings

import (
	"net/url"
	"strings"
)

// adviseAll warns about what works and may not be meant.
func (l agentRules) adviseAll() {
	s := l.s
	adviseHydra(l.loader, &s.Hydra.AdminURL, &s.Hydra.PublicURL)
	if s.Agent.URL != "" && isLoopback(hostOf(s.Agent.URL)) && !isLoopback(s.Network.Host) {
		l.warn("AGENT__URL is %s, which other machines cannot reach, although NETWORK__HOST is %s", s.Agent.URL, s.Network.Host)
	}
	adviseAdminHost(l.loader, &s.Network.AdminHost)
	l.adviseTransport()
	l.adviseTokens()
}

func adviseHydra(l *loader, addresses ...*URL) {
	for _, hydra := range addresses {
		if host := hostOf(*hydra); strings.HasPrefix(string(*hydra), "http://") && !isLoopback(host) {
			l.warn("%s is plain http: secrets and tokens cross the network to %s readable by all who share it", l.name(hydra), host)
		}
	}
}

func adviseAdminHost(l *loader, host *Host) {
	if !isLoopback(*host) {
		l.warn("%s is %s: health and metrics are open to all who reach it", l.name(host), *host)
	}
}

func adviseAuthority(l *loader, ca *CertificateAuthority) {
	if ca.CAURL != "" && ca.CAFingerprint == "" && ca.CARootFile == "" {
		l.warn("neither MTLS__CA_FINGERPRINT nor MTLS__CA_ROOT_FILE is set: the certificate authority is trusted if the system's roots vouch for it")
	}
}

func (l agentRules) adviseTransport() {
	mtls := &l.s.MTLS
	switch enabled := bool(mtls.Enabled); {
	case !enabled && !isLoopback(l.s.Network.Host):
		l.warn("MTLS__ENABLED is false and AGENT__ALLOW_PLAINTEXT is true: tokens and messages cross the network readable by all who share it")
	case !enabled:
		l.warn("MTLS__ENABLED is false: the agent serves plain HTTP and no certificate names its callers")
	default:
		adviseAuthority(l.loader, &mtls.CertificateAuthority)
	}
	if mtls.Enabled && mtls.AllowUncertified {
		l.warn("MTLS__ALLOW_UNCERTIFIED is true: callers without a certificate are admitted to protected methods")
	}
}

func (l agentRules) adviseTokens() {
	auth := &l.s.Auth
	if auth.TokenMode != TokenStrict && l.sources[l.name(&auth.TokenMode)] != SourceDerived {
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
