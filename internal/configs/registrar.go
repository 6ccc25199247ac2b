package configs

import (
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/settings"
)

// UsesRegistrar reports whether a registrar stands between us and Hydra's admin API.
func UsesRegistrar(set settings.Settings) bool { return set.Registrar.URL != "" }

// HoldsAdmin reports whether the agent has the address of Hydra's admin API where a
// registrar could have it instead: there is an authority that vouches for one.
func HoldsAdmin(set settings.Settings) bool {
	return set.Hydra.AdminURL != "" && bool(set.MTLS.Enabled)
}

// Registrar is where the registrar is and who that is. Errors: [did.ErrMalformed].
func Registrar(set settings.Settings) (registrarapi.Config, error) {
	d, err := did.Parse(string(set.Registrar.DID))
	if err != nil {
		return registrarapi.Config{}, fmt.Errorf("REGISTRAR__DID: %w", err)
	}
	return registrarapi.Config{
		URL: string(set.Registrar.URL), Registrar: d, UnboundKeys: bool(set.Registrar.UnboundKeys), Timeout: time.Duration(set.Hydra.Timeout),
	}, nil
}

// Registration is what we register at a registrar, but for secret and address.
func Registration(set settings.Settings) registrarapi.Registration {
	return registrarapi.Registration{Name: string(set.Agent.Name), Token: set.Registrar.EnrolmentToken.Reveal()}
}
