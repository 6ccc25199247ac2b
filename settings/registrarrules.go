package settings

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// registrarRules are what the settings of a registrar have to satisfy together.
type registrarRules struct {
	*loader
	s *RegistrarSettings
}

// derive fills in what nobody set and what follows from the rest.
func (l registrarRules) derive() {
	s := l.s
	trimEnding(l.loader, &s.Hydra.AdminURL, adminEndings)
	trimEnding(l.loader, &s.Hydra.PublicURL, publicEndings)
	trimEnding(l.loader, &s.MTLS.CAURL, caEndings)
	deriveCertificates(l.loader, &s.MTLS)
	if len(s.Registrar.Audience) == 0 && s.MTLS.OIDCAudience != "" {
		s.Registrar.Audience = Words{string(s.MTLS.OIDCAudience)}
		l.derived(&s.Registrar.Audience)
	}
}

// checkComplete finds what is missing and what does not fit together.
func (l registrarRules) checkComplete() {
	l.checkRequired()
	r, network, limits := &l.s.Registrar, &l.s.Network, &l.s.Limits
	if time.Duration(r.TokenTTL)%time.Second != 0 {
		l.fault(&r.TokenTTL, "must be whole seconds")
	}
	if slices.Contains(r.Scopes, "agent:admin") {
		l.fault(&r.Scopes, "must not have agent:admin, which is granted by name alone: \"registrar grant\" does that")
	}
	if r.MaxPendingPerAddress > r.MaxPending {
		l.fault(&r.MaxPendingPerAddress, fmt.Sprintf("must not exceed REGISTRAR__MAX_PENDING, which is %d", r.MaxPending))
	}
	if network.Port != 0 && network.Port == network.AdminPort {
		l.fault(&network.AdminPort, "must differ from NETWORK__PORT")
	}
	if limits.StrangerPerMinute > limits.StrangersPerMinute {
		l.fault(&limits.StrangerPerMinute, fmt.Sprintf("must not exceed LIMITS__STRANGERS_PER_MINUTE, which is %d", limits.StrangersPerMinute))
	}
	if n := lengthOfDID(r.Author, r.Name); n > maxDID {
		l.fault(&r.Name, fmt.Sprintf("makes a DID of %d characters with REGISTRAR__AUTHOR, at most %d are possible", n, maxDID))
	}
	l.checkWebhook()
	l.checkReference()
	checkConnections(l.loader, &limits.PortLimits)
	checkAuthority(l.loader, &l.s.MTLS)
}

// advise warns about what works and may not be meant.
func (l registrarRules) advise() {
	s := l.s
	adviseHydra(l.loader, &s.Hydra.AdminURL, &s.Hydra.PublicURL)
	adviseAdminHost(l.loader, &s.Network.AdminHost)
	adviseAuthority(l.loader, &s.MTLS)
	l.adviseWebhook()
	if s.Registrar.Mode == EnrolAll {
		l.warn("REGISTRAR__MODE is open: everybody who reaches the registrar is enrolled, and what a DID says of its author proves nothing")
	}
	if r := s.Registrar; r.Audience != nil && !slices.Contains(r.Audience, string(s.MTLS.OIDCAudience)) {
		l.warn("REGISTRAR__AUDIENCE lacks %s, which is MTLS__OIDC_AUDIENCE: agents get no certificate", strings.TrimSpace(string(s.MTLS.OIDCAudience)))
	}
}
