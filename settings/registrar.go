package settings

import (
	"net/url"
	"strings"
)

// DIDName is the name of one agent, or of a registrar.
type DIDName string

// Decode implements envconfig.Decoder.
func (d *DIDName) Decode(text string) error { return assign(d, DIDName(text), checkDID(text)) }

// Registrar says who stands between the agent and Hydra's admin API.
type Registrar struct {
	URL            HTTPSURL `envconfig:"REGISTRAR__URL" desc:"The registrar that registers our client, and answers about tokens and keys of callers, in place of HYDRA__ADMIN_URL." example:"https://registrar.internal:3783"`
	DID            DIDName  `envconfig:"REGISTRAR__DID" desc:"DID of the registrar: who answers at its address has to prove it, and what it says of keys is signed by the key from which it follows." example:"did:bindu:you_at_example_com:registrar:9f3c"`
	EnrolmentToken Secret   `envconfig:"REGISTRAR__ENROLMENT_TOKEN" used:"once" desc:"Token with which a new agent is enrolled, of the registrar's operator. It is of no use afterwards, and its file may be gone then." example:"from-the-operator"`
	UnboundKeys    Bool     `envconfig:"REGISTRAR__UNBOUND_KEYS" default:"false" desc:"Believe the registrar's word for keys of callers from which their DIDs do not follow, as those of the Python reference; false wants them in DID__PINNED_KEYS. With true a registrar that lies could be anybody who was never seen before." example:"true"`
}

func (*Registrar) ranges() []bounds { return nil }

// checkRegistrar wants one way to Hydra's admin API, and a registrar that is named
// in full.
func (l agentRules) checkRegistrar() {
	r := &l.s.Registrar
	if r.URL == "" {
		l.checkNoRegistrar()
		return
	}
	if u, err := url.Parse(string(r.URL)); err == nil && strings.Trim(u.Path, "/") != "" {
		l.fault(&r.URL, "must not have the path "+printable(u.Path)+": a registrar is served at / and nowhere else")
	}
	if r.DID == "" {
		l.fault(&r.DID, "is not set, and who answers at REGISTRAR__URL has to prove it")
	}
	if d := string(r.DID); d != "" && (!strings.HasPrefix(d, "did:bindu:") || strings.Count(d, ":") != 4) {
		l.fault(&r.DID, `must be of the form did:bindu:AUTHOR:NAME:UUID, as "registrar did" prints it`)
	}
	if l.s.Hydra.AdminURL != "" {
		l.fault(&l.s.Hydra.AdminURL, "is set beside REGISTRAR__URL: keep one of them; where there is a registrar, nobody else should hold this address")
	}
	if l.s.MTLS.CAURL == "" {
		l.fault(&l.s.MTLS.CAURL, "is not set, and the registrar proves itself with a certificate of that authority")
	}
}

// checkNoRegistrar refuses what would have no effect.
func (l agentRules) checkNoRegistrar() {
	r := &l.s.Registrar
	for _, field := range []struct {
		address any
		set     bool
	}{{&r.DID, r.DID != ""}, {&r.EnrolmentToken, !r.EnrolmentToken.IsZero()}, {&r.UnboundKeys, bool(r.UnboundKeys)}} {
		if field.set {
			l.fault(field.address, "is set without REGISTRAR__URL: set that too, or unset this")
		}
	}
}
