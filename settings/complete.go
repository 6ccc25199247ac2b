package settings

import (
	"fmt"
	"slices"
	"strings"
)

// checkComplete finds what is missing and what does not fit together. Where two
// settings contradict each other the safer reading is not guessed: the agent
// does not start.
func (l *loader) checkComplete() {
	for _, f := range l.fields {
		if f.tag.Get("required") == "true" && f.value.IsZero() {
			l.faultAbout(f.name, "is not set")
		}
	}
	l.checkAgent()
	l.checkListeners()
	l.checkHydra()
	l.checkIssuers()
	l.checkTokens()
	l.checkOutbound()
	l.checkCertificates()
	l.checkLimits()
}

func (l *loader) checkAgent() {
	agent := l.s.Agent
	switch {
	case agent.Backend == BackendExec && len(agent.Command) == 0:
		l.faultAbout("AGENT__COMMAND", "is not set, and AGENT__BACKEND=exec needs it")
	case agent.Backend != BackendExec && len(agent.Command) > 0:
		l.faultAbout("AGENT__COMMAND", "would never run: set AGENT__BACKEND=exec as well")
	}
	if agent.Backend != BackendExec && len(agent.CommandEnv) > 0 {
		l.faultAbout(commandEnvName, "is for the command of AGENT__BACKEND=exec, and there is none")
	}
	l.checkDIDLength()
	if l.s.MTLS.Enabled && strings.HasPrefix(agent.URL, "http://") {
		l.faultAbout("AGENT__URL", "must begin with https://, because mutual TLS is on")
	}
}

func (l *loader) checkListeners() {
	network := l.s.Network
	if !l.s.MTLS.Enabled && !l.s.Agent.AllowPlaintext && !isLoopback(network.Host) {
		l.faultAbout("NETWORK__HOST", "would serve plain HTTP to the network: set MTLS__ENABLED=true, "+
			"or listen on 127.0.0.1, or accept it with AGENT__ALLOW_PLAINTEXT=true")
	}
	if network.Port != 0 && network.Port == network.AdminPort {
		l.faultAbout("NETWORK__ADMIN_PORT", "must differ from NETWORK__PORT")
	}
}

// checkHydra asks for Hydra's addresses wherever Hydra is needed: to verify
// tokens, to obtain the token that step-ca wants, and to look up public keys.
func (l *loader) checkHydra() {
	s := l.s
	why := ""
	switch {
	case s.Auth.Provider == ProviderHydra:
		why = "AUTH__PROVIDER=hydra needs it"
	case s.MTLS.Enabled:
		why = "certificates are obtained with a token of Hydra"
	case s.Auth.RequireDID && len(s.DID.PinnedKeys) == 0:
		why = "public keys of callers come from Hydra unless DID__PINNED_KEYS holds them"
	case s.Hydra.AdminURL != s.Hydra.PublicURL && (s.Hydra.AdminURL == "" || s.Hydra.PublicURL == ""):
		why = "the other address of Hydra is set: set both, or none"
	case s.Hydra.AdminURL == "":
		return
	}
	if s.Hydra.AdminURL == "" {
		l.faultAbout("HYDRA__ADMIN_URL", "is not set, and "+why)
	}
	if s.Hydra.PublicURL == "" {
		l.faultAbout("HYDRA__PUBLIC_URL", "is not set, and "+why)
	}
	if !slices.Contains(s.Hydra.GrantTypes, "client_credentials") {
		l.faultAbout("HYDRA__DEFAULT_GRANT_TYPES", "must name client_credentials: the agent obtains its own tokens with it")
	}
}

func (l *loader) checkIssuers() {
	auth := l.s.Auth
	if auth.Provider == ProviderHydra {
		l.checkNotWithHydra()
		return
	}
	provider := "AUTH__PROVIDER=" + string(auth.Provider)
	switch {
	case auth.Provider == ProviderAuth0 && auth.Domain == "":
		l.faultAbout("AUTH__DOMAIN", "is not set, and "+provider+" needs it")
	case len(auth.Issuers) == 0:
		l.faultAbout("AUTH__ISSUERS", "is not set, and "+provider+" needs it")
	}
	if len(auth.Audience) == 0 && (auth.Provider == ProviderAuth0 || len(auth.AllowedClients) == 0) {
		l.faultAbout("AUTH__AUDIENCE", "is not set: any token of the issuer would open the agent, whomever it was made for")
	}
	if auth.JWKSRefresh > auth.JWKSMaxStale {
		l.faultAbout("AUTH__JWKS_REFRESH", "must not exceed AUTH__JWKS_MAX_STALE, which is "+showDuration(auth.JWKSMaxStale))
	}
	if auth.JWKSURI != "" && len(auth.Issuers) > 1 {
		l.faultAbout("AUTH__JWKS_URI", "can serve one issuer, and AUTH__ISSUERS names several")
	}
	if auth.RequireDID && auth.DIDClaim == "" && auth.DIDMapFile == "" {
		l.faultAbout("AUTH__DID_CLAIM", "is not set: say which claim holds the caller's DID, or name a file in AUTH__DID_MAP")
	}
}

// checkNotWithHydra refuses restrictions that would not be checked: whoever
// sets them relies on them.
func (l *loader) checkNotWithHydra() {
	auth := l.s.Auth
	const instead = "is checked with AUTH__PROVIDER=auth0 or oidc only: with Hydra say it in AUTH__ALLOWED_DIDS or in a rule of AUTH__POLICY_FILE"
	if len(auth.AllowedClients) > 0 {
		l.faultAbout("AUTH__ALLOWED_CLIENTS", instead)
	}
	if len(auth.RequiredClaims) > 0 {
		l.faultAbout("AUTH__REQUIRED_CLAIMS", instead)
	}
}

func (l *loader) checkTokens() {
	s := l.s
	if slices.Contains(s.Auth.Audience, s.MTLS.OIDCAudience) {
		l.faultAbout("AUTH__AUDIENCE", "must not name "+printable(s.MTLS.OIDCAudience)+
			": tokens for the certificate authority do not open agents")
	}
	if s.Auth.TokenMode != TokenStrict && (!s.MTLS.Enabled || s.MTLS.AllowUncertified) {
		l.faultAbout("AUTH__TOKEN_MODE", "must be strict unless a certificate names every caller: "+
			"set MTLS__ENABLED=true and MTLS__ALLOW_UNCERTIFIED=false")
	}
	if !s.Auth.RequireDID && s.MTLS.Enabled {
		l.faultAbout("AUTH__REQUIRE_DID", "must be true with mutual TLS: the certificate names a DID, and the token has to name the same")
	}
	if !s.Auth.RequireDID && len(s.Auth.AllowedDIDs) > 0 {
		l.faultAbout("AUTH__REQUIRE_DID", "must be true when AUTH__ALLOWED_DIDS says whom to admit")
	}
}

// checkOutbound wants a client of ours at another issuer to be described in full.
func (l *loader) checkOutbound() {
	auth := l.s.Auth
	if auth.OutboundAudience == l.s.MTLS.OIDCAudience && l.s.sources["AUTH__OUTBOUND_AUDIENCE"] != SourceDerived {
		l.faultAbout("AUTH__OUTBOUND_AUDIENCE", "must not be "+printable(l.s.MTLS.OIDCAudience)+
			": whom we call could obtain our certificate with such a token")
	}
	if auth.ClientID == "" {
		for name, set := range map[string]bool{
			"AUTH__CLIENT_SECRET": !auth.ClientSecret.IsZero(), "AUTH__TOKEN_URL": auth.TokenURL != "", "AUTH__OUTBOUND_SCOPES": len(auth.OutboundScopes) > 0,
		} {
			if set {
				l.faultAbout(name, "is set without AUTH__CLIENT_ID: set that too, or our tokens come from Hydra")
			}
		}
		return
	}
	if auth.ClientSecret.IsZero() {
		l.faultAbout("AUTH__CLIENT_SECRET", "is not set, and AUTH__CLIENT_ID needs it (AUTH__CLIENT_SECRET_FILE names a file with it)")
	}
	if auth.TokenURL == "" && (auth.Provider == ProviderHydra || len(auth.Issuers) == 0) {
		l.faultAbout("AUTH__TOKEN_URL", "is not set, and no issuer is configured that could be asked for it")
	}
}

func (l *loader) checkCertificates() {
	mtls := l.s.MTLS
	if !mtls.Enabled {
		return
	}
	if mtls.CAURL == "" {
		l.faultAbout("MTLS__CA_URL", "is not set, and mutual TLS needs it (MTLS__ENABLED=false serves plain HTTP, on loopback only)")
	}
	if mtls.CAFingerprint != "" && mtls.CARootFile != "" {
		l.faultAbout("MTLS__CA_ROOT_FILE", "is set beside MTLS__CA_FINGERPRINT: keep one of them")
	}
	if mtls.AllowUncertified && mtls.Mode == ModeMTLS {
		l.faultAbout("MTLS__ALLOW_UNCERTIFIED", "must be false with MTLS__MODE=mtls, where the certificate stands for the token")
	}
	if mtls.RenewBefore >= mtls.CertTTL {
		l.faultAbout("MTLS__RENEW_BEFORE", fmt.Sprintf("must be less than MTLS__CERT_TTL, which is %s", showDuration(mtls.CertTTL)))
	}
}

func (l *loader) checkLimits() {
	limits := l.s.Limits
	if limits.TokenBytes >= limits.HeaderBytes {
		l.faultAbout("LIMITS__TOKEN_BYTES", "must be less than LIMITS__HEADER_BYTES, which is "+showBytes(limits.HeaderBytes))
	}
	if limits.BodyHeld < limits.BodyBytes {
		l.faultAbout("LIMITS__BODY_BYTES_PER_DID", "must not be less than LIMITS__BODY_BYTES, which is "+showBytes(limits.BodyBytes))
	}
	if limits.ConnectionsPerPeer > limits.Connections {
		l.faultAbout("LIMITS__CONNECTIONS_PER_PEER", fmt.Sprintf("must not exceed LIMITS__CONNECTIONS, which is %d", limits.Connections))
	}
}
