package settings

import (
	"net/url"
	"strings"
)

// adviseAll warns about what works and may not be meant.
func (l *loader) adviseAll() {
	s := l.s
	for _, hydra := range []struct{ name, url string }{
		{"HYDRA__ADMIN_URL", s.Hydra.AdminURL}, {"HYDRA__PUBLIC_URL", s.Hydra.PublicURL},
	} {
		if strings.HasPrefix(hydra.url, "http://") && !isLoopback(hostOf(hydra.url)) {
			l.warn("%s is plain http: secrets and tokens cross the network to %s readable by all who share it", hydra.name, hostOf(hydra.url))
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
	mtls := l.s.MTLS
	switch {
	case !mtls.Enabled && !isLoopback(l.s.Network.Host):
		l.warn("MTLS__ENABLED is false and AGENT__ALLOW_PLAINTEXT is true: tokens and messages cross the network readable by all who share it")
	case !mtls.Enabled:
		l.warn("MTLS__ENABLED is false: the agent serves plain HTTP and no certificate names its callers")
	case mtls.CAURL != "" && mtls.CAFingerprint == "" && mtls.CARootFile == "":
		l.warn("neither MTLS__CA_FINGERPRINT nor MTLS__CA_ROOT_FILE is set: the certificate authority is trusted if the system's roots vouch for it")
	}
	if mtls.Enabled && mtls.AllowUncertified {
		l.warn("MTLS__ALLOW_UNCERTIFIED is true: callers without a certificate are admitted to protected methods")
	}
}

func (l *loader) adviseTokens() {
	auth := l.s.Auth
	if auth.TokenMode != TokenStrict && l.s.sources["AUTH__TOKEN_MODE"] != SourceDerived {
		l.warn("AUTH__TOKEN_MODE is %s: requests are admitted without a valid token", auth.TokenMode)
	}
	if auth.Provider == ProviderHydra {
		for name, value := range map[string]string{"AUTH__DID_CLAIM": auth.DIDClaim, "AUTH__DID_MAP": auth.DIDMapFile} {
			if value != "" {
				l.warn("%s has no effect with AUTH__PROVIDER=hydra: there the client id is the DID", name)
			}
		}
	}
	if !auth.RequireDID {
		l.warn("AUTH__REQUIRE_DID is false: callers are admitted on their token alone")
	}
}

// hostOf returns the host of a URL that has passed its check.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
