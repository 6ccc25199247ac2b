package settings

import "net"

// derive fills in what nobody set and what follows from the rest.
func (l agentRules) derive() {
	s := l.s
	l.trimEndings()
	deriveCertificates(l.loader, &s.MTLS.CertificateAuthority)
	derive(l.loader, &s.Auth.TokenMode, true, func() TokenMode {
		if s.MTLS.Enabled && s.MTLS.Mode == ModeMTLS {
			return TokenOptional
		}
		return TokenStrict
	})
	if len(s.Auth.Issuers) == 0 && s.Auth.Provider == ProviderAuth0 && s.Auth.Domain != "" {
		s.Auth.Issuers = Issuers{"https://" + string(s.Auth.Domain) + "/"}
		l.derived(&s.Auth.Issuers)
	}
	derive(l.loader, &s.Auth.OutboundAudience, len(s.Auth.Audience) > 0, func() Text { return Text(s.Auth.Audience[0]) })
	derive(l.loader, &s.Agent.URL, s.Network.Port != 0, s.ownURL)
	if s.Hydra.CacheTTL > Duration(maxVerdictAge) {
		l.warn("HYDRA__CACHE_TTL is lowered from %s to %s, so that a revoked token stops working within that time",
			s.Hydra.CacheTTL, Duration(maxVerdictAge))
		s.Hydra.CacheTTL = Duration(maxVerdictAge)
	}
}

func deriveCertificates(l *loader, ca *CertificateAuthority) {
	derive(l, &ca.CARootURL, ca.CAURL != "", func() HTTPSURL { return ca.CAURL + "/roots.pem" })
	derive(l, &ca.RenewBefore, true, func() Duration { return ca.CertTTL / 3 })
}

// derive gives *to the value, if nobody set it and there is one.
func derive[T comparable](l *loader, to *T, possible bool, value func() T) {
	var unset T
	if *to == unset && possible {
		*to = value()
		l.derived(to)
	}
}

// ownURL makes the listener's address the agent's, as far as that can be right:
// an address that means every interface becomes localhost. A port that is still
// to be chosen leaves the URL to whoever learns it.
func (s *Settings) ownURL() Origin {
	host := s.Network.Host
	if ip := net.ParseIP(string(host)); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if s.MTLS.Enabled {
		scheme = "https"
	}
	return Origin(scheme + "://" + joinHostPort(host, s.Network.Port))
}

func (l *loader) derived(address any) { l.sources[l.name(address)] = SourceDerived }
