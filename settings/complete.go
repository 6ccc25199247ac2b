package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkComplete finds what is missing and what does not fit together. Where two
// settings contradict each other the safer reading is not guessed: the agent
// does not start.
func (l agentRules) checkComplete() {
	l.checkRequired()
	l.checkAgent()
	l.checkListeners()
	l.checkHydra()
	l.checkRegistrar()
	l.checkIssuers()
	l.checkTokens()
	l.checkOutbound()
	l.checkCertificates()
	l.checkLimits()
	l.checkPush()
	l.checkEgress()
	l.checkMCP()
}

// checkMCP finds what is said of a server that is not there.
func (l agentRules) checkMCP() {
	if m := &l.s.MCP; !m.Enabled() && m.Path != "/mcp" {
		l.fault(&m.Path, "would never count: set MCP__UPSTREAM_URL as well")
	}
}

// checkEgress wants whom programs of this machine may call to be listed: nobody is else.
func (l agentRules) checkEgress() {
	e := &l.s.Egress
	switch {
	case e.Enabled() && e.PeersFile == "":
		l.fault(&e.PeersFile, "is not set, and nobody could be called: list whom programs of this machine may call")
	case !e.Enabled() && e.PeersFile != "":
		l.fault(&e.PeersFile, "would never count: set EGRESS__PORT or EGRESS__SOCKET as well")
	}
	if port := string(e.Port); port != "" && port != "0" {
		for name, other := range map[string]Int{"NETWORK__PORT": l.s.Network.Port, "NETWORK__ADMIN_PORT": l.s.Network.AdminPort} {
			if port == strconv.Itoa(int(other)) {
				l.fault(&e.Port, "must differ from "+name)
			}
		}
	}
}

// checkPush finds a range that nobody is called in.
func (l agentRules) checkPush() {
	if p := &l.s.Push; len(p.AllowedNetworks) > 0 && !bool(p.Enabled) {
		l.fault(&p.AllowedNetworks, "would never count: set PUSH__ENABLED=true as well")
	}
}

func (l *loader) checkRequired() {
	for _, address := range l.root.required() {
		if l.about(address).value.IsZero() {
			l.fault(address, "is not set")
		}
	}
}

func (l agentRules) checkAgent() {
	agent := &l.s.Agent
	switch {
	case agent.Backend == BackendExec && len(agent.Command) == 0:
		l.fault(&agent.Command, "is not set, and AGENT__BACKEND=exec needs it")
	case agent.Backend != BackendExec && len(agent.Command) > 0:
		l.fault(&agent.Command, "would never run: set AGENT__BACKEND=exec as well")
	}
	if agent.Backend != BackendExec && len(agent.CommandEnv) > 0 {
		l.fault(&agent.CommandEnv, "is for the command of AGENT__BACKEND=exec, and there is none")
	}
	l.checkUpstream()
	l.checkDIDLength()
	if bool(l.s.MTLS.Enabled) && strings.HasPrefix(string(agent.URL), "http://") {
		l.fault(&agent.URL, "must begin with https://, because mutual TLS is on")
	}
}

func (l agentRules) checkUpstream() {
	agent := &l.s.Agent
	switch {
	case agent.Backend == BackendUpstream && agent.UpstreamURL == "":
		l.fault(&agent.UpstreamURL, "is not set, and AGENT__BACKEND=upstream needs it")
	case agent.Backend != BackendUpstream && agent.UpstreamURL != "":
		l.fault(&agent.UpstreamURL, "would never be asked: set AGENT__BACKEND=upstream as well")
	}
	switch {
	case agent.Backend == BackendOpenAI && agent.OpenAIModel == "":
		l.fault(&agent.OpenAIModel, "is not set, and AGENT__BACKEND=openai needs it")
	case agent.Backend != BackendOpenAI && agent.OpenAIModel != "":
		l.fault(&agent.OpenAIModel, "would never be asked: set AGENT__BACKEND=openai as well")
	}
}

func (l agentRules) checkListeners() {
	network := &l.s.Network
	if !bool(l.s.MTLS.Enabled || l.s.Agent.AllowPlaintext) && !isLoopback(network.Host) {
		l.fault(&network.Host, "would serve plain HTTP to the network: set MTLS__ENABLED=true, "+
			"or listen on 127.0.0.1, or accept it with AGENT__ALLOW_PLAINTEXT=true")
	}
	if network.Port != 0 && network.Port == network.AdminPort {
		l.fault(&network.AdminPort, "must differ from NETWORK__PORT")
	}
}

// checkHydra asks for Hydra's addresses, or a registrar's and the public one, wherever Hydra is needed: to verify
// tokens, to obtain the token that step-ca wants, and to look up public keys.
func (l agentRules) checkHydra() {
	s := l.s
	registrar := s.Registrar.URL != ""
	asked := s.Hydra.AdminURL != "" || registrar
	why := ""
	switch {
	case s.Auth.Provider == ProviderHydra:
		why = "AUTH__PROVIDER=hydra needs it"
	case bool(s.MTLS.Enabled):
		why = "certificates are obtained with a token of Hydra"
	case bool(s.Auth.RequireDID) && len(s.DID.PinnedKeys) == 0:
		why = "public keys of callers come from Hydra unless DID__PINNED_KEYS holds them"
	case registrar && s.Hydra.PublicURL == "":
		why = "our tokens come from there; a registrar gives none"
	case asked != (s.Hydra.PublicURL != ""):
		why = "the other address of Hydra is set: set both, or none"
	case !asked:
		return
	}
	if !asked {
		l.fault(&s.Hydra.AdminURL, "is not set, nor is REGISTRAR__URL, and "+why)
	}
	if s.Hydra.PublicURL == "" {
		l.fault(&s.Hydra.PublicURL, "is not set, and "+why)
	}
	if !slices.Contains(s.Hydra.DefaultGrantTypes, "client_credentials") {
		l.fault(&s.Hydra.DefaultGrantTypes, "must name client_credentials: the agent obtains its own tokens with it")
	}
}

func (l agentRules) checkIssuers() {
	auth := &l.s.Auth
	if auth.Provider == ProviderHydra {
		l.checkNotWithHydra()
		return
	}
	provider := "AUTH__PROVIDER=" + string(auth.Provider)
	switch {
	case auth.Provider == ProviderAuth0 && auth.Domain == "":
		l.fault(&auth.Domain, "is not set, and "+provider+" needs it")
	case len(auth.Issuers) == 0:
		l.fault(&auth.Issuers, "is not set, and "+provider+" needs it")
	}
	if len(auth.Audience) == 0 && (auth.Provider == ProviderAuth0 || len(auth.AllowedClients) == 0) {
		l.fault(&auth.Audience, "is not set: any token of the issuer would open the agent, whomever it was made for")
	}
	if auth.JWKSRefresh > auth.JWKSMaxStale {
		l.fault(&auth.JWKSRefresh, "must not exceed AUTH__JWKS_MAX_STALE, which is "+auth.JWKSMaxStale.String())
	}
	if auth.JWKSURI != "" && len(auth.Issuers) > 1 {
		l.fault(&auth.JWKSURI, "can serve one issuer, and AUTH__ISSUERS names several")
	}
	if auth.RequireDID && auth.DIDClaim == "" && auth.DIDMap == "" {
		l.fault(&auth.DIDClaim, "is not set: say which claim holds the caller's DID, or name a file in AUTH__DID_MAP")
	}
}

// checkNotWithHydra refuses restrictions that would not be checked: whoever
// sets them relies on them.
func (l agentRules) checkNotWithHydra() {
	auth := &l.s.Auth
	const instead = "is checked with AUTH__PROVIDER=auth0 or oidc only: with Hydra say it in AUTH__ALLOWED_DIDS or in a rule of AUTH__POLICY_FILE"
	if len(auth.AllowedClients) > 0 {
		l.fault(&auth.AllowedClients, instead)
	}
	if len(auth.RequiredClaims) > 0 {
		l.fault(&auth.RequiredClaims, instead)
	}
}

func (l agentRules) checkTokens() {
	s := l.s
	if slices.Contains(s.Auth.Audience, string(s.MTLS.OIDCAudience)) {
		l.fault(&s.Auth.Audience, "must not name "+printable(string(s.MTLS.OIDCAudience))+
			": tokens for the certificate authority do not open agents")
	}
	if s.Auth.TokenMode != TokenStrict && (!s.MTLS.Enabled || s.MTLS.AllowUncertified) {
		l.fault(&s.Auth.TokenMode, "must be strict unless a certificate names every caller: "+
			"set MTLS__ENABLED=true and MTLS__ALLOW_UNCERTIFIED=false")
	}
	if !s.Auth.RequireDID && s.MTLS.Enabled {
		l.fault(&s.Auth.RequireDID, "must be true with mutual TLS: the certificate names a DID, and the token has to name the same")
	}
	if !s.Auth.RequireDID && len(s.Auth.AllowedDIDs) > 0 {
		l.fault(&s.Auth.RequireDID, "must be true when AUTH__ALLOWED_DIDS says whom to admit")
	}
}

// checkOutbound wants a client of ours at another issuer to be described in full.
func (l agentRules) checkOutbound() {
	auth := &l.s.Auth
	if caAudience := l.s.MTLS.OIDCAudience; auth.OutboundAudience == caAudience && !slices.Contains(auth.Audience, string(caAudience)) {
		l.fault(&auth.OutboundAudience, "must not be "+printable(string(caAudience))+
			": whom we call could obtain our certificate with such a token")
	}
	if auth.ClientID == "" {
		for _, field := range []struct {
			address any
			set     bool
		}{
			{&auth.ClientSecret, !auth.ClientSecret.IsZero()}, {&auth.TokenURL, auth.TokenURL != ""}, {&auth.OutboundScopes, len(auth.OutboundScopes) > 0},
		} {
			if field.set {
				l.fault(field.address, "is set without AUTH__CLIENT_ID: set that too, or our tokens come from Hydra")
			}
		}
		return
	}
	if auth.ClientSecret.IsZero() {
		l.fault(&auth.ClientSecret, "is not set, and AUTH__CLIENT_ID needs it (AUTH__CLIENT_SECRET_FILE names a file with it)")
	}
	if auth.TokenURL == "" && (auth.Provider == ProviderHydra || len(auth.Issuers) == 0) {
		l.fault(&auth.TokenURL, "is not set, and no issuer is configured that could be asked for it")
	}
}

func (l agentRules) checkCertificates() {
	mtls := &l.s.MTLS
	if !mtls.Enabled {
		return
	}
	if mtls.CAURL == "" {
		l.fault(&mtls.CAURL, "is not set, and mutual TLS needs it (MTLS__ENABLED=false serves plain HTTP, on loopback only)")
	}
	if mtls.AllowUncertified && mtls.Mode == ModeMTLS {
		l.fault(&mtls.AllowUncertified, "must be false with MTLS__MODE=mtls, where the certificate stands for the token")
	}
	checkAuthority(l.loader, &mtls.CertificateAuthority)
}

func checkAuthority(l *loader, ca *CertificateAuthority) {
	if ca.CAFingerprint != "" && ca.CARootFile != "" {
		l.fault(&ca.CARootFile, "is set beside MTLS__CA_FINGERPRINT: keep one of them")
	}
	if ca.RenewBefore >= ca.CertTTL {
		l.fault(&ca.RenewBefore, "must be less than MTLS__CERT_TTL, which is "+ca.CertTTL.String())
	}
}

func (l agentRules) checkLimits() {
	limits := &l.s.Limits
	if limits.TokenBytes >= limits.HeaderBytes {
		l.fault(&limits.TokenBytes, "must be less than LIMITS__HEADER_BYTES, which is "+limits.HeaderBytes.String())
	}
	if limits.BodyBytesPerDID < limits.BodyBytes {
		l.fault(&limits.BodyBytesPerDID, "must not be less than LIMITS__BODY_BYTES, which is "+limits.BodyBytes.String())
	}
	checkConnections(l.loader, &limits.PortLimits)
}

func checkConnections(l *loader, limits *PortLimits) {
	if limits.ConnectionsPerPeer > limits.Connections {
		l.fault(&limits.ConnectionsPerPeer, fmt.Sprintf("must not exceed LIMITS__CONNECTIONS, which is %d", limits.Connections))
	}
}
