package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/identity/assertion"
	"github.com/getbindu/bindu-go/internal/configs"
)

// voucher returns what tells programs behind us who asks, in the name that we have by now.
func (a *Agent) voucher(who self) (*assertion.Issuer, error) {
	if i := a.vouches.Load(); i != nil {
		return i, nil
	}
	i, err := assertion.NewIssuer(who.DID, a.opts.Now, a.opts.Rand)
	if err == nil {
		a.vouches.Store(i)
	}
	return i, err
}

// publicKeys are what programs behind us verify that with, on the admin port.
func (a *Agent) publicKeys() map[string]http.Handler {
	if !configs.Vouches(a.opts.Settings) {
		return nil
	}
	return map[string]http.Handler{assertion.Path: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := a.vouches.Load()
		if i == nil {
			http.Error(w, "the agent is starting", http.StatusServiceUnavailable)
			return
		}
		i.ServeHTTP(w, r)
	})}
}
