package settings

import (
	"net"
	"strconv"
)

// derive fills in what nobody set and what follows from the rest.
func (l *loader) derive() {
	s := &l.s
	l.trimEndings()
	if s.MTLS.CARootURL == "" && s.MTLS.CAURL != "" {
		s.MTLS.CARootURL = s.MTLS.CAURL + "/roots.pem"
		l.derived("MTLS__CA_ROOT_URL")
	}
	if s.MTLS.RenewBefore == 0 {
		s.MTLS.RenewBefore = s.MTLS.CertTTL / 3
		l.derived("MTLS__RENEW_BEFORE")
	}
	if s.Auth.TokenMode == "" {
		s.Auth.TokenMode = TokenStrict
		if s.MTLS.Enabled && s.MTLS.Mode == ModeMTLS {
			s.Auth.TokenMode = TokenOptional
		}
		l.derived("AUTH__TOKEN_MODE")
	}
	if len(s.Auth.Issuers) == 0 && s.Auth.Provider == ProviderAuth0 && s.Auth.Domain != "" {
		s.Auth.Issuers = []string{"https://" + s.Auth.Domain + "/"}
		l.derived("AUTH__ISSUERS")
	}
	if s.Auth.OutboundAudience == "" && len(s.Auth.Audience) > 0 {
		s.Auth.OutboundAudience = s.Auth.Audience[0]
		l.derived("AUTH__OUTBOUND_AUDIENCE")
	}
	l.deriveURL()
	if s.Hydra.CacheTTL > maxVerdictAge {
		l.warn("HYDRA__CACHE_TTL is lowered from %s to %s, so that a revoked token stops working within that time",
			showDuration(s.Hydra.CacheTTL), showDuration(maxVerdictAge))
		s.Hydra.CacheTTL = maxVerdictAge
	}
}

// deriveURL makes the listener's address the agent's, as far as that can be
// right: an address that means every interface becomes localhost, and a port
// that is still to be chosen leaves the URL to whoever learns it.
func (l *loader) deriveURL() {
	s := &l.s
	if s.Agent.URL != "" || s.Network.Port == 0 {
		return
	}
	host := s.Network.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if s.MTLS.Enabled {
		scheme = "https"
	}
	s.Agent.URL = scheme + "://" + net.JoinHostPort(host, strconv.Itoa(s.Network.Port))
	l.derived("AGENT__URL")
}

func (l *loader) derived(name string) { l.s.sources[name] = SourceDerived }
