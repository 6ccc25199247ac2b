package card

// securityScheme declares one proof in both dialects at once. A reader of A2A
// 0.3 (section 5.5.5, after OpenAPI) goes by type, one of 1.0 (section 4.5) by
// the one member that is named after the scheme; each passes over the other's.
type securityScheme struct {
	Type        string      `json:"type"`
	Description string      `json:"description,omitempty"`
	Scheme      string      `json:"scheme,omitempty"`
	Flows       *oauthFlows `json:"flows,omitempty"`

	MutualTLS *mutualTLS `json:"mtlsSecurityScheme,omitempty"`
	HTTPAuth  *httpAuth  `json:"httpAuthSecurityScheme,omitempty"`
	OAuth2    *oauth2    `json:"oauth2SecurityScheme,omitempty"`
}

type mutualTLS struct {
	Description string `json:"description,omitempty"`
}

type httpAuth struct {
	Scheme string `json:"scheme"`
}

type oauth2 struct {
	Flows oauthFlows `json:"flows"`
}

type oauthFlows struct {
	ClientCredentials clientCredentials `json:"clientCredentials"`
}

type clientCredentials struct {
	TokenURL string            `json:"tokenUrl"`
	Scopes   map[string]string `json:"scopes"`
}

// requirement03 is a security requirement of A2A 0.3: scheme to scopes.
type requirement03 map[string][]string

// requirement1 is one of A2A 1.0, in ProtoJSON: the scopes are a message.
type requirement1 struct {
	Schemes map[string]scopeList `json:"schemes"`
}

type scopeList struct {
	List []string `json:"list"`
}

// security declares the proofs that are wanted together. The signature has no
// scheme of its own in the protocol; the extension tells of it.
type security struct {
	schemes map[string]securityScheme
	legacy  []requirement03
	v1      []requirement1
}

func securityOf(cfg Config) security {
	s := security{schemes: map[string]securityScheme{}}
	if cfg.MutualTLS {
		const description = "the client certificate names the DID of the caller"
		s.schemes["mtls"] = securityScheme{Type: "mutualTLS", Description: description, MutualTLS: &mutualTLS{description}}
	}
	switch {
	case cfg.Token && cfg.TokenURL != "":
		flows := oauthFlows{clientCredentials{TokenURL: cfg.TokenURL, Scopes: permissions(cfg)}}
		s.schemes["oauth2"] = securityScheme{Type: "oauth2", Flows: &flows, OAuth2: &oauth2{flows}}
	case cfg.Token:
		s.schemes["bearer"] = securityScheme{Type: "http", Scheme: "Bearer", HTTPAuth: &httpAuth{"Bearer"}}
	}
	if len(s.schemes) == 0 {
		return s
	}
	legacy, v1 := requirement03{}, requirement1{map[string]scopeList{}}
	for name := range s.schemes {
		legacy[name], v1.Schemes[name] = []string{}, scopeList{[]string{}}
	}
	s.legacy, s.v1 = []requirement03{legacy}, []requirement1{v1}
	return s
}

func permissions(cfg Config) map[string]string {
	if cfg.Permissions == nil {
		return map[string]string{} // required by the flow
	}
	return cfg.Permissions
}
